package io.cairn.client;

import java.time.Duration;
import java.util.Optional;

/**
 * How a delete is to be done.
 *
 * @param deadline instead of the client's
 * @param previous whether the answer is to show what was deleted
 */
public record DeleteOptions(Optional<Duration> deadline, boolean previous) {

  public static final DeleteOptions DEFAULT = new DeleteOptions(Optional.empty(), false);

  public DeleteOptions {
    CallDeadlines.check(deadline);
  }

  public DeleteOptions withDeadline(Duration duration) {
    return new DeleteOptions(Optional.of(duration), previous);
  }

  public DeleteOptions withPrevious() {
    return new DeleteOptions(deadline, true);
  }
}
