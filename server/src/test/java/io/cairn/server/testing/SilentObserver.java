package io.cairn.server.testing;

import io.cairn.raft.ReplicaId;
import io.cairn.server.members.NodeTable;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.ReplicaPorts;

/** Hears what becomes of a replica and does nothing about it. */
public class SilentObserver implements ReplicaPorts.Observer {
  @Override
  public void leaderChanged(Replica of, ReplicaId leader) {}

  @Override
  public void campaigned(Replica of) {}

  @Override
  public void proposed(Replica of, int commands, int bytes) {}

  @Override
  public void windowMoved(Replica of, long before, long end, boolean firstOfTerm, boolean own) {}

  @Override
  public void nodesChanged(Replica of, NodeTable nodes) {}

  @Override
  public void installed(Replica of) {}
}
