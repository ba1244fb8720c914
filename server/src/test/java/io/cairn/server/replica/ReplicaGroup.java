package io.cairn.server.replica;

import com.google.protobuf.ByteString;
import io.cairn.platform.JdkRandomSource;
import io.cairn.platform.RandomSource;
import io.cairn.protocol.wire.Command;
import io.cairn.raft.Raft;
import io.cairn.raft.RaftSettings;
import io.cairn.raft.ReplicaId;
import io.cairn.raft.SnapshotMeta;
import io.cairn.raft.log.HardState;
import io.cairn.raft.membership.Membership;
import io.cairn.raft.message.RaftMessage;
import io.cairn.server.apply.Applier;
import io.cairn.server.disk.LogWriter;
import io.cairn.server.oracle.Revisions;
import io.cairn.server.shard.ShardDescriptor;
import io.cairn.server.testing.CountingOracle;
import io.cairn.server.testing.MemoryEngine;
import io.cairn.server.testing.MemoryLog;
import io.cairn.server.testing.Outcomes;
import io.cairn.server.testing.VirtualLoops;
import io.cairn.storage.log.ReplicaKey;
import io.cairn.storage.mvcc.ShardStore;
import io.cairn.storage.mvcc.WriteResult;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/** The replicas of one shard, each with a real Raft, on loops in virtual time, with the network in the test's hands. */
final class ReplicaGroup {
  static final long MILLI = 1_000_000L;
  static final WriteBounds BOUNDS = new WriteBounds(1 << 20, 1_000, 1 << 20, 100);
  private static final RaftSettings SETTINGS =
      new RaftSettings(1_000 * MILLI, 500 * MILLI, 100 * MILLI, 1 << 20, 8 << 20, 256, 1 << 20, 8 << 20);

  final VirtualLoops loops = new VirtualLoops();
  final CountingOracle oracle = new CountingOracle();
  final List<Member> members = new ArrayList<>();
  final List<String> broken = new ArrayList<>();
  private final RandomSource random;
  /** How long a message travels; drawn for each. */
  LongSupplier delay = () -> 0;
  /** Messages that get lost. */
  Predicate<RaftMessage> lost = message -> false;

  /** One node's copy and its rooms. */
  final class Member {
    final VirtualLoops.VirtualLoop net;
    final VirtualLoops.VirtualLoop disk;
    final VirtualLoops.VirtualLoop apply;
    final MemoryLog log = new MemoryLog();
    final MemoryEngine engine = new MemoryEngine();
    final Revisions revisions;
    final Replica replica;
    final List<String> events = new ArrayList<>();

    Member(int id, ShardDescriptor shard, WriteBounds bounds) {
      net = loops.loop("net-" + id);
      disk = loops.loop("disk-" + id);
      apply = loops.loop("apply-" + id);
      revisions = new Revisions(net, oracle);
      var writer = new LogWriter(log, disk, loops, (what, cause) -> broken.add(what), 8 << 20, (nanos, bytes, writes) -> { });
      var applier = new Applier(engine, 1 << 14, apply, loops, (what, cause) -> broken.add(what), (nanos, commands) -> { });
      var ports = new ReplicaPorts(net, loops, writer, applier, revisions, (from, message) -> carry(message), new NoSnapshots(),
          new Heard(events));
      var self = new ReplicaId(id);
      var raft = new Raft(self, SETTINGS, HardState.INITIAL, Membership.of(new TreeSet<>(shard.replicas().keySet())),
          log.view(new ReplicaKey(shard.id(), self)), 0, term -> new byte[0], bound -> random.nextLong(bound), loops.nanoTime());
      replica = new Replica(shard, self, raft, ShardStore.open(engine, 1), ports, bounds, id * 1_000_000_000L + 1);
      tick();
    }

    private void tick() {
      net.schedule(50 * MILLI, () -> {
        replica.tick(loops.nanoTime());
        tick();
      });
    }

    Outcomes<WriteResult.Done> write(Command.Builder command) {
      return write(command, loops.nanoTime() + 5_000 * MILLI);
    }

    Outcomes<WriteResult.Done> write(Command.Builder command, long deadline) {
      var outcome = new Outcomes<WriteResult.Done>();
      ByteString bytes = command.build().toByteString();
      net.execute(() -> replica.write(new WriteRequest(bytes, command.getSeen(), deadline, outcome)));
      return outcome;
    }

    Outcomes<Long> read(long context) {
      return read(context, loops.nanoTime() + 5_000 * MILLI);
    }

    Outcomes<Long> read(long context, long deadline) {
      var outcome = new Outcomes<Long>();
      net.execute(() -> replica.read(new ReadRequest(context, deadline, outcome)));
      return outcome;
    }
  }

  ReplicaGroup(int size, long seed) {
    this(size, seed, BOUNDS);
  }

  ReplicaGroup(int size, long seed, WriteBounds bounds) {
    random = new JdkRandomSource(seed);
    SortedMap<ReplicaId, String> names = new TreeMap<>();
    for (int id = 1; id <= size; id++) {
      names.put(new ReplicaId(id), "n" + id);
    }
    var shard = new ShardDescriptor(1, 1, 1, new byte[] {1}, new byte[] {2}, names);
    for (int id = 1; id <= size; id++) {
      members.add(new Member(id, shard, bounds));
    }
  }

  RandomSource random() {
    return random;
  }

  private void carry(RaftMessage message) {
    if (lost.test(message)) {
      return;
    }
    Member to = members.get((int) message.to().value() - 1);
    to.net.schedule(delay.getAsLong(), () -> to.replica.receive(message));
  }

  /** Runs until there is a leader that can propose, and returns it. */
  Member leader() {
    for (int i = 0; i < 100; i++) {
      for (Member member : members) {
        if (member.replica.isLeader() && member.replica.status().applied() > 0 && member.replica.status().role().name().equals("LEADER")) {
          loops.run();
          return member;
        }
      }
      loops.advance(100 * MILLI);
    }
    throw new AssertionError("nobody leads");
  }

  private static final class NoSnapshots implements ReplicaPorts.Snapshots {
    @Override
    public void send(Replica from, ReplicaId to, long term) {
      throw new AssertionError("no log is cut here");
    }

    @Override
    public void install(Replica replica, SnapshotMeta snapshot) {
      throw new AssertionError("no snapshot was sent");
    }
  }

  private record Heard(List<String> events) implements ReplicaPorts.Observer {
    @Override
    public void leaderChanged(Replica replica, ReplicaId leader) {
      events.add("leader " + leader);
    }

    @Override
    public void campaigned(Replica replica) {
      events.add("campaigned");
    }

    @Override
    public void handoverEnded(Replica replica, HandoverReason reason, String node, boolean taken, long nanos) {
      events.add("handed over " + reason + " to " + node + ": " + taken);
    }

    @Override
    public void proposed(Replica replica, int commands, int bytes) {
      events.add("proposed " + commands);
    }

    @Override
    public void windowMoved(Replica replica, long before, long end, boolean firstOfTerm, boolean own) {
      events.add("window");
    }
  }
}
