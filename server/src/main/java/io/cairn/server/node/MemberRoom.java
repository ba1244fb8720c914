package io.cairn.server.node;

import io.cairn.platform.EventLoop;
import io.cairn.server.apply.SystemState;
import io.cairn.server.members.ChangeDriver;
import io.cairn.server.members.MemberCommand.Found;
import io.cairn.server.members.NodeTable;
import io.cairn.server.outcome.FailStop;
import io.cairn.server.peer.PeerService;
import io.cairn.server.peer.Peers;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.Replicas;
import io.cairn.server.shard.ShardDescriptor;
import io.cairn.server.shard.ShardMap;
import io.cairn.storage.StorageFailure;
import io.cairn.storage.directory.NodeDirectory;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this node makes of shard 0's table of nodes, whenever it changes: links, handshakes, the names of replicas, the map that
 * clients get, and its own end when it was removed. Where shard 0 is led, the driver of changes lives in here. On the node's first
 * loop, which is also the system shard's replica's; {@link #map} from any.
 */
final class MemberRoom {
  private static final Logger log = LoggerFactory.getLogger(MemberRoom.class);
  /** A new node may take this long to come and to catch up before the change that brings it is taken back. */
  private static final long STAGE_NANOS_MAX = TimeUnit.MINUTES.toNanos(30);

  private final NodeBook book;
  private final EventLoop loop;
  private final EventLoop directoryLoop;
  private final NodeDirectory directory;
  private final Replicas replicas;
  private final Peers peers;
  private final FailStop failStop;
  private final ShardSteps steps;
  private final ChangeDriver driver;
  private final MemberRoute route;
  private PeerService service;
  /** The shards that lie here, as the catalog has them; what {@link #map} is made of, on the first loop alone. */
  private volatile ShardMap stored;
  private volatile ShardMap map;
  private boolean foundingProposed;

  MemberRoom(NodeBook book, Devices devices, EventLoop directoryLoop, NodeDirectory directory, Replicas replicas, Peers peers,
      ShardMap map, LongSupplier bootstrapDigest, FailStop failStop) {
    this.book = book;
    this.loop = devices.transport().loops().getFirst();
    this.directoryLoop = directoryLoop;
    this.directory = directory;
    this.replicas = replicas;
    this.peers = peers;
    this.failStop = failStop;
    this.stored = map;
    this.map = map;
    this.steps = new ShardSteps(devices.clock(), loop, replicas, peers, book.self());
    this.driver = new ChangeDriver(devices.clock(), steps, STAGE_NANOS_MAX);
    this.route = new MemberRoute(devices.clock(), loop, new SystemShard(devices.clock(), replicas, peers), driver, steps,
        new Admissions(book, replicas, peers, driver, steps, this::map, bootstrapDigest));
  }

  /** What serves the other nodes: told whom to let go. */
  void serveWith(PeerService peerService) {
    service = peerService;
  }

  MemberRoute route() {
    return route;
  }

  /** All shards, each with the replicas that a client may be sent to. */
  ShardMap map() {
    return map;
  }

  /** The shards that lie here are these; their replicas' names are the book's. From any loop. */
  void holds(ShardMap shards) {
    stored = shards;
    loop.run(() -> map = described(stored));
  }

  private ShardMap described(ShardMap shards) {
    List<ShardDescriptor> members = shards.shards().stream().map(shard -> shard.withReplicas(book.members())).toList();
    return new ShardMap(1 + book.table().epoch(), members);
  }

  /** The table as of what this node has applied. */
  void changed(NodeTable table) {
    if (!book.take(table)) {
      return;
    }
    refresh();
    if (book.isRemoved(book.self())) {
      removed("shard 0 says so");
    }
    driver.applied(table);
  }

  /** Someone came whom the table does not know yet. */
  void met() {
    loop.run(this::refresh);
  }

  private void refresh() {
    map = described(stored);
    peers.update(book.others());
    for (Replica replica : replicas.all()) {
      describe(replica);
    }
    book.table().nodes().values().stream().filter(node -> book.isRemoved(node.name())).forEach(node -> service.drop(node.name()));
  }

  private void describe(Replica replica) {
    replica.loop().run(() -> replica.describe(replica.descriptor().withReplicas(book.replicas())));
  }

  /** A replica was opened. */
  void opened(Replica replica) {
    describe(replica);
    if (replica.descriptor().isSystem()) {
      changed(SystemState.nodes(replica.store()));
    }
  }

  /** This node leads the system shard. */
  void lead(Replica system) {
    foundingProposed = false;
    driver.lead(SystemState.nodes(system.store()));
  }

  /** It does so no more. */
  void follow() {
    if (driver.leads()) {
      driver.follow();
    }
  }

  void tick() {
    driver.tick();
    if (driver.leads() && !foundingProposed && !book.table().isFounded() && book.allUnderstandMembers()) {
      found();
    }
  }

  private void found() {
    var founders = book.founders();
    if (founders.isEmpty()) {
      log.warn("cannot write down whom the cluster began with: cluster.nodes does not list every one of {}", book.replicas().values());
    } else if (!steps.propose(new Found(founders))) {
      return;
    }
    foundingProposed = true;
  }

  /** The node was taken out of the cluster: that is kept, and the node stops. From any loop. */
  void removed(String how) {
    directoryLoop.execute(() -> {
      if (!failStop.isBroken()) {
        directory.markRemoved();
        failStop.broken("taking part", new StorageFailure(StorageFailure.Kind.REMOVED, "node '" + book.self()
            + "' was removed from the cluster (" + how + "): its data directory is of no more use"));
      }
    });
  }
}
