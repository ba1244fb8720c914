package io.cairn.server.node;

import io.cairn.raft.ReplicaId;
import io.cairn.server.apply.Applier;
import io.cairn.server.hashes.HashRoom;
import io.cairn.server.peer.SnapshotReceiver;
import io.cairn.server.peer.SnapshotSender;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.ReplicaTap;
import io.cairn.storage.catalog.ReplicaCatalog;
import io.cairn.storage.engine.Engine;
import io.cairn.storage.engine.EngineBatch;
import io.cairn.storage.mvcc.KeyScrub;
import java.util.function.Consumer;

/** What comparing replicas needs of the node: its catalog, and the ways of snapshots. */
record HashPorts(Engine engine, ReplicaCatalog catalog, Applier applier, SnapshotSender sender, SnapshotReceiver receiver, ReplicaTap tap)
    implements HashRoom.Ports {

  /** Before the switch that clears it, since that is asked for later, of the same loop. */
  @Override
  public void noteFenced(Replica replica) {
    applier.run("noting that a replica is fenced", () -> {
      EngineBatch batch = engine.newBatch();
      catalog.putFenced(batch, replica.key().shard(), replica.key().replica().value());
      engine.write(batch);
      engine.flush();
    });
  }

  @Override
  public void sendSnapshot(Replica from, ReplicaId to, long term) {
    sender.send(from, to, term);
  }

  @Override
  public long chunksReceived(int shard) {
    return receiver.chunks(shard);
  }

  @Override
  public void scrub(Replica replica, long bytesMax, Consumer<KeyScrub> found) {
    applier.run("reading keys again", () -> found.accept(replica.store().scrub(bytesMax)));
  }

  @Override
  public void compared(Replica replica, long index, boolean same) {
    tap.compared(replica, index, same);
  }
}
