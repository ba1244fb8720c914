package io.cairn.server.hashes;

import java.util.concurrent.atomic.LongAdder;

/** What comparisons have come to on this node. From any thread. */
public final class HashFigures {
  final LongAdder compared = new LongAdder();
  final LongAdder fenced = new LongAdder();
  final LongAdder undecided = new LongAdder();
  final LongAdder scrubbed = new LongAdder();
  final LongAdder wrong = new LongAdder();

  /** Comparisons that a majority of voters took part in, of shards led here. */
  public long comparisons() {
    return compared.sum();
  }

  /** Replicas of this node that have fenced themselves. */
  public long fenced() {
    return fenced.sum();
  }

  /** Comparisons here that found a difference and no majority. */
  public long undecided() {
    return undecided.sum();
  }

  /** Passes over the keys of a replica here, to see whether they are what was written. */
  public long scrubbed() {
    return scrubbed.sum();
  }

  /** Those that found that they are not. */
  public long wrong() {
    return wrong.sum();
  }
}
