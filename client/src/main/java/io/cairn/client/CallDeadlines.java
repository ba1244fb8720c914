package io.cairn.client;

import java.time.Duration;
import java.util.Optional;

/** What a deadline may be: more than nothing, and at most an hour, for a call that hangs for longer has been forgotten. */
final class CallDeadlines {

  private static final Duration MAX = Duration.ofHours(1);

  private CallDeadlines() {}

  static void check(Optional<Duration> deadline) {
    deadline.ifPresent(CallDeadlines::check);
  }

  static Duration check(Duration deadline) {
    if (deadline.isNegative() || deadline.isZero() || deadline.compareTo(MAX) > 0) {
      throw new IllegalArgumentException("a deadline is more than 0 and at most an hour, was " + deadline);
    }
    return deadline;
  }
}
