package io.cairn.server.node;

import io.cairn.platform.EventLoop;
import io.cairn.raft.DiskState;
import io.cairn.raft.LeaderEntry;
import io.cairn.raft.Raft;
import io.cairn.raft.RaftSettings;
import io.cairn.raft.ReplicaId;
import io.cairn.raft.log.HardState;
import io.cairn.raft.log.StableLog;
import io.cairn.raft.membership.Membership;
import io.cairn.raft.membership.MembershipCodec;
import io.cairn.server.command.EntryPayload;
import io.cairn.server.command.SystemCommand;
import io.cairn.server.config.Limits;
import io.cairn.server.config.NodeConfig;
import io.cairn.server.oracle.RevisionOracle;
import io.cairn.server.peer.CatchUpBudget;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.ReplicaPorts;
import io.cairn.server.replica.Replicas;
import io.cairn.server.replica.WriteBounds;
import io.cairn.server.shard.DescriptorCodec;
import io.cairn.server.shard.ShardDescriptor;
import io.cairn.server.shard.ShardMap;
import io.cairn.storage.StorageFailure;
import io.cairn.storage.catalog.Piece;
import io.cairn.storage.catalog.ReplicaCatalog;
import io.cairn.storage.catalog.ReplicaRecord;
import io.cairn.storage.directory.NodeDirectory;
import io.cairn.storage.engine.Engine;
import io.cairn.storage.engine.EngineBatch;
import io.cairn.storage.log.LogStore;
import io.cairn.storage.log.ReplicaKey;
import io.cairn.storage.mvcc.Applied;
import io.cairn.storage.mvcc.ShardStore;
import io.cairn.storage.mvcc.TxnBounds;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates the first replicas of a node, opens those it has, and lets time pass for them. */
final class ShardHost {
  private static final Logger log = LoggerFactory.getLogger(ShardHost.class);
  private static final LeaderEntry NOTHING = term -> new byte[0];

  private final NodeConfig config;
  private final Devices devices;
  private final Engine engine;
  private final ReplicaCatalog catalog;
  private final LogStore logStore;
  private final Replicas replicas;
  private final Function<EventLoop, ReplicaPorts> ports;
  private final Runnable ticked;
  private final Consumer<Replica> opened;
  private final IntConsumer cleared;
  private final SharedJitter jitter;
  private final CatchUpBudget pace;
  /** The shards whose replicas may lack what they have acknowledged. */
  private final Set<Integer> suspects = new ConcurrentSkipListSet<>();
  private volatile boolean closed;

  /**
   * @param ports the rooms for replicas of a loop
   * @param ticked runs on the node's first loop after each tick: what waits for a lease may look again
   * @param opened hears of each replica, on the node's first loop
   * @param cleared hears that a replica which was suspect lacks nothing any more, on its loop
   */
  ShardHost(NodeConfig config, Devices devices, Engine engine, ReplicaCatalog catalog, LogStore logStore, Replicas replicas,
      Function<EventLoop, ReplicaPorts> ports, Runnable ticked, Consumer<Replica> opened,
      IntConsumer cleared) {
    this.config = config;
    this.devices = devices;
    this.engine = engine;
    this.catalog = catalog;
    this.logStore = logStore;
    this.replicas = replicas;
    this.ports = ports;
    this.ticked = ticked;
    this.opened = opened;
    this.cleared = cleared;
    this.pace = new CatchUpBudget(config.limits().catchUpRate());
    this.jitter = new SharedJitter(devices.clock(), devices.random().split("election jitter"), 2 * config.raft().electionTimeoutNanos());
  }

  /**
   * Writes the first state of every shard, durably, where there is none. On the engine's writer.
   *
   * @param shards with the replicas that their logs begin with
   * @param self this node's replica of each, one of those or one that was added since
   * @param joined the table of nodes that a node which was added was told; empty on one that the cluster begins with
   */
  void createFirst(ShardMap shards, ReplicaId self, Optional<byte[]> joined) {
    if (!catalog.replicas().isEmpty()) {
      return;
    }
    EngineBatch batch = engine.newBatch();
    joined.ifPresent(table -> catalog.putJoined(batch, table));
    for (ShardDescriptor shard : shards.shards()) {
      byte[] members = MembershipCodec.encode(Membership.of(new TreeSet<>(shard.replicas().keySet())));
      catalog.create(batch, new ReplicaRecord(shard.id(), self.value(), shard.rangeEpoch(), shard.membershipEpoch(), shard.start(),
          shard.end(), List.of(new Piece(catalog.newStore(batch), shard.start(), shard.end())), members,
          DescriptorCodec.encodeNodes(shard.replicas())));
    }
    engine.write(batch);
    engine.flush();
    log.info("created the first state of all shards; shards={}", shards.shards().size());
  }

  /**
   * Before anything else is read: an engine that was lost whole looks like a new one, and its node like one that has nothing yet.
   *
   * @throws StorageFailure {@code UNMENDABLE} when the node has had replicas, and there are none
   */
  static void requireReplicas(NodeDirectory directory, ReplicaCatalog catalog) {
    if (directory.identity().bootstrapped() && catalog.replicas().isEmpty()) {
      throw new StorageFailure(StorageFailure.Kind.UNMENDABLE, "engine " + directory.engineDirectory()
          + " is empty, though this node has had data there: its files were lost, or are another's. " + StorageFailure.REPLACE);
    }
  }

  /** The shards of which this node holds replicas. */
  ShardMap storedShards() {
    return storedShards(catalog);
  }

  static ShardMap storedShards(ReplicaCatalog catalog) {
    return new ShardMap(1, catalog.replicas().stream().map(DescriptorCodec::descriptor).toList());
  }

  /** Opens every replica of the node; they take part from here on. On the log's loop, before anything else is written. */
  void open() {
    for (ReplicaRecord record : catalog.replicas()) {
      if (!closed) {
        open(record);
      }
    }
  }

  private void open(ReplicaRecord record) {
    ShardStore store = ShardStore.open(engine, record.store(), record.shard());
    Applied applied = store.applied();
    var key = new ReplicaKey(record.shard(), new ReplicaId(record.replicaId()));
    alignLog(key, applied);
    ShardDescriptor descriptor = DescriptorCodec.descriptor(record);
    EventLoop loop = loopOf(record.shard());
    HardState hardState = logStore.hardState(key);
    StableLog view = logStore.view(key);
    byte[] members = store.members() == null ? record.membership() : store.members();
    LeaderEntry leaderEntry = descriptor.isSystem()
        ? term -> EntryPayload.system(new SystemCommand.ExtendWindow(RevisionOracle.firstWindow())) : NOTHING;
    DiskState disk = catalog.isSuspect(record.shard(), record.replicaId()) ? DiskState.SUSPECT : DiskState.INTACT;
    Raft raft = new Raft(key.replica(), settings(), hardState, MembershipCodec.decode(members), view, applied.index(),
        disk, leaderEntry, jitter, devices.clock().nanoTime());
    raft.catchUpPace(pace);
    long firstRead = devices.random().split("reads of shard " + record.shard()).nextLong() >>> 2 | 1;
    var replica = new Replica(descriptor, key.replica(), raft, store, ports.apply(loop), writeBounds(), firstRead);
    log.info("shard={} {} opened; range-epoch={}", record.shard(), raft.status().describe(), record.rangeEpoch());
    if (disk == DiskState.SUSPECT) {
      log.warn("shard={} may lack entries that it has acknowledged: its log was damaged. Votes for nobody before it was brought up", record.shard());
      suspects.add(record.shard());
    }
    devices.tap().opened(replica, raft, hardState, view);
    boolean fenced = catalog.isFenced(record.shard(), record.replicaId());
    if (fenced) {
      log.warn("shard={} is fenced since an earlier life: its data differs from what the others have; it is rebuilt from them", record.shard());
    }
    loop.execute(() -> {
      if (fenced) {
        replica.fence().raise();
      }
      replicas.add(replica);
      if (closed) {
        replica.close(); // Whoever closes the others may have been here before.
        return;
      }
      devices.transport().loops().getFirst().execute(() -> {
        if (!closed) {
          opened.accept(replica);
        }
      });
    });
  }

  private void alignLog(ReplicaKey key, Applied applied) {
    StableLog view = logStore.view(key);
    LogAlignment.of(key, applied, view, logStore.hardState(key)).ifPresent(restart -> {
      log.warn("shard={} restarted its log at what is applied; base={} log-base={} log-last={}", key.shard(), restart.restart().orElseThrow(),
          view.base(), view.last());
      logStore.append(List.of(restart));
    });
  }

  private RaftSettings settings() {
    Limits limits = config.limits();
    return new RaftSettings(config.raft().electionTimeoutNanos(), config.raft().electionJitterNanos(), config.raft().heartbeatNanos(),
        limits.appendBytes(), limits.inflightAppendBytes(), (int) limits.inflightAppendMessages(), limits.uncommittedBytes(),
        limits.applyBytes());
  }

  private WriteBounds writeBounds() {
    Limits limits = config.limits();
    return new WriteBounds((int) limits.batchBytes(), (int) limits.batchCommands(), limits.inboxBytes(), (int) config.retriedClientsMax(),
        new TxnBounds(limits.txnBytes(), limits.txnKeys()));
  }

  private EventLoop loopOf(int shard) {
    List<EventLoop> loops = devices.transport().loops();
    return loops.get(shard % loops.size());
  }

  /** Lets time pass for all replicas at the same moment, so that the heartbeats of all shards leave together. */
  void tick() {
    if (closed) {
      return;
    }
    for (EventLoop loop : devices.transport().loops()) {
      loop.run(() -> tick(loop));
    }
    ticked.run();
    devices.transport().loops().getFirst().schedule(config.raft().heartbeatNanos() / 2, this::tick);
  }

  /** The clock is read on the loop that ticks: one that was held up must see that it was, and not take it for silence of others. */
  private void tick(EventLoop loop) {
    long now = devices.clock().nanoTime();
    for (Replica replica : replicas.all()) {
      if (replica.loop() == loop) {
        replica.tick(now);
        lookAtSuspect(replica);
      }
    }
  }

  private void lookAtSuspect(Replica replica) {
    int shard = replica.descriptor().id();
    if (suspects.contains(shard) && replica.disk() == DiskState.INTACT && suspects.remove(shard)) {
      log.info("shard={} was brought up after its log had been damaged: it lacks nothing", shard);
      cleared.accept(shard);
    }
  }

  /** How many replicas may lack what they have acknowledged. */
  int suspects() {
    return suspects.size();
  }

  /** The node is about to stop: nothing is created or opened any more, and time stands still. Before the open replicas are closed. */
  void close() {
    closed = true;
  }

  boolean isClosed() {
    return closed;
  }
}
