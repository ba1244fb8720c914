package io.cairn.jepsen.history;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;

/**
 * Writes down what happens, from any thread. Each event gets its time from the one clock and its place in the same step, so that the order
 * of the history is an order of time. Memory is bounded: what would be one event too many is refused, and the run with it, since a history
 * with a hole proves nothing.
 */
public final class HistoryRecorder {
  private final LongSupplier clock;
  private final int most;
  private final List<Event> events = new ArrayList<>();
  private long lastNumber;

  /**
   * @param clock of the whole run, in nanoseconds
   * @param most events that it may hold
   */
  public HistoryRecorder(LongSupplier clock, int most) {
    this.clock = clock;
    this.most = most;
  }

  /** A number for a call or a watch, given once. */
  public synchronized long number() {
    return ++lastNumber;
  }

  /** Writes down an event that happens now; {@code make} is told the time. */
  public synchronized <T extends Event> T add(LongFunction<T> make) {
    if (events.size() == most) {
      throw new IllegalStateException("the history is full with " + most + " events: make the run shorter, or the bound larger");
    }
    T event = make.apply(clock.getAsLong());
    events.add(event);
    return event;
  }

  /** A call is being made; returns its number. */
  public long invoke(int session, long timeoutNanos, Op op) {
    long call = number();
    add(at -> new Event.Invoke(at, call, session, at + timeoutNanos, op));
    return call;
  }

  public void ok(long call, Result result) {
    add(at -> new Event.Ok(at, call, result));
  }

  public void refused(long call, String code, long revision) {
    add(at -> new Event.Refused(at, call, code, revision));
  }

  public void unknown(long call) {
    add(at -> new Event.Unknown(at, call));
  }

  /** A watch is being opened; returns its number. */
  public long opened(int session, WatchSpec spec) {
    long watch = number();
    add(at -> new Event.Opened(at, watch, session, spec));
    return watch;
  }

  /** All so far. */
  public synchronized History history() {
    return new History(events);
  }
}
