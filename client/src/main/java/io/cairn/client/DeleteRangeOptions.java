package io.cairn.client;

import java.time.Duration;
import java.util.Optional;

/**
 * How a delete range is to be done.
 *
 * @param deadline instead of the client's; one for all parts together
 * @param parts whether a range over several shards may be deleted shard by shard: then each part happens at once, but others may
 *     see some parts deleted and others not yet. Without it such a range is refused with {@link RefusedCode#RANGE_CROSSES_SHARDS}
 * @param previous whether the answer is to show what was deleted; of each shard's part at most what one transaction may answer
 *     ({@link RefusedCode#TXN_TOO_LARGE})
 */
public record DeleteRangeOptions(Optional<Duration> deadline, boolean parts, boolean previous) {

  public static final DeleteRangeOptions DEFAULT = new DeleteRangeOptions(Optional.empty(), false, false);

  public DeleteRangeOptions {
    CallDeadlines.check(deadline);
  }

  public DeleteRangeOptions withDeadline(Duration duration) {
    return new DeleteRangeOptions(Optional.of(duration), parts, previous);
  }

  public DeleteRangeOptions withParts() {
    return new DeleteRangeOptions(deadline, true, previous);
  }

  public DeleteRangeOptions withPrevious() {
    return new DeleteRangeOptions(deadline, parts, true);
  }
}
