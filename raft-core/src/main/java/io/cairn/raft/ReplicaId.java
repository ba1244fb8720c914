package io.cairn.raft;

/** Names one replica of one shard for ever; an id is never used twice, not even after the replica is gone (MB-02). */
public record ReplicaId(long value) implements Comparable<ReplicaId> {

  /** No replica: no vote given, no leader known. */
  public static final ReplicaId NONE = new ReplicaId(0);

  public ReplicaId {
    if (value < 0) {
      throw new IllegalArgumentException("a replica id is positive (0 for none), was " + value);
    }
  }

  @Override
  public int compareTo(ReplicaId other) {
    return Long.compare(value, other.value);
  }

  @Override
  public String toString() {
    return Long.toString(value);
  }
}
