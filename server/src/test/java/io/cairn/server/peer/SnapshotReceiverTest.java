package io.cairn.server.peer;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.cairn.protocol.wire.SnapshotChunk;
import io.cairn.protocol.wire.SnapshotChunkAnswer;
import io.cairn.raft.Raft;
import io.cairn.raft.RaftSettings;
import io.cairn.raft.ReplicaId;
import io.cairn.raft.SnapshotMeta;
import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.HardState;
import io.cairn.raft.membership.Membership;
import io.cairn.raft.membership.MembershipCodec;
import io.cairn.server.apply.Applier;
import io.cairn.server.command.EntryPayload;
import io.cairn.server.disk.LogWriter;
import io.cairn.server.oracle.Revisions;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.ReplicaPorts;
import io.cairn.server.replica.WriteBounds;
import io.cairn.server.shard.DescriptorCodec;
import io.cairn.server.shard.ShardDescriptor;
import io.cairn.server.testing.Commands;
import io.cairn.server.testing.CountingOracle;
import io.cairn.server.testing.MemoryEngine;
import io.cairn.server.testing.MemoryLog;
import io.cairn.server.testing.VirtualLoops;
import io.cairn.storage.catalog.Piece;
import io.cairn.storage.catalog.ReplicaCatalog;
import io.cairn.storage.catalog.ReplicaRecord;
import io.cairn.storage.log.ReplicaKey;
import io.cairn.storage.mvcc.ApplyRound;
import io.cairn.storage.mvcc.ShardStore;
import io.cairn.storage.snapshot.SnapshotSource;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SnapshotReceiverTest {
  private static final ReplicaId LEADER = new ReplicaId(1);
  private static final ReplicaId SELF = new ReplicaId(2);
  private static final byte[] START = {1};
  private static final byte[] END = {2};
  private static final ShardDescriptor SHARD = new ShardDescriptor(1, 1, 1, START, END, new TreeMap<>(Map.of(LEADER, "n1", SELF, "n2")));
  private static final RaftSettings SETTINGS = new RaftSettings(1_000_000_000L, 500_000_000L, 100_000_000L, 1 << 20, 8 << 20, 256, 1 << 20,
      8 << 20);

  private final VirtualLoops loops = new VirtualLoops();
  private final VirtualLoops.VirtualLoop net = loops.loop("net-0");
  private final VirtualLoops.VirtualLoop disk = loops.loop("log-writer");
  private final VirtualLoops.VirtualLoop apply = loops.loop("apply");
  private final MemoryEngine engine = new MemoryEngine();
  private final MemoryLog log = new MemoryLog();
  private final List<String> broken = new ArrayList<>();
  private final List<SnapshotChunkAnswer> answers = new ArrayList<>();
  private final ReplicaCatalog catalog = ReplicaCatalog.open(engine);
  private SnapshotReceiver receiver;
  private Replica replica;

  @BeforeEach
  void open() {
    create(engine, catalog, SELF);
    var writer = new LogWriter(log, disk, loops, (what, cause) -> broken.add(what + ": " + cause), 1 << 20, (nanos, bytes, writes) -> { });
    var applier = new Applier(engine, apply, loops, (what, cause) -> broken.add(what + ": " + cause), (nanos, commands) -> { });
    receiver = new SnapshotReceiver(engine, catalog, applier, writer);
    var ports = new ReplicaPorts(net, loops, writer, applier, new Revisions(net, new CountingOracle()), (from, message) -> { },
        new Receiving(), new Nobody());
    var raft = new Raft(SELF, SETTINGS, HardState.INITIAL, members(), log.view(new ReplicaKey(1, SELF)), 0, term -> new byte[0],
        bound -> 0, loops.nanoTime());
    long store = catalog.replica(1).orElseThrow().store();
    replica = new Replica(SHARD, SELF, raft, ShardStore.open(engine, store), ports, new WriteBounds(1 << 20, 1_000, 1 << 20, 10), 1);
  }

  private static Membership members() {
    return Membership.of(new TreeSet<>(SHARD.replicas().keySet()));
  }

  private static void create(MemoryEngine engine, ReplicaCatalog catalog, ReplicaId self) {
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

  private static final class Nobody implements ReplicaPorts.Observer {
    @Override
    public void leaderChanged(Replica of, ReplicaId leader) {}

    @Override
    public void campaigned(Replica of) {}

    @Override
    public void proposed(Replica of, int commands, int bytes) {}

    @Override
    public void windowMoved(Replica of, long before, long end, boolean firstOfTerm, boolean own) {}
  }

  /** What the leader sends when it has applied so many puts. */
  private static List<byte[]> snapshot(int entries, int chunkBytes) {
    var source = new MemoryEngine();
    var records = ReplicaCatalog.open(source);
    create(source, records, LEADER);
    ShardStore store = ShardStore.open(source, records.replica(1).orElseThrow().store());
    for (int i = 1; i <= entries; i++) {
      var round = new ApplyRound(source);
      store.apply(round, new EntryId(1, i), EntryPayload.decodeCommands(
          EntryPayload.commands(1 + i, 10, List.of(Commands.put(1, i, "k" + i, "v" + i).build().toByteString()))));
      round.commit();
    }
    var chunks = new ArrayList<byte[]>();
    try (var reading = SnapshotSource.open(source, store, records.replica(1).orElseThrow(), "c".getBytes(StandardCharsets.UTF_8))) {
      for (byte[] chunk = reading.next(chunkBytes); chunk != null; chunk = reading.next(chunkBytes)) {
        chunks.add(chunk);
      }
    }
    return chunks;
  }

  private void chunk(long stream, int number, byte[] data) {
    receiver.chunk(replica, SnapshotChunk.newBuilder().setShard(1).setRangeEpoch(1).setFrom(LEADER.value()).setTo(SELF.value()).setTerm(1)
        .setStream(stream).setNumber(number).setData(ByteString.copyFrom(data)).build(), answers::add);
  }

  private void send(long stream, List<byte[]> chunks) {
    for (int i = 0; i < chunks.size(); i++) {
      chunk(stream, i, chunks.get(i));
    }
  }

  private List<Long> unused() {
    return catalog.sweep(engine.newBatch());
  }

  @Test
  void aWholeSnapshotTakesThePlaceOfTheReplicasDataAndItsLog() {
    send(1, snapshot(5, 128));
    loops.run();

    assertThat(broken).isEmpty();
    assertThat(answers).hasSizeGreaterThan(2).allSatisfy(answer -> assertThat(answer.getAccepted()).isTrue());
    assertThat(replica.store().applied().index()).isEqualTo(5);
    assertThat(replica.store().applied().revision()).isEqualTo(6);
    assertThat(replica.status().applied()).isEqualTo(5);
    assertThat(log.view(replica.key()).base()).isEqualTo(new EntryId(1, 5));
    assertThat(unused()).as("the old store is gone").isEmpty();
  }

  @Test
  @DisplayName("SN-08 the switch of stores is durable before the log begins after the snapshot")
  void theSwitchIsDurableBeforeTheLogRestarts() {
    send(1, snapshot(5, 1 << 20));
    while (log.view(replica.key()).base().index() == 0) {
      apply.runAll();
      net.runAll();
      assertThat(replica.store().applied().index()).as("the old one until the log is restarted").isZero();
      disk.runAll();
    }
    assertThat(ShardStore.open(engine, catalog.replica(1).orElseThrow().store()).durable().index()).isEqualTo(5);
    loops.run();

    assertThat(replica.store().applied().index()).isEqualTo(5);
  }

  @Test
  void anotherSendingThatBeginsWhileRaftDecidesTakesNothingAway() {
    List<byte[]> later = snapshot(7, 128);
    send(1, snapshot(5, 128));
    apply.runAll(); // Whole, and Raft has not heard of it.
    chunk(2, 0, later.getFirst());
    apply.runAll();
    loops.run();

    assertThat(broken).isEmpty();
    assertThat(replica.store().applied().index()).isEqualTo(5);
    for (int i = 1; i < later.size(); i++) {
      chunk(2, i, later.get(i));
    }
    loops.run();
    assertThat(broken).isEmpty();
    assertThat(replica.store().applied().index()).isEqualTo(7);
    assertThat(unused()).isEmpty();
  }

  @Test
  void twoThatBecomeWholeTogetherLeaveOneAndNoRest() {
    send(1, snapshot(5, 1 << 20));
    send(2, snapshot(7, 1 << 20));
    apply.runAll();
    loops.run();

    assertThat(broken).isEmpty();
    assertThat(replica.store().applied().index()).isIn(5L, 7L);
    assertThat(unused()).isEmpty();
  }

  @Test
  void oneThatSaysNothingNewIsPassedOverAndDeleted() {
    send(1, snapshot(5, 128));
    loops.run();
    send(2, snapshot(3, 128));
    loops.run();

    assertThat(broken).isEmpty();
    assertThat(replica.store().applied().index()).isEqualTo(5);
    assertThat(unused()).isEmpty();
  }

  @Test
  void aSnapshotThatBeginsInTheMiddleIsRefused() {
    chunk(1, 3, snapshot(5, 128).get(3));
    loops.run();

    assertThat(answers).singleElement().satisfies(answer -> {
      assertThat(answer.getAccepted()).isFalse();
      assertThat(answer.getReason()).contains("beginning is not here");
    });
  }

  @Test
  void damageIsRefusedAndTheReplicaStaysAsItWas() {
    List<byte[]> chunks = snapshot(5, 128);
    chunks.get(1)[20] ^= 1;
    send(1, chunks.subList(0, 2));
    loops.run();

    assertThat(broken).isEmpty();
    assertThat(answers.getLast().getAccepted()).isFalse();
    assertThat(answers.getLast().getReason()).contains("damaged");
    assertThat(replica.store().applied().index()).isZero();
    assertThat(unused()).isEmpty();
  }
}
