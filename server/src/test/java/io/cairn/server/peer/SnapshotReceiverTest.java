package io.cairn.server.peer;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.cairn.protocol.wire.SnapshotChunk;
import io.cairn.protocol.wire.SnapshotChunkAnswer;
import io.cairn.raft.Raft;
import io.cairn.raft.ReplicaId;
import io.cairn.raft.log.EntryId;
import io.cairn.server.command.EntryPayload;
import io.cairn.server.replica.Replica;
import io.cairn.server.testing.Commands;
import io.cairn.server.testing.MemoryEngine;
import io.cairn.server.testing.MemoryLog;
import io.cairn.server.testing.VirtualLoops;
import io.cairn.storage.catalog.ReplicaCatalog;
import io.cairn.storage.mvcc.ApplyRound;
import io.cairn.storage.mvcc.RecentVersions;
import io.cairn.storage.mvcc.ShardStore;
import io.cairn.storage.snapshot.SnapshotSource;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SnapshotReceiverTest {
  private static final ReplicaId LEADER = FollowerFixture.LEADER;
  private static final ReplicaId SELF = FollowerFixture.SELF;

  private final FollowerFixture node = new FollowerFixture();
  private final VirtualLoops loops = node.loops;
  private final VirtualLoops.VirtualLoop net = node.net;
  private final VirtualLoops.VirtualLoop disk = node.disk;
  private final VirtualLoops.VirtualLoop apply = node.apply;
  private final MemoryEngine engine = node.engine;
  private final MemoryLog log = node.log;
  private final List<String> broken = node.broken;
  private final ReplicaCatalog catalog = node.catalog;
  private final SnapshotReceiver receiver = node.receiver;
  private final Replica replica = node.replica;
  private final List<SnapshotChunkAnswer> answers = new ArrayList<>();

  /** What the leader sends when it has applied so many puts. */
  static List<byte[]> snapshot(int entries, int chunkBytes) {
    var source = new MemoryEngine();
    var records = ReplicaCatalog.open(source);
    FollowerFixture.create(source, records, LEADER);
    ShardStore store = ShardStore.open(source, records.replica(1).orElseThrow().store());
    for (int i = 1; i <= entries; i++) {
      var round = new ApplyRound(source, new RecentVersions(1 << 14));
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
  @DisplayName("what is read of a store while a snapshot takes its place is not shown: the store may be deleted by then")
  void whatIsReadOfAReplacedStoreIsReadAnew() {
    var read = new ArrayList<Long>();
    long shown = replica.show(store -> {
      if (read.isEmpty()) {
        send(1, snapshot(5, 1 << 20));
        loops.run();
      }
      read.add(store.store());
      return store.store();
    });

    assertThat(broken).isEmpty();
    assertThat(read).hasSize(2).doesNotHaveDuplicates().endsWith(shown);
    assertThat(shown).isEqualTo(replica.store().store());
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
  @DisplayName("SN-03 SN-09 another sending that begins while Raft decides on a whole snapshot takes nothing away")
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
  @DisplayName("SN-03 of two snapshots that become whole together one is installed, and nothing is left over")
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

  /** What boot would make of what is durable now: the catalog swept, the store as it is, and how the log goes with it. */
  private void checkThatACrashIsUnderstood(String when) {
    MemoryEngine left = engine.afterCrash();
    var records = ReplicaCatalog.open(left);
    var sweep = left.newBatch();
    records.sweep(sweep);
    left.write(sweep);
    ShardStore store = ShardStore.open(left, records.replica(1).orElseThrow().store());
    long base = log.view(replica.key()).base().index();
    long applied = store.applied().index();
    assertThat(applied).as("%s: the old data or the new, never a part", when).isIn(0L, 5L);
    assertThat(store.applied().revision()).as(when).isEqualTo(applied + 1);
    assertThat(base).as("%s: the log never begins behind what the data lacks", when).isLessThanOrEqualTo(applied);
    assertThat(records.sweep(left.newBatch())).as("%s: swept once", when).isEmpty();
  }

  @Test
  @DisplayName("A-08 SN-02 SN-04 after a crash at any step of the switch there is the old data with its log or the new, and no rest")
  void aCrashAtAnyStepLeavesTheOldOrTheNew() {
    engine.onWrite(batch -> checkThatACrashIsUnderstood("before a write of the engine"));
    engine.duringFlush(() -> checkThatACrashIsUnderstood("in the middle of a flush"));
    send(1, snapshot(5, 128));
    int steps = 0;
    for (boolean busy = true; busy; ) {
      busy = false;
      for (VirtualLoops.VirtualLoop loop : loops.loops()) {
        if (loop.runOne()) {
          busy = true;
          steps++;
          checkThatACrashIsUnderstood("after step " + steps + ", of " + loop.name());
        }
      }
    }
    assertThat(steps).isGreaterThan(10);
    assertThat(broken).isEmpty();
    assertThat(replica.store().applied().index()).isEqualTo(5);
    assertThat(replica.status().applied()).as("the snapshot's, not the old data's").isEqualTo(5);
    assertThat(replica.status().commit()).isEqualTo(5);
  }
}
