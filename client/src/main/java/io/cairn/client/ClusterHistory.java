package io.cairn.client;

import java.time.Duration;
import java.util.List;

/**
 * How much history the cluster keeps.
 *
 * @param wanted the highest compaction revision that was asked for; 0 while none was
 * @param keepAge how old history gets before it goes by itself, as the node that answered is configured; zero: it does not for its age
 * @param keepEvents how many changes each shard keeps; 0: however many
 * @param shards what the node that answered has come to, in the order of the shards; the system shard, which holds no keys, is not among
 *     them
 */
public record ClusterHistory(long wanted, Duration keepAge, long keepEvents, List<Shard> shards) {

  public ClusterHistory {
    shards = List.copyOf(shards);
  }

  /** Whether every shard refuses reads below the revision, and so has dropped what only they needed. */
  public boolean isCompactedTo(long revision) {
    return !shards.isEmpty() && shards.stream().allMatch(shard -> shard.compacted() >= revision);
  }

  /**
   * The history of one shard.
   *
   * @param compacted the oldest revision that can be read; 0 while nothing was compacted
   */
  public record Shard(int id, long compacted) {}
}
