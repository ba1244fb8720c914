package io.cairn.client;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * How the children of a prefix are to be read.
 *
 * @param deadline instead of the client's
 * @param delimiter ends a level; {@code /} unless told otherwise
 * @param revision the past revision to read at; 0 is the newest
 * @param limit most children to return; 0 is no limit
 * @param resume where an earlier result for the same prefix and delimiter left off
 * @param consistency how fresh
 * @param node the node that is to answer, by name; empty lets the client choose
 */
public record ChildrenOptions(Optional<Duration> deadline, ByteSeq delimiter, long revision, long limit, Optional<ByteSeq> resume,
    Consistency consistency, Optional<String> node) {

  public static final ChildrenOptions DEFAULT = new ChildrenOptions(
      Optional.empty(), ByteSeq.utf8("/"), 0, 0, Optional.empty(), Consistency.LINEARIZABLE, Optional.empty());

  public ChildrenOptions {
    CallDeadlines.check(deadline);
    Objects.requireNonNull(resume, "resume");
    Objects.requireNonNull(consistency, "consistency");
    Objects.requireNonNull(node, "node");
    if (delimiter.isEmpty()) {
      throw new IllegalArgumentException("a delimiter has at least one byte");
    }
    if (revision < 0 || limit < 0) {
      throw new IllegalArgumentException("revision and limit are not negative (0: the newest, none), were " + revision + " and " + limit);
    }
  }

  public ChildrenOptions withDeadline(Duration duration) {
    return new ChildrenOptions(Optional.of(duration), delimiter, revision, limit, resume, consistency, node);
  }

  public ChildrenOptions withDelimiter(ByteSeq bytes) {
    return new ChildrenOptions(deadline, bytes, revision, limit, resume, consistency, node);
  }

  public ChildrenOptions withRevision(long past) {
    return new ChildrenOptions(deadline, delimiter, past, limit, resume, consistency, node);
  }

  public ChildrenOptions withLimit(long most) {
    return new ChildrenOptions(deadline, delimiter, revision, most, resume, consistency, node);
  }

  public ChildrenOptions withResume(ByteSeq token) {
    return new ChildrenOptions(deadline, delimiter, revision, limit, Optional.of(token), consistency, node);
  }

  public ChildrenOptions withConsistency(Consistency fresh) {
    return new ChildrenOptions(deadline, delimiter, revision, limit, resume, fresh, node);
  }

  public ChildrenOptions withNode(String name) {
    return new ChildrenOptions(deadline, delimiter, revision, limit, resume, consistency, Optional.of(name));
  }
}
