package io.cairn.jepsen.history;

import java.util.List;
import java.util.Optional;

/**
 * A call and how it ended.
 *
 * @param endings one, in a history that is whole
 */
public record Call(Event.Invoke invoke, List<Event> endings) {

  public Call {
    endings = List.copyOf(endings);
  }

  public Op op() {
    return invoke.op();
  }

  public int session() {
    return invoke.session();
  }

  public Optional<Event.Ok> ok() {
    return !endings.isEmpty() && endings.getFirst() instanceof Event.Ok ok ? Optional.of(ok) : Optional.empty();
  }

  public boolean isRefused() {
    return !endings.isEmpty() && endings.getFirst() instanceof Event.Refused;
  }

  /** Whether it may have happened, for all that is known. */
  public boolean isOpen() {
    return endings.isEmpty() || endings.getFirst() instanceof Event.Unknown;
  }

  /** @return {@link Long#MAX_VALUE} when it never did */
  public long endedAt() {
    return endings.isEmpty() ? Long.MAX_VALUE : endings.getFirst().at();
  }

  @Override
  public String toString() {
    return "call " + invoke.call() + " of session " + invoke.session() + " (" + invoke.op() + ")";
  }
}
