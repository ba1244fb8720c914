package io.cairn.client;

import java.time.Duration;
import java.util.Optional;

/**
 * How a put is to be done.
 *
 * @param deadline instead of the client's
 * @param previous whether the answer is to show what was replaced
 */
public record PutOptions(Optional<Duration> deadline, boolean previous) {

  public static final PutOptions DEFAULT = new PutOptions(Optional.empty(), false);

  public PutOptions {
    CallDeadlines.check(deadline);
  }

  public PutOptions withDeadline(Duration duration) {
    return new PutOptions(Optional.of(duration), previous);
  }

  public PutOptions withPrevious() {
    return new PutOptions(deadline, true);
  }
}
