package io.cairn.client;

import java.util.List;
import java.util.Optional;

/**
 * What lay one level below a prefix, at one revision.
 *
 * @param revision the one it is shown at; of a serializable read, the one up to which nothing is missing
 * @param children in the order of their names. A key {@code a} and keys below {@code a/} are two of them.
 * @param more whether the limit left some out
 * @param resume with {@code more}: what {@link ChildrenOptions#withResume} takes to go on, at the same revision
 * @param staleness of a serializable read
 */
public record ChildrenResult(
    long revision, List<Child> children, boolean more, Optional<ByteSeq> resume, Optional<Staleness> staleness) {

  public ChildrenResult {
    children = List.copyOf(children);
  }
}
