package io.cairn.client;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * How a get is to be done.
 *
 * @param deadline instead of the client's
 * @param revision the past revision to read at; 0 is the newest
 * @param consistency how fresh
 * @param node the node that is to answer, by name, as for a look at one replica; empty lets the client choose
 */
public record GetOptions(Optional<Duration> deadline, long revision, Consistency consistency, Optional<String> node) {

  public static final GetOptions DEFAULT = new GetOptions(Optional.empty(), 0, Consistency.LINEARIZABLE, Optional.empty());

  public GetOptions {
    CallDeadlines.check(deadline);
    if (revision < 0) {
      throw new IllegalArgumentException("a revision is not negative (0: the newest), was " + revision);
    }
    Objects.requireNonNull(consistency, "consistency");
    Objects.requireNonNull(node, "node");
  }

  public GetOptions withDeadline(Duration duration) {
    return new GetOptions(Optional.of(duration), revision, consistency, node);
  }

  public GetOptions withRevision(long past) {
    return new GetOptions(deadline, past, consistency, node);
  }

  public GetOptions withConsistency(Consistency fresh) {
    return new GetOptions(deadline, revision, fresh, node);
  }

  public GetOptions withNode(String name) {
    return new GetOptions(deadline, revision, consistency, Optional.of(name));
  }
}
