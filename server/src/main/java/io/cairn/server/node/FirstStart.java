package io.cairn.server.node;

import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Keeps a node whose data directory is new from taking part before it is clear that it never took part before (MB-08).
 *
 * <p>A node that lost its disk has forgotten its votes and what it acknowledged; under its old name it could elect a leader that
 * lacks acknowledged writes. Every node notes durably the incarnation of each peer before it exchanges anything with it, so
 * whoever ever counted a vote or an acknowledgement of this name knows. Of n nodes with quorum q at least q - 1 others know;
 * so n - q + 1 others that know nothing are enough to be sure. In a cluster of three that is both others: the first start of a
 * cluster of three needs all three, once.
 */
final class FirstStart {
  private final int needed;
  private final Runnable begin;
  private final SortedSet<String> sure = new TreeSet<>();
  private boolean begun;

  /** @param begin runs once, when it is clear */
  FirstStart(int nodes, boolean bootstrapped, Runnable begin) {
    int quorum = nodes / 2 + 1;
    this.needed = bootstrapped || nodes == 1 ? 0 : nodes - quorum + 1;
    this.begin = begin;
  }

  /** Begins at once when there is nothing to wait for. */
  void check() {
    if (!begun && sure.size() >= needed) {
      begun = true;
      begin.run();
    }
  }

  /** A peer has noted this node's incarnation and knows of no other. */
  void welcomedBy(String node) {
    sure.add(node);
    check();
  }

  boolean begun() {
    return begun;
  }

  /** How many more peers have to be met. */
  int missing() {
    return Math.max(0, needed - sure.size());
  }
}
