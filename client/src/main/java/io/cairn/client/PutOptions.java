package io.cairn.client;

import java.time.Duration;
import java.util.Optional;

/**
 * How a put is to be done.
 *
 * @param deadline instead of the client's
 * @param previous whether the answer is to show what was replaced
 * @param lease the key is deleted when this lease ends, unless it is put again under another or none; 0 for none
 */
public record PutOptions(Optional<Duration> deadline, boolean previous, long lease) {

  public static final PutOptions DEFAULT = new PutOptions(Optional.empty(), false, 0);

  public PutOptions {
    CallDeadlines.check(deadline);
  }

  public PutOptions withDeadline(Duration duration) {
    return new PutOptions(Optional.of(duration), previous, lease);
  }

  public PutOptions withPrevious() {
    return new PutOptions(deadline, true, lease);
  }

  /** Refused with {@link RefusedCode#LEASE_NOT_FOUND} when there is no such lease, or its end has begun. */
  public PutOptions withLease(long id) {
    return new PutOptions(deadline, previous, id);
  }
}
