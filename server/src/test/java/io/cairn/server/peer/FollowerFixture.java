package io.cairn.server.peer;

import io.cairn.raft.Raft;
import io.cairn.raft.RaftSettings;
import io.cairn.raft.ReplicaId;
import io.cairn.raft.SnapshotMeta;
import io.cairn.raft.log.HardState;
import io.cairn.raft.membership.Membership;
import io.cairn.raft.membership.MembershipCodec;
import io.cairn.server.apply.Applier;
import io.cairn.server.disk.LogWriter;
import io.cairn.server.oracle.Revisions;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.ReplicaPorts;
import io.cairn.server.replica.WriteBounds;
import io.cairn.server.shard.DescriptorCodec;
import io.cairn.server.shard.ShardDescriptor;
import io.cairn.server.testing.CountingOracle;
import io.cairn.server.testing.MemoryEngine;
import io.cairn.server.testing.MemoryLog;
import io.cairn.server.testing.SilentObserver;
import io.cairn.server.testing.VirtualLoops;
import io.cairn.storage.catalog.Piece;
import io.cairn.storage.catalog.ReplicaCatalog;
import io.cairn.storage.catalog.ReplicaRecord;
import io.cairn.storage.log.ReplicaKey;
import io.cairn.storage.mvcc.ShardStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** A follower of a shard of two: its replica, its rooms and the receiver of its snapshots, on loops in virtual time. */
final class FollowerFixture {
  static final ReplicaId LEADER = new ReplicaId(1);
  static final ReplicaId SELF = new ReplicaId(2);
  static final byte[] START = {1};
  static final byte[] END = {2};
  static final ShardDescriptor SHARD = new ShardDescriptor(1, 1, 1, START, END, new TreeMap<>(Map.of(LEADER, "n1", SELF, "n2")));
  static final RaftSettings SETTINGS = new RaftSettings(1_000_000_000L, 500_000_000L, 100_000_000L, 1 << 20, 8 << 20, 256, 1 << 20,
      8 << 20);

  final VirtualLoops loops = new VirtualLoops();
  final VirtualLoops.VirtualLoop net = loops.loop("net-0");
  final VirtualLoops.VirtualLoop disk = loops.loop("log-writer");
  final VirtualLoops.VirtualLoop apply = loops.loop("apply");
  final MemoryEngine engine = new MemoryEngine();
  final MemoryLog log = new MemoryLog();
  final List<String> broken = new ArrayList<>();
  final ReplicaCatalog catalog = ReplicaCatalog.open(engine);
  final SnapshotReceiver receiver;
  final Replica replica;

  FollowerFixture() {
    this(members());
  }

  /** @param voters with {@link #SELF} alone among them the replica leads after an election timeout */
  FollowerFixture(Membership voters) {
    create(engine, catalog, SELF);
    var writer = new LogWriter(log, disk, loops, (what, cause) -> broken.add(what + ": " + cause), 1 << 20, (nanos, bytes, writes) -> { });
    var applier = new Applier(engine, 1 << 14, apply, loops, (what, cause) -> broken.add(what + ": " + cause), (nanos, commands) -> { });
    receiver = new SnapshotReceiver(engine, catalog, applier, writer);
    var ports = new ReplicaPorts(net, loops, writer, applier, new Revisions(net, new CountingOracle()), (from, message) -> { },
        new Receiving(), new SilentObserver());
    var raft = new Raft(SELF, SETTINGS, HardState.INITIAL, voters, log.view(new ReplicaKey(1, SELF)), 0, term -> new byte[0],
        bound -> 0, loops.nanoTime());
    long store = catalog.replica(1).orElseThrow().store();
    replica = new Replica(SHARD, SELF, raft, ShardStore.open(engine, store), ports, new WriteBounds(1 << 20, 1_000, 1 << 20, 10), 1);
  }

  static Membership members() {
    return Membership.of(new TreeSet<>(SHARD.replicas().keySet()));
  }

  static void create(MemoryEngine engine, ReplicaCatalog catalog, ReplicaId self) {
    var batch = engine.newBatch();
    catalog.create(batch, new ReplicaRecord(1, self.value(), 1, 1, START, END, List.of(new Piece(catalog.newStore(batch), START, END)),
        MembershipCodec.encode(members()), DescriptorCodec.encodeNodes(SHARD.replicas())));
    engine.write(batch);
    engine.flush();
  }

  private final class Receiving implements ReplicaPorts.Snapshots {
    @Override
    public void send(Replica from, ReplicaId to, long term) {
      throw new AssertionError("a follower sends none");
    }

    @Override
    public void install(Replica to, SnapshotMeta snapshot) {
      receiver.install(to, snapshot);
    }
  }
}
