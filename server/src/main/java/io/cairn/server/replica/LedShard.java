package io.cairn.server.replica;

import io.cairn.raft.ReplicaId;

/** What a replica's leadership asks of it, and tells. */
record LedShard(Replica replica, ReplicaPorts ports) implements Leadership.Shard {

  @Override
  public int id() {
    return replica.descriptor().id();
  }

  @Override
  public String node(ReplicaId of) {
    return replica.descriptor().node(of);
  }

  @Override
  public ReplicaId replicaOf(String node) {
    return replica.descriptor().replicaOf(node);
  }

  @Override
  public long now() {
    return ports.clock().nanoTime();
  }

  @Override
  public boolean leaderReady() {
    return replica.leaderReady();
  }

  @Override
  public boolean fenced() {
    return replica.fence().isUp();
  }

  @Override
  public void stepped() {
    replica.requestPump();
  }

  @Override
  public void began(HandoverReason reason, String node) {
    ports.observer().handoverBegan(replica, reason, node);
  }

  @Override
  public void ended(HandoverReason reason, String node, boolean taken, long nanos) {
    ports.observer().handoverEnded(replica, reason, node, taken, nanos);
  }
}
