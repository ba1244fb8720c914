package io.cairn.client;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * How a range is to be read.
 *
 * @param deadline instead of the client's
 * @param revision the past revision to read at; 0 is the newest
 * @param limit most keys to return; 0 is no limit
 * @param show what of each key to return
 * @param node the node that is to answer, by name; empty lets the client choose
 */
public record RangeOptions(Optional<Duration> deadline, long revision, long limit, Show show, Optional<String> node) {

  public static final RangeOptions DEFAULT = new RangeOptions(Optional.empty(), 0, 0, Show.KEYS_AND_VALUES, Optional.empty());

  /** What of each key a range returns. */
  public enum Show { KEYS_AND_VALUES, KEYS_ONLY, COUNT_ONLY }

  public RangeOptions {
    CallDeadlines.check(deadline);
    if (revision < 0) {
      throw new IllegalArgumentException("a revision is not negative (0: the newest), was " + revision);
    }
    if (limit < 0) {
      throw new IllegalArgumentException("a limit is not negative (0: none), was " + limit);
    }
    Objects.requireNonNull(show, "show");
    Objects.requireNonNull(node, "node");
  }

  public RangeOptions withDeadline(Duration duration) {
    return new RangeOptions(Optional.of(duration), revision, limit, show, node);
  }

  public RangeOptions withRevision(long past) {
    return new RangeOptions(deadline, past, limit, show, node);
  }

  public RangeOptions withLimit(long most) {
    return new RangeOptions(deadline, revision, most, show, node);
  }

  public RangeOptions withKeysOnly() {
    return new RangeOptions(deadline, revision, limit, Show.KEYS_ONLY, node);
  }

  public RangeOptions withCountOnly() {
    return new RangeOptions(deadline, revision, limit, Show.COUNT_ONLY, node);
  }

  public RangeOptions withNode(String name) {
    return new RangeOptions(deadline, revision, limit, show, Optional.of(name));
  }
}
