package io.cairn.server.node;

import io.cairn.server.command.SystemCommand;
import io.cairn.server.oracle.RevisionOracle;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.ReplicaTap;
import io.cairn.server.replica.Replicas;
import io.cairn.server.shard.ShardDescriptor;

/** The oracle's view of the system shard's replica; both belong to the node's first loop. */
record SystemLeadership(Replicas replicas, ReplicaTap tap) implements RevisionOracle.Leadership {

  @Override
  public long leaseUntil() {
    Replica system = replicas.get(ShardDescriptor.SYSTEM);
    return system == null ? Long.MIN_VALUE : system.leaseUntil();
  }

  @Override
  public boolean proposeWindow(long count) {
    Replica system = replicas.get(ShardDescriptor.SYSTEM);
    return system != null && system.propose(new SystemCommand.ExtendWindow(count));
  }

  @Override
  public void handsOut(long first, long last) {
    tap.handsOut(first, last);
  }
}
