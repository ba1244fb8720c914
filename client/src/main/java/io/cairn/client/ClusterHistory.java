package io.cairn.client;

import java.time.Duration;
import java.util.List;

/**
 * How much history the cluster keeps.
 *
 * @param wanted the highest compaction revision that was asked for; 0 while none was
 * @param keepAge how old history gets before it goes by itself, as the node that answered is configured; zero: it does not for its age
 * @param keepEvents how many changes each shard keeps; 0: however many
 * @param off prefixes of keys of which no history is kept
 * @param shards what the node that answered has come to, in the order of the shards; the system shard, which holds no keys, is not among
 *     them
 */
public record ClusterHistory(long wanted, Duration keepAge, long keepEvents, List<ByteSeq> off, List<Shard> shards) {

  public ClusterHistory {
    off = List.copyOf(off);
    shards = List.copyOf(shards);
  }

  /** Whether every shard refuses reads below the revision, and so has dropped what only they needed. */
  public boolean isCompactedTo(long revision) {
    return !shards.isEmpty() && shards.stream().allMatch(shard -> shard.compacted() >= revision);
  }

  /** Whether the prefix is off, or not, in the shards as it is in the cluster; {@code meets} says for how many of them it matters. */
  public boolean isEverywhere(ByteSeq prefix, boolean keeps, int meets) {
    long told = shards.stream().filter(shard -> shard.off().contains(prefix)).count();
    return off.contains(prefix) != keeps && told == (keeps ? 0 : meets);
  }

  /**
   * The history of one shard.
   *
   * @param compacted the oldest revision that can be read; 0 while nothing was compacted
   * @param off the prefixes of which it keeps no history, of those that meet its range
   */
  public record Shard(int id, long compacted, List<ByteSeq> off) {

    public Shard {
      off = List.copyOf(off);
    }
  }
}
