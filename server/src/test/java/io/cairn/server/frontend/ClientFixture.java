package io.cairn.server.frontend;

import com.google.protobuf.InvalidProtocolBufferException;
import io.cairn.platform.JdkRandomSource;
import io.cairn.protocol.frame.FrameChannel;
import io.cairn.protocol.frame.FrameException;
import io.cairn.protocol.frame.FrameKind;
import io.cairn.protocol.link.Acceptance;
import io.cairn.protocol.link.AcceptanceSettings;
import io.cairn.protocol.link.Handshake;
import io.cairn.protocol.link.Link;
import io.cairn.protocol.link.LinkListener;
import io.cairn.protocol.link.LinkSettings;
import io.cairn.protocol.link.Reply;
import io.cairn.protocol.transport.Connection;
import io.cairn.protocol.transport.ConnectionHandler;
import io.cairn.protocol.transport.HostPort;
import io.cairn.protocol.transport.Transport;
import io.cairn.protocol.wire.HandshakeRefused;
import io.cairn.protocol.wire.NodeStatus;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import io.cairn.protocol.wire.Role;
import io.cairn.protocol.wire.Welcome;
import io.cairn.raft.Raft;
import io.cairn.raft.RaftSettings;
import io.cairn.raft.ReplicaId;
import io.cairn.raft.SnapshotMeta;
import io.cairn.raft.log.HardState;
import io.cairn.raft.membership.Membership;
import io.cairn.server.apply.Applier;
import io.cairn.server.config.Limits;
import io.cairn.server.disk.LogWriter;
import io.cairn.server.lock.LockRoom;
import io.cairn.server.metrics.NodeMeters;
import io.cairn.server.oracle.Revisions;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.ReplicaPorts;
import io.cairn.server.replica.Replicas;
import io.cairn.server.replica.WriteBounds;
import io.cairn.server.shard.ShardDescriptor;
import io.cairn.server.shard.ShardMap;
import io.cairn.server.testing.CountingOracle;
import io.cairn.server.watch.WatchRoom;
import io.cairn.server.testing.MemoryEngine;
import io.cairn.server.testing.MemoryLog;
import io.cairn.server.testing.SilentObserver;
import io.cairn.server.testing.MemoryTransport;
import io.cairn.server.testing.VirtualLoops;
import io.cairn.storage.log.ReplicaKey;
import io.cairn.storage.mvcc.ShardStore;
import io.cairn.storage.mvcc.WriteResult;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** A node's client port with two data shards of one replica each, and a client's link to it; all in virtual time. */
final class ClientFixture {
  static final long MILLI = 1_000_000L;
  private static final HostPort PORT = new HostPort("127.0.0.1", 7_101);
  private static final ReplicaId SELF = new ReplicaId(1);
  private static final RaftSettings SETTINGS = new RaftSettings(1_000 * MILLI, 500 * MILLI, 100 * MILLI, 1 << 20, 8 << 20, 256, 16 << 20,
      8 << 20);

  final VirtualLoops loops = new VirtualLoops();
  final VirtualLoops.VirtualLoop net = loops.loop("net-0");
  final VirtualLoops.VirtualLoop client = loops.loop("client");
  final VirtualLoops.VirtualLoop disk = loops.loop("disk");
  final VirtualLoops.VirtualLoop apply = loops.loop("apply");
  final VirtualLoops.VirtualLoop scan = loops.loop("scan");
  final VirtualLoops.VirtualLoop events = loops.loop("events");
  final MemoryTransport transport = new MemoryTransport(List.of(net));
  final MemoryEngine engine = new MemoryEngine();
  final MemoryLog log = new MemoryLog();
  final CountingOracle oracle = new CountingOracle();
  final Revisions revisions = new Revisions(net, oracle);
  final Replicas replicas = new Replicas();
  final LockRoom locks = new LockRoom(loops, scan, replicas);
  final ShardMap map;
  final WatchRoom watches;
  final ClientService service;
  final Link link;
  final List<String> broken = new ArrayList<>();

  /** What a request brought: parts, then the end. */
  static class Got implements Reply {
    final List<Response> parts = new ArrayList<>();
    Response last;
    IOException failure;

    @Override
    public void part(ByteBuf body) {
      parts.add(parse(body));
    }

    @Override
    public void done(ByteBuf body) {
      last = parse(body);
    }

    @Override
    public void failed(boolean mayHaveBeenSent, IOException cause) {
      failure = cause;
    }

    private static Response parse(ByteBuf body) {
      try {
        return Response.parseFrom(body.nioBuffer());
      } catch (InvalidProtocolBufferException e) {
        throw new AssertionError(e);
      }
    }

    boolean open() {
      return last == null && failure == null;
    }

    List<String> keys() {
      var keys = new ArrayList<String>();
      for (Response part : parts) {
        part.getRange().getKvsList().forEach(kv -> keys.add(kv.getKey().toStringUtf8()));
      }
      last.getRange().getKvsList().forEach(kv -> keys.add(kv.getKey().toStringUtf8()));
      return keys;
    }
  }

  ClientFixture() {
    this(Limits.defaults(), 3);
  }

  /**
   * Shards of the default keyspace meet at "m".
   *
   * @param open how many of the three replicas are open yet
   */
  ClientFixture(Limits limits, int open) {
    var shards = new ArrayList<ShardDescriptor>();
    var holders = new TreeMap<>(Map.of(SELF, "n1"));
    shards.add(new ShardDescriptor(0, 1, 1, new byte[] {0}, new byte[] {1}, holders));
    shards.add(new ShardDescriptor(1, 1, 1, new byte[] {1}, new byte[] {1, 'm'}, holders));
    shards.add(new ShardDescriptor(2, 1, 1, new byte[] {1, 'm'}, new byte[] {2}, holders));
    map = new ShardMap(1, shards);
    var writer = new LogWriter(log, disk, loops, (what, cause) -> broken.add(what + cause), 32 << 20, (nanos, bytes, writes) -> { });
    var applier = new Applier(engine, 1 << 14, apply, loops, (what, cause) -> broken.add(what + cause), (nanos, commands) -> { });
    var ports = new ReplicaPorts(net, loops, writer, applier, revisions, (from, message) -> { }, new NoSnapshots(), new OnlyWatches());
    var bounds = new WriteBounds((int) limits.batchBytes(), (int) limits.batchCommands(), limits.inboxBytes(), 100);
    for (ShardDescriptor shard : shards.subList(0, open)) {
      var raft = new Raft(SELF, SETTINGS, HardState.INITIAL, Membership.of(new TreeSet<>(holders.keySet())),
          log.view(new ReplicaKey(shard.id(), SELF)), 0, term -> new byte[0], bound -> 0, loops.nanoTime());
      replicas.add(new Replica(shard, SELF, raft, ShardStore.open(engine, 1 + shard.id()), ports, bounds, 1));
    }
    var desk = new Call.Desk(new Admission(limits),
        new NodeMeters(new SimpleMeterRegistry()), loops, (what, cause) -> broken.add(what + cause));
    watches = new WatchRoom(events, loops, (what, cause) -> broken.add(what + cause), replicas, limits.watches());
    service = new ClientService(desk, () -> map, replicas, revisions, scan, limits, new StatusService(() -> map, replicas, revisions,
        io.cairn.protocol.wire.ShardMap::getDefaultInstance, NodeStatus::newBuilder),
        new MemberService((request, deadline, answer) -> answer.accept(Response.getDefaultInstance())),
        new HistoryService((request, deadline, answer) -> answer.accept(Response.getDefaultInstance())), level -> behind, watches,
        new LeaseService(new NoLeases()), new LockService(locks, () -> map, replicas));
    transport.listen(PORT, new Acceptance(AcceptanceSettings.of(Role.CLIENT, (int) limits.frameBytes(), 1_000),
        (hello, remote, verdict) -> verdict.welcome(Welcome.getDefaultInstance()), service));
    link = link();
    tick();
    loops.advance(3_000 * MILLI);
  }

  /** The node that has shown too little; null while all understand everything. */
  FeatureLevels.Behind behind;

  /** One more client's. */
  Link link() {
    var opened = new Link(transport, client, PORT, () -> Handshake.hello(Role.CLIENT).build(),
        LinkSettings.defaults().withBytes(8 << 20, 64 << 20, 64 << 20).withKeepAlive(3_600_000 * MILLI, 3), loops, new JdkRandomSource(1), new Quiet());
    opened.start();
    return opened;
  }

  private void tick() {
    net.schedule(50 * MILLI, () -> {
      replicas.all().forEach(replica -> replica.tick(loops.nanoTime()));
      locks.tick();
      tick();
    });
  }

  /** A client that numbers its requests as it likes. */
  final class RawClient implements FrameChannel.Receiver {
    final List<String> heard = new ArrayList<>();
    private FrameChannel frames;

    RawClient() {
      transport.connect(PORT, 0, client, new Transport.Connector() {
        @Override
        public ConnectionHandler connected(Connection connection) {
          frames = new FrameChannel(connection, 8 << 20, RawClient.this);
          frames.send(FrameKind.HELLO, 0, 0, Handshake.hello(Role.CLIENT).build());
          return frames;
        }

        @Override
        public void failed(IOException cause) {
          throw new AssertionError(cause);
        }
      });
      loops.run();
    }

    void send(FrameKind kind, long id, Request.Builder request) {
      client.now(() -> frames.send(kind, 0, id, request.build()));
    }

    @Override
    public void frame(FrameKind kind, int flags, long requestId, ByteBuf body) {
      heard.add(kind == FrameKind.RESPONSE ? requestId + " " + Got.parse(body).getError().getCode() : kind.toString());
    }

    @Override
    public void turnEnded() {}

    @Override
    public void writable() {}

    @Override
    public void malformed(FrameException cause) {
      throw new AssertionError(cause);
    }

    @Override
    public void closed(Throwable cause) {
      heard.add("closed");
    }
  }

  Got ask(Request.Builder request) {
    return ask(link, request);
  }

  /** Asks on another link than the first. */
  Got ask(Link on, Request.Builder request) {
    var got = new Got();
    Request sent = request.build();
    client.now(() -> on.call(FrameKind.REQUEST, sent, 3_600_000 * MILLI, got));
    return got;
  }

  /** Asks and runs until nothing is left to do. */
  Response answer(Request.Builder request) {
    Got got = ask(request);
    loops.run();
    return got.last;
  }

  private static final class NoSnapshots implements ReplicaPorts.Snapshots {
    @Override
    public void send(Replica from, ReplicaId to, long term) {}

    @Override
    public void install(Replica replica, SnapshotMeta snapshot) {}
  }

  private static final class NoLeases implements LeaseService.Route {
    @Override
    public void serve(int shard, io.cairn.protocol.wire.Request request, long deadline, java.util.function.Consumer<Response> answer) {
      answer.accept(Response.getDefaultInstance());
    }

    @Override
    public void revoked(WriteResult.Done done, long deadline,
        io.cairn.server.outcome.Completion<WriteResult.Done> completion) {
      completion.done(done);
    }
  }

  private final class OnlyWatches extends SilentObserver {
    @Override
    public void leaderChanged(Replica replica, ReplicaId leader) {
      locks.leaderChanged(replica);
    }

    @Override
    public void leasedGone(Replica replica, List<byte[]> keys) {
      locks.leasedGone(replica, keys);
    }

    @Override
    public void applied(Replica replica) {
      watches.applied(replica);
    }
  }

  private static final class Quiet implements LinkListener {
    @Override
    public void connected(Welcome welcome) {}

    @Override
    public void refused(HandshakeRefused refusal) {
      throw new AssertionError(refusal.getMessage());
    }

    @Override
    public void disconnected(IOException cause) {}

    @Override
    public void frame(FrameKind kind, int flags, long id, ByteBuf body) {}
  }
}
