package io.cairn.storage.log;

import io.cairn.raft.ReplicaId;

/** Names one replica on this node: a shard and the replica's id in it. */
public record ReplicaKey(int shard, ReplicaId replica) implements Comparable<ReplicaKey> {

  @Override
  public int compareTo(ReplicaKey other) {
    int byShard = Integer.compare(shard, other.shard);
    return byShard != 0 ? byShard : replica.compareTo(other.replica);
  }
}
