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
 * @param bytesLimit most bytes of keys (each counts one more) and values to return; 0 is no limit. One key is returned however large.
 * @param show what of each key to return
 * @param reverse from the last key to the first
 * @param resume where an earlier result for the same range left off: goes on there, in its direction and at its revision
 * @param consistency how fresh
 * @param node the node that is to answer, by name; empty lets the client choose
 */
public record RangeOptions(Optional<Duration> deadline, long revision, long limit, long bytesLimit, Show show, boolean reverse,
    Optional<ByteSeq> resume, Consistency consistency, Optional<String> node) {

  public static final RangeOptions DEFAULT = new RangeOptions(
      Optional.empty(), 0, 0, 0, Show.KEYS_AND_VALUES, false, Optional.empty(), Consistency.LINEARIZABLE, Optional.empty());

  /** What of each key a range returns. */
  public enum Show { KEYS_AND_VALUES, KEYS_ONLY, COUNT_ONLY }

  public RangeOptions {
    CallDeadlines.check(deadline);
    if (revision < 0) {
      throw new IllegalArgumentException("a revision is not negative (0: the newest), was " + revision);
    }
    if (limit < 0 || bytesLimit < 0) {
      throw new IllegalArgumentException("a limit is not negative (0: none), was " + Math.min(limit, bytesLimit));
    }
    Objects.requireNonNull(show, "show");
    Objects.requireNonNull(resume, "resume");
    Objects.requireNonNull(consistency, "consistency");
    Objects.requireNonNull(node, "node");
  }

  public RangeOptions withDeadline(Duration duration) {
    return new RangeOptions(Optional.of(duration), revision, limit, bytesLimit, show, reverse, resume, consistency, node);
  }

  public RangeOptions withRevision(long past) {
    return new RangeOptions(deadline, past, limit, bytesLimit, show, reverse, resume, consistency, node);
  }

  public RangeOptions withLimit(long most) {
    return new RangeOptions(deadline, revision, most, bytesLimit, show, reverse, resume, consistency, node);
  }

  public RangeOptions withBytesLimit(long most) {
    return new RangeOptions(deadline, revision, limit, most, show, reverse, resume, consistency, node);
  }

  public RangeOptions withKeysOnly() {
    return new RangeOptions(deadline, revision, limit, bytesLimit, Show.KEYS_ONLY, reverse, resume, consistency, node);
  }

  public RangeOptions withCountOnly() {
    return new RangeOptions(deadline, revision, limit, bytesLimit, Show.COUNT_ONLY, reverse, resume, consistency, node);
  }

  public RangeOptions withReverse() {
    return new RangeOptions(deadline, revision, limit, bytesLimit, show, true, resume, consistency, node);
  }

  public RangeOptions withResume(ByteSeq token) {
    return new RangeOptions(deadline, revision, limit, bytesLimit, show, reverse, Optional.of(token), consistency, node);
  }

  public RangeOptions withConsistency(Consistency fresh) {
    return new RangeOptions(deadline, revision, limit, bytesLimit, show, reverse, resume, fresh, node);
  }

  public RangeOptions withNode(String name) {
    return new RangeOptions(deadline, revision, limit, bytesLimit, show, reverse, resume, consistency, Optional.of(name));
  }
}
