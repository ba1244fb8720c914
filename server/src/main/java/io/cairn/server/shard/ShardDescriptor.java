package io.cairn.server.shard;

import io.cairn.raft.ReplicaId;
import java.util.Arrays;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One shard: a contiguous range of stored keys with its own Raft.
 *
 * @param id 0 is the system shard
 * @param rangeEpoch grows with every change of the range
 * @param membershipEpoch grows with every change of the replicas
 * @param start first stored key, inclusive
 * @param end exclusive
 * @param replicas which node holds which replica
 */
public record ShardDescriptor(int id, long rangeEpoch, long membershipEpoch, byte[] start, byte[] end,
    SortedMap<ReplicaId, String> replicas) {

  public static final int SYSTEM = 0;

  public ShardDescriptor {
    replicas = Collections.unmodifiableSortedMap(new TreeMap<>(replicas));
  }

  public boolean contains(byte[] storedKey) {
    return Arrays.compareUnsigned(storedKey, start) >= 0 && Arrays.compareUnsigned(storedKey, end) < 0;
  }

  /** The same shard with its replicas on these nodes. */
  public ShardDescriptor withReplicas(SortedMap<ReplicaId, String> now) {
    return new ShardDescriptor(id, rangeEpoch, membershipEpoch, start, end, now);
  }

  public boolean isSystem() {
    return id == SYSTEM;
  }

  /** The node that holds the replica, or an empty string. */
  public String node(ReplicaId replica) {
    return replicas.getOrDefault(replica, "");
  }

  /** The replica that {@code node} holds, or {@link ReplicaId#NONE}. */
  public ReplicaId replicaOf(String node) {
    for (var entry : replicas.entrySet()) {
      if (entry.getValue().equals(node)) {
        return entry.getKey();
      }
    }
    return ReplicaId.NONE;
  }
}
