package io.cairn.server.node;

import io.cairn.platform.EventLoop;
import io.cairn.protocol.link.Acceptance;
import io.cairn.protocol.link.AcceptanceSettings;
import io.cairn.protocol.link.LinkSettings;
import io.cairn.protocol.transport.HostPort;
import io.cairn.protocol.transport.Transport;
import io.cairn.protocol.wire.JoinAnswer;
import io.cairn.protocol.wire.NodeStatus;
import io.cairn.protocol.wire.PeerRequest;
import io.cairn.protocol.wire.PeerResponse;
import io.cairn.protocol.wire.Role;
import io.cairn.raft.Raft;
import io.cairn.raft.ReplicaId;
import io.cairn.raft.SnapshotMeta;
import io.cairn.raft.message.RaftMessage;
import io.cairn.server.admin.Readiness;
import io.cairn.server.apply.Applier;
import io.cairn.server.config.NodeConfig;
import io.cairn.server.disk.EngineFlusher;
import io.cairn.server.disk.LogWriter;
import io.cairn.server.frontend.Admission;
import io.cairn.server.frontend.Call;
import io.cairn.server.frontend.ClientService;
import io.cairn.server.frontend.HistoryService;
import io.cairn.server.frontend.LeaseService;
import io.cairn.server.frontend.LockService;
import io.cairn.server.frontend.MemberService;
import io.cairn.server.frontend.StatusService;
import io.cairn.server.leaders.Handovers;
import io.cairn.server.leaders.LeaderWatch;
import io.cairn.server.lease.LeaseDesk;
import io.cairn.server.lease.LeaseFigures;
import io.cairn.server.guard.GuardRoom;
import io.cairn.server.hashes.HashFigures;
import io.cairn.server.hashes.HashRoom;
import io.cairn.server.lease.LeaseRoom;
import io.cairn.server.lock.LockRoom;
import io.cairn.server.members.MemberCodec;
import io.cairn.server.members.NodeTable;
import io.cairn.server.metrics.NodeMeters;
import io.cairn.server.oracle.RevisionOracle;
import io.cairn.server.oracle.Revisions;
import io.cairn.server.outcome.FailStop;
import io.cairn.server.outcome.RefusedConnections;
import io.cairn.server.peer.PeerService;
import io.cairn.server.peer.Peers;
import io.cairn.server.peer.RaftCodec;
import io.cairn.server.peer.SnapshotReceiver;
import io.cairn.server.peer.SnapshotSender;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.ReplicaPorts;
import io.cairn.server.replica.Replicas;
import io.cairn.server.retention.Retention;
import io.cairn.server.retention.SpaceKeeper;
import io.cairn.server.shard.ShardDescriptor;
import io.cairn.server.shard.ShardMap;
import io.cairn.server.watch.WatchRoom;
import io.cairn.storage.catalog.ReplicaCatalog;
import io.cairn.storage.directory.NodeDirectory;
import io.cairn.storage.engine.Engine;
import io.cairn.storage.log.LogSettings;
import io.cairn.storage.log.SharedLog;
import io.cairn.storage.mvcc.ShardStore;
import io.cairn.storage.snapshot.SnapshotSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The rooms of a node, built and joined in the order in which they need each other. */
final class Rooms {
  private static final Logger log = LoggerFactory.getLogger(Rooms.class);

  private final NodeConfig config;
  private final Devices devices;
  private final BlockingLoops blocking;
  private final NodeMeters meters;
  private final ProcessFacts facts;
  private final FailStop failStop;
  private final EventLoop nodeLoop;
  private final Replicas replicas = new Replicas();
  private final ClusterReadiness readiness;
  private NodeDirectory directory;
  private Engine engine;
  private ReplicaCatalog catalog;
  private SharedLog logStore;
  private LogEnd logEnd;
  private LogWriter logWriter;
  private EngineFlusher flusher;
  private Applier applier;
  private RevisionOracle oracle;
  private Revisions revisions;
  private Peers peers;
  private PeerLinks links;
  private NodeBook book;
  private MemberRoom members;
  private HistoryRoom history;
  private SpaceKeeper space;
  private LeaseRoom leases;
  private LockRoom locks;
  private GuardRoom guards;
  private LeaseFigures leaseFigures;
  private final HashFigures hashFigures = new HashFigures();
  private HashRoom hashes;
  private Joining joining;
  private SnapshotSender snapshotSender;
  private SnapshotReceiver snapshotReceiver;
  private ShardHost host;
  private LeaderWatch leaders;
  private SpaceRoom room;
  private final Handovers handovers;
  private Handshakes handshakes;
  private WatchRoom watches;
  private ClientService clients;
  private PeerService peerService;
  private Acceptance clientAcceptance;
  private Transport.Listening clientPort;
  private Transport.Listening peerPort;

  Rooms(NodeConfig config, Devices devices, BlockingLoops blocking, NodeMeters meters, ProcessFacts facts, FailStop failStop) {
    this.config = config;
    this.devices = devices;
    this.blocking = blocking;
    this.meters = meters;
    this.facts = facts;
    this.failStop = failStop;
    this.nodeLoop = devices.transport().loops().getFirst();
    this.handovers = new Handovers(replicas, devices.clock(), config.raft().electionTimeoutNanos());
    this.readiness = new ClusterReadiness(devices.clock(), nodeLoop, replicas, () -> members.map());
  }

  void open() throws IOException {
    try {
      openDisk();
      joinCluster();
      listen();
    } catch (IOException | RuntimeException e) {
      closeDisk();
      throw e;
    }
    nodeLoop.execute(() -> {
      if (joining == null) {
        peers.start();
        links.check();
      } else { // Who has no id yet can say nothing to the others that fits what they know.
        joining.begin();
      }
    });
  }

  // Room 4a and 5: the disk.

  private void openDisk() throws IOException {
    String dir = config.storage().dir();
    config.cluster().cutBack().forEach(log::warn);
    long digest = config.cluster().joins() ? 0 : Bootstrap.digest(config.cluster());
    directory = NodeDirectory.open(devices.files(), dir, config.cluster().id(), config.cluster().nodeName(), digest,
        devices.random().split("incarnation"));
    if (!config.cluster().joins() && directory.identity().nodeId() == 0 && directory.identity().bootstrapDigest() != digest) {
      log.warn("cluster.nodes or cluster.split-points differ from those this cluster was begun with; they count at the first start only");
    }
    room = new SpaceRoom(config, devices, directory);
    // Before the engine is opened, which writes: a log of a newer format leaves the whole directory as it is.
    SharedLog.refuseNewer(devices.files(), directory.logDirectory());
    directory.makeEngineDirectory();
    engine = devices.engines().open(directory.engineDirectory());
    catalog = ReplicaCatalog.open(engine);
    ShardHost.requireReplicas(directory, catalog);
    sweep();
    logStore = SharedLog.open(devices.files(), directory.logDirectory(),
        new LogSettings(config.storage().logSegmentBytes(), config.storage().logKeepBytes(), config.cluster().id()), blocking.flush(),
        new LogMending(engine, catalog));
    logEnd = new LogEnd(engine, catalog, logStore);
    logEnd.note();
    logWriter = new LogWriter(logStore, blocking.log(), devices.clock(), failStop,
        config.limits().logQueueBytes(), (nanos, bytes, writes) -> {
          meters.fsync(nanos, bytes);
          leaders.synced(nanos);
        });
    leaders = new LeaderWatch(devices.clock(), blocking.watch(), devices.transport().loops(), replicas,
        config.raft(), meters, handovers, strain -> peers.strained(strain));
    flusher = new EngineFlusher(engine, blocking.flush(), failStop, config.engine().writeBufferBytes() / 2,
        room::freeBytes, () -> logEnd.noteSoon(blocking.log(), applier), () -> new LogFloors(replicas, logWriter).compute());
    applier = new Applier(engine, Math.toIntExact(config.engine().recentVersionsBytes()), blocking.apply(), devices.clock(), failStop, (nanos, commands) -> {
      meters.apply(nanos, commands);
      flusher.applied();
    });
  }

  private void sweep() {
    var batch = engine.newBatch();
    var swept = catalog.sweep(batch);
    if (!swept.isEmpty()) {
      engine.write(batch);
      log.info("deleted stores that no replica refers to; stores={}", swept);
    }
  }

  // Room 3 and 4b: replicas, the oracle and the peers.

  private void joinCluster() {
    oracle = new RevisionOracle(devices.clock(), new SystemLeadership(replicas, devices.tap()));
    ShardMap shards = directory.identity().bootstrapped() ? ShardHost.storedShards(catalog) : Bootstrap.shards(config.cluster());
    boolean joins = config.cluster().joins() && !directory.identity().bootstrapped();
    book = new NodeBook(config.cluster(), joins ? Collections.emptySortedMap() : shards.shards().getFirst().replicas());
    // A node that was added finds the others by what it was told when it joined, until it has applied a newer table.
    catalog.joined().map(MemberCodec::decodeTable).ifPresent(book::take);
    handshakes = new Handshakes(config.cluster(), directory, blocking.log(), facts.version(), book, () -> members.met());
    var firstStart = new FirstStart(config.cluster().nodes().size(), directory.identity().bootstrapped(),
        this::firstStart);
    links = new PeerLinks(replicas, firstStart, failStop, book, how -> members.removed(how));
    peers = new Peers(nodeLoop, devices.transport(), devices.clock(), devices.random(), book.others(), linkSettings(), handshakes::hello,
        links);
    members = new MemberRoom(book, devices, blocking.log(), directory, replicas, peers, shards,
        () -> directory.identity().bootstrapDigest(), failStop);
    leaseFigures = new LeaseFigures(meters::leaseEnded);
    leases = new LeaseRoom(devices.clock(), nodeLoop, blocking.scan(), replicas, peers, leaseFigures);
    locks = new LockRoom(devices.clock(), blocking.scan(), replicas);
    guards = new GuardRoom(devices.clock(), nodeLoop, blocking.scan(), replicas, peers, () -> members.map());
    revisions = new Revisions(nodeLoop, new OracleRoute(oracle, replicas, peers));
    space = new SpaceKeeper(devices.clock(), blocking.space(), engine, catalog, replicas, applier, flusher, failStop, room::isLow);
    history = new HistoryRoom(devices.clock(), nodeLoop, replicas, peers, revisions,
        new Retention(config.history(), devices.random().split("history")), space);
    var gate = room.gate(config, devices, engine, replicas);
    snapshotReceiver = new SnapshotReceiver(engine, catalog, applier, logWriter);
    watches = new WatchRoom(blocking.events(), devices.clock(), failStop, replicas, config.limits().watches());
    var events = new ClusterEvents(meters, oracle, revisions, members, history, leases, locks, guards, devices.tap(), watches);
    snapshotSender = new SnapshotSender(peers, devices.clock(), blocking.scan(), this::snapshotOf,
        devices.random().split("snapshots").nextLong() >>> 2, config.limits().snapshotRate());
    var snapshots = new SnapshotRoutes(snapshotSender, snapshotReceiver);
    hashes = new HashRoom(devices.clock(), nodeLoop, replicas, peers, config.storage().hashCheckNanos(), hashFigures,
        new HashPorts(engine, catalog, applier, snapshotSender, snapshotReceiver, devices.tap()));
    host = new ShardHost(config, devices, engine, catalog, logStore, replicas, loop -> new ReplicaPorts(loop, devices.clock(), logWriter,
        applier, revisions, this::send, snapshots, events, gate), this::ticked, this::opened, this::broughtUp);
    clients = clientService();
    peerService = new PeerService(replicas, oracle, nodeLoop, snapshotReceiver, this::aboutCluster, this::betweenShards, room.machines(leaders),
        new RefusedConnections(devices.clock(), "peer"));
    members.serveWith(peerService);
    if (joins) {
      joining = new Joining(nodeLoop, config.cluster().join(), config.cluster().nodeName(), handshakes.incarnation(),
          answer -> blocking.log().execute(() -> openJoined(answer)), how -> members.removed(how),
          (listener, addresses) -> new Peers(nodeLoop, devices.transport(), devices.clock(), devices.random().split("joining"), addresses,
              linkSettings(), handshakes::joiningHello, listener));
    }
  }

  private void ticked() {
    oracle.retry();
    members.tick();
    history.tick();
    leases.tick();
    locks.tick();
    guards.tick();
    hashes.tick();
  }

  private void broughtUp(int shard) {
    applier.run("noting that a replica was brought up", () -> {
      var batch = engine.newBatch();
      catalog.clearSuspect(batch, shard);
      engine.write(batch);
    });
  }

  private void opened(Replica replica) {
    members.opened(replica);
    history.opened(replica);
  }

  private void aboutCluster(PeerRequest request, Consumer<PeerResponse> answer) {
    if (request.hasHistory()) {
      history.route().serve(request.getHistory(), answer);
    } else {
      members.route().serve(request, answer);
    }
  }

  private void betweenShards(PeerRequest request, Consumer<PeerResponse> answer) {
    if (request.hasGuardRegister() || request.hasGuardFence()) {
      guards.serve(request, answer);
    } else if (request.hasHashCheck()) {
      hashes.serve(replicas.get(request.getHashCheck().getShard()), request, answer);
    } else if (request.hasHashVerdict()) {
      hashes.serve(replicas.get(request.getHashVerdict().getShard()), request, answer);
    } else if (request.hasSnapshotWanted()) {
      hashes.serve(replicas.get(request.getSnapshotWanted().getShard()), request, answer);
    } else {
      leases.serve(request, answer);
    }
  }

  private void send(Replica from, RaftMessage message) {
    if (!failStop.isBroken()) {
      peers.send(from.descriptor().node(message.to()), RaftCodec.encode(from.descriptor(), message));
    }
  }

  private LinkSettings linkSettings() {
    return LinkSettings.defaults().withBytes((int) peerFrameBytes(), config.limits().peerQueueBytes(), config.limits().peerQueueBytes());
  }

  /** A frame of appends holds up to one message's bytes beyond what a single entry may have. */
  private long peerFrameBytes() {
    return config.limits().frameBytes() + config.limits().appendBytes();
  }

  /** On the scan loop. Null when the replica has moved, or is moving, to another store: then it does not lead any more either. */
  private SnapshotSource snapshotOf(Replica replica) {
    int shard = replica.descriptor().id();
    ShardStore store = replica.store();
    SnapshotSource source;
    try {
      source = SnapshotSource.open(engine, store, catalog.replica(shard).orElseThrow(), config.cluster().id().getBytes(StandardCharsets.UTF_8));
    } catch (IllegalStateException e) {
      if (catalog.replica(shard).orElseThrow().store() == store.store()) {
        throw e;
      }
      return null;
    }
    if (store != replica.store()) {
      source.close(); // It may have been deleted before the view was taken.
      return null;
    }
    return source;
  }

  /** A node that joins begins with what it is told instead; whom it meets meanwhile says nothing of it. */
  private void firstStart() {
    if (joining == null) {
      blocking.log().execute(this::openReplicas);
    }
  }

  /** Runs once it is clear that this node never took part under another directory; on the log's loop. */
  private void openReplicas() {
    if (host.isClosed()) {
      return;
    }
    ShardMap first = Bootstrap.shards(config.cluster());
    host.createFirst(first, first.shards().getFirst().replicaOf(config.cluster().nodeName()), Optional.empty());
    directory.markBootstrapped();
    begin();
  }

  /** What shard 0's leader said is written down: a first state without a voice, which the leaders of the shards bring up to date. */
  private void openJoined(JoinAnswer answer) {
    if (host.isClosed()) {
      return; // Told to stop while it asked: the next start asks again.
    }
    byte[] told = answer.getTable().toByteArray();
    NodeTable table = MemberCodec.decodeTable(told);
    host.createFirst(Bootstrap.joined(answer, table), new ReplicaId(answer.getNodeId()), Optional.of(told));
    directory.markJoined(answer.getNodeId(), answer.getBootstrapDigest());
    nodeLoop.execute(() -> {
      members.changed(table);
      peers.start();
    });
    begin();
    host.storedShards().shards().forEach(this::meter);
  }

  private void begin() {
    ShardMap stored = host.storedShards();
    book.bornWith(stored.shards().getFirst().replicas());
    members.holds(stored);
    host.open();
    nodeLoop.execute(host::tick);
    leaders.start();
    room.start(blocking.scan(), flusher, peers);
    // Opening the log has begun a new segment: what the ones before it hold is made durable, so that they can be used again.
    flusher.flushSoon();
  }

  // Room 1: the clients.

  private ClientService clientService() {
    var limits = config.limits();
    var desk = new Call.Desk(new Admission(limits), meters, devices.clock(), failStop);
    NodeStatus fixed = NodeDescription.status(config, facts, directory.identity().incarnation());
    long began = devices.clock().nanoTime();
    Supplier<NodeStatus.Builder> status = () -> fixed.toBuilder()
        .setUptimeMillis((devices.clock().nanoTime() - began) / 1_000_000)
        .setResidentBytes(facts.residentBytes())
        .setCpuMicros(facts.cpuMicros())
        .setLogBytes(logStore.diskBytes())
        .setEngineBytes(engine.diskBytes())
        .setDiskFreeBytes(room.freeBytes())
        .setDiskFreeBytesMin(config.storage().freeSpaceMinBytes())
        .setDiskLow(room.isLow())
        .setQueuedBytes(logWriter.queuedBytes() + clients.inflightBytes())
        .setConnections(connections())
        .addAllPeers(links.status());
    return new ClientService(desk, members::map, replicas, revisions, blocking.scan(), limits,
        new StatusService(members::map, replicas, revisions, () -> NodeDescription.shardMap(config, book.nodes()), status),
        new MemberService(members.route()), new HistoryService(history.route()), book::behind, watches,
        new LeaseService(new LeaseDesk(leases, replicas, members::map, blocking.scan())),
        new LockService(locks, members::map, replicas));
  }

  private int connections() {
    return clientAcceptance == null ? 0 : clientAcceptance.connections();
  }

  private void listen() throws IOException {
    var limits = config.limits();
    var bounds = ConnectionBounds.of(limits, facts.openFilesMax());
    var peerAcceptance = new Acceptance(AcceptanceSettings.of(Role.PEER, (int) peerFrameBytes(), bounds.peers()), handshakes.peers(),
        peerService);
    // Half of the room for requests may be taken by those that have not come whole.
    clientAcceptance = new Acceptance(AcceptanceSettings.of(Role.CLIENT, (int) limits.frameBytes(), bounds.clients()), handshakes.clients(),
        clients, limits.nodeInflightBytes() / 2);
    peerPort = devices.transport().listen(config.addresses().peer(), peerAcceptance);
    try {
      clientPort = devices.transport().listen(config.addresses().client(), clientAcceptance);
    } catch (IOException e) {
      peerPort.close();
      throw e;
    }
    meters.connections("client", clientAcceptance::connections);
    meters.connections("peer", peerAcceptance::connections);
    meters.logBytes(logStore::diskBytes);
    meters.engineBytes(engine::diskBytes);
    meters.diskRoom(room::freeBytes, config.storage()::freeSpaceMinBytes, () -> room.isLow() ? 1 : 0);
    meters.engineMerges(() -> engine.merges().late(), () -> engine.merges().bytesPerSecond());
    meters.queue("log", limits.logQueueBytes(), logWriter::queuedBytes);
    meters.queue("requests", limits.nodeInflightBytes(), clients::requestBytes);
    meters.queue("pages", clients.pageBytesMax(), clients::pageBytes);
    meters.queue("answers", limits.nodeOutboundBytes(), clients::outboundBytes);
    meters.queue("peers", () -> peers.count() * limits.peerQueueBytes(), peers::queuedBytes);
    if (joining == null) { // Else it is not known yet which shards there are.
      members.map().shards().forEach(this::meter);
    }
    meters.logWriteWait(this::logWriteMillis);
    meters.queue("watches", limits.watchBytes(), watches::bytes);
    meters.compactions(history::asked, history::byRetention, space::reclaimed);
    meters.watches(watches::watches, watches::behind, watches::sentEvents, watches::pagesRead);
    meters.leases(leaseFigures::leases, leaseFigures::ending, leaseFigures::renewals);
    meters.suspectReplicas(host::suspects);
    meters.hashes(hashes::fenced, hashes::diverged, hashFigures);
    meters.replicasLed(() -> replicas.all().stream().filter(Replica::leads).count());
  }

  private void meter(ShardDescriptor shard) {
    meters.rememberedClients(shard.id(), () -> ofStore(shard.id(), ShardStore::clients));
    meters.history(shard.id(), () -> ofStore(shard.id(), ShardStore::compacted), () -> ofStore(shard.id(), ShardStore::deletedKeys));
    meters.queue("inbox", config.limits().inboxBytes(), () -> inboxBytes(shard.id()));
  }

  private long inboxBytes(int shard) {
    Replica replica = replicas.get(shard);
    return replica == null ? 0 : replica.inboxBytes();
  }

  private long logWriteMillis() {
    long since = logWriter.writingSince();
    return since == Raft.DISK_ANSWERS ? 0 : Math.max(0, devices.clock().nanoTime() - since) / 1_000_000;
  }

  private long ofStore(int shard, ToLongFunction<ShardStore> number) {
    Replica replica = replicas.get(shard);
    return replica == null ? 0 : number.applyAsLong(replica.store());
  }

  // What others of this room need.

  HostPort clientAddress() {
    return clientPort.address();
  }

  HostPort peerAddress() {
    return peerPort.address();
  }

  Readiness readiness() {
    return readiness;
  }

  Replicas replicas() {
    return replicas;
  }

  ClientService clients() {
    return clients;
  }

  EventLoop nodeLoop() {
    return nodeLoop;
  }

  // The way down, called by Stopping in this order.

  /** Leaves nothing to lead here, within {@code mostNanos}; then goes on, on the node's loop. */
  void leave(long mostNanos, Runnable then) {
    handovers.leave(nodeLoop, mostNanos, () -> {
      leaders.close();
      then.run();
    });
  }

  void closePorts() {
    clientPort.close();
  }

  /** From here on no replica is opened that is not closed at once. */
  void closeHost() {
    host.close();
  }

  void closeCluster() {
    if (joining != null) {
      joining.close();
    }
    revisions.close();
    space.end();
    room.end();
    snapshotSender.close();
    peers.close();
    peerPort.close();
    peerService.close();
    clients.close();
  }

  /** On the applier's loop. */
  void endApplying() {
    if (applier != null) {
      applier.end();
    }
  }

  /** On the log's loop. */
  void endLog() {
    if (logWriter != null) {
      logWriter.end();
    }
  }

  /** Blocks; on the flusher's loop. */
  void closeDisk() {
    if (flusher != null) {
      flusher.end();
    }
    if (engine != null) {
      if (flusher == null || flusher.hasRoom()) { // Else it is replayed from the log.
        if (flusher != null && !failStop.isBroken()) {
          logEnd.note();
        }
        engine.flush();
      }
      engine.close();
    }
    if (logStore != null) {
      logStore.close();
    }
    if (directory != null) {
      directory.close();
    }
  }

  /** Routes between a replica and its snapshots. */
  private record SnapshotRoutes(SnapshotSender sender, SnapshotReceiver receiver) implements ReplicaPorts.Snapshots {
    @Override
    public void send(Replica from, ReplicaId to, long term) {
      sender.send(from, to, term);
    }

    @Override
    public void install(Replica replica, SnapshotMeta snapshot) {
      receiver.install(replica, snapshot);
    }

    @Override
    public void keep(Replica replica, SnapshotMeta snapshot) {
      receiver.keep(replica, snapshot);
    }

    @Override
    public void rebuild(Replica replica, SnapshotMeta snapshot) {
      receiver.rebuild(replica, snapshot);
    }
  }
}
