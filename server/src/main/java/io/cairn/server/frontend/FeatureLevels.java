package io.cairn.server.frontend;

/** What this node knows of how much the other nodes understand. From any thread. */
@FunctionalInterface
public interface FeatureLevels {

  /** A node that is not known to understand enough. @param level what it has shown; 0 for nothing yet */
  record Behind(String node, int level) {}

  /** Some node that has not shown the level; null when all have. */
  Behind behind(int level);
}
