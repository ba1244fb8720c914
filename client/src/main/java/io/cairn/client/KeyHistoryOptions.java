package io.cairn.client;

import java.time.Duration;
import java.util.Optional;

/**
 * Which part of a key's history.
 *
 * @param deadline of the call; empty for the client's
 * @param from the lowest revision that is of interest; 0 for no bound
 * @param to the highest; 0 for no bound
 * @param limit most events, 1 or more
 */
public record KeyHistoryOptions(Optional<Duration> deadline, long from, long to, int limit) {

  public static final KeyHistoryOptions DEFAULT = new KeyHistoryOptions(Optional.empty(), 0, 0, 100);

  public KeyHistoryOptions {
    CallDeadlines.check(deadline);
    if (from < 0 || to < 0 || to > 0 && from > to) {
      throw new IllegalArgumentException("a key's history goes from a revision to one that is not below it, was " + from + " to " + to);
    }
    if (limit < 1 || limit > 100_000) {
      throw new IllegalArgumentException("a limit of events is 1 to 100000, was " + limit);
    }
  }

  public KeyHistoryOptions withDeadline(Duration most) {
    return new KeyHistoryOptions(Optional.of(most), from, to, limit);
  }

  public KeyHistoryOptions withFrom(long lowest) {
    return new KeyHistoryOptions(deadline, lowest, to, limit);
  }

  public KeyHistoryOptions withTo(long highest) {
    return new KeyHistoryOptions(deadline, from, highest, limit);
  }

  public KeyHistoryOptions withLimit(int most) {
    return new KeyHistoryOptions(deadline, from, to, most);
  }
}
