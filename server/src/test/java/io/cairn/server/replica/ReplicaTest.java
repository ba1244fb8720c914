package io.cairn.server.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.raft.InvariantBroken;
import io.cairn.raft.ReplicaId;
import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.EntryKind;
import io.cairn.raft.message.RaftMessage;
import io.cairn.server.command.SystemCommand;
import io.cairn.server.testing.Commands;
import io.cairn.server.testing.Outcomes;
import io.cairn.storage.StorageFailure;
import io.cairn.storage.mvcc.WriteResult;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ReplicaTest {
  private static final long MILLI = ReplicaGroup.MILLI;

  private static List<Long> revisions(List<Outcomes<WriteResult.Done>> writes) {
    return writes.stream().map(write -> write.value().revision()).toList();
  }

  @Test
  void aPlainRunOfPutsLeavesNoGap() {
    var group = new ReplicaGroup(1, 1);
    var leader = group.leader();
    var writes = new ArrayList<Outcomes<WriteResult.Done>>();
    for (int i = 1; i <= 5; i++) {
      writes.add(leader.write(Commands.put(1, i, "k", "v" + i)));
      group.loops.run();
    }

    assertThat(revisions(writes)).containsExactly(2L, 3L, 4L, 5L, 6L);
  }

  @Test
  void whatComesInOneTurnIsOneEntryAndOneWriteOfTheLog() {
    var group = new ReplicaGroup(1, 1);
    var leader = group.leader();
    int before = leader.log.appends().size();
    for (int i = 1; i <= 50; i++) {
      leader.write(Commands.put(1, i, "k" + i, "v"));
    }
    group.loops.run();

    assertThat(leader.events).contains("proposed 50");
    assertThat(leader.log.appends()).hasSize(before + 1);
  }

  @Test
  void aRetriedWriteTakesEffectOnce() {
    var group = new ReplicaGroup(1, 1);
    var leader = group.leader();
    var first = leader.write(Commands.put(1, 1, "k", "v"));
    var again = leader.write(Commands.put(1, 1, "k", "v"));
    group.loops.run();

    assertThat(again.value().revision()).isEqualTo(first.value().revision());
    assertThat(again.value().repeated()).isTrue();
  }

  @Test
  void aFollowerRefusesWritesAndNamesTheLeader() {
    var group = new ReplicaGroup(3, 2);
    var leader = group.leader();
    group.loops.advance(200 * MILLI);
    var follower = group.members.stream().filter(member -> member != leader).findFirst().orElseThrow();

    var write = follower.write(Commands.put(1, 1, "k", "v"));
    group.loops.run();

    assertThat(write.refusal().code()).isEqualTo(ErrorCode.NOT_LEADER);
    assertThat(write.refusal().leaderNode()).isEqualTo(leader.replica.descriptor().node(leader.replica.key().replica()));
  }

  @Test
  @DisplayName("a leader that is cut off ends each of its writes by its deadline, and says which may have happened")
  void cutOffLeader() {
    var group = new ReplicaGroup(3, 3);
    var leader = group.leader();
    group.lost = message -> true;
    var proposed = leader.write(Commands.put(1, 1, "k", "v"), group.loops.nanoTime() + 300 * MILLI);
    var more = new ArrayList<Outcomes<WriteResult.Done>>();
    group.loops.run();
    for (int i = 2; i <= 4; i++) {
      more.add(leader.write(Commands.put(1, i, "k", "v"), group.loops.nanoTime() + 300 * MILLI));
      group.loops.run();
    }
    var read = leader.read(0, group.loops.nanoTime() + 300 * MILLI);

    group.loops.advance(400 * MILLI);

    assertThat(proposed.isUnknown()).isTrue();
    assertThat(more.get(0).isUnknown()).isTrue();
    assertThat(more.subList(1, 3)).allSatisfy(write -> assertThat(write.refusal().code()).isEqualTo(ErrorCode.DEADLINE));
    assertThat(read.refusal().code()).isEqualTo(ErrorCode.NO_QUORUM);
    assertThat(leader.replica.inboxBytes()).isZero();
  }

  @Test
  void leadershipLostWithAWriteInTheLogIsUnknownAndBeforeThatCertain() {
    var group = new ReplicaGroup(3, 4);
    var leader = group.leader();
    group.oracle.hold();
    var closed = leader.write(Commands.put(1, 1, "k", "v"));
    group.loops.run();
    group.lost = message -> true;
    group.oracle.release();
    group.loops.run();
    group.oracle.hold();
    var waits = leader.write(Commands.put(1, 2, "k", "v"));
    group.loops.run();

    group.loops.advance(2_500 * MILLI); // Check-quorum.

    assertThat(leader.replica.isLeader()).isFalse();
    assertThat(closed.isUnknown()).isTrue();
    assertThat(waits.refusal().code()).isEqualTo(ErrorCode.NOT_LEADER);
    group.oracle.release();
    group.loops.run();
    assertThat(leader.events).containsOnlyOnce("proposed 1");
  }

  @Test
  void theHorizonIsAnsweredWithARevisionOrAtTheDeadline() {
    var group = new ReplicaGroup(1, 5, new WriteBounds(1 << 20, 1_000, 1 << 20, 1));
    var leader = group.leader();
    leader.write(Commands.put(1, 1, "a", "v"));
    group.loops.run();
    leader.write(Commands.put(2, 1, "b", "v").setSeen(2)); // Client 1 is forgotten.
    group.loops.run();
    var old = leader.write(Commands.put(1, 2, "c", "v"));
    group.loops.run();
    assertThat(old.refusal().code()).isEqualTo(ErrorCode.HORIZON);
    assertThat(old.refusal().revision()).isGreaterThan(2);

    var waits = leader.write(Commands.put(1, 3, "c", "v"), group.loops.nanoTime() + 100 * MILLI);
    leader.net.runAll();
    group.oracle.hold();
    group.loops.advance(200 * MILLI);
    assertThat(waits.refusal().code()).isEqualTo(ErrorCode.DEADLINE);
    group.oracle.release();
    group.loops.run();
    assertThat(group.loops.timers()).as("only the tick is left").isEqualTo(1);
  }

  @Test
  void readsAndWritesThatWaitShareOneBound() {
    var group = new ReplicaGroup(3, 6, new WriteBounds(1 << 20, 1_000, 10 * ReadRequest.BYTES, 100));
    var leader = group.leader();
    group.lost = message -> true;
    var reads = new ArrayList<Outcomes<Long>>();
    for (int i = 0; i < 11; i++) {
      reads.add(leader.read(0));
    }
    var write = leader.write(Commands.put(1, 1, "k", "v"));
    group.loops.run();

    assertThat(reads.subList(0, 10)).allSatisfy(read -> assertThat(read.open()).isTrue());
    assertThat(reads.getLast().refusal().code()).isEqualTo(ErrorCode.OVERLOADED);
    assertThat(reads.getLast().refusal().message()).contains("limits.inbox-bytes");
    assertThat(write.refusal().code()).isEqualTo(ErrorCode.OVERLOADED);
  }

  @Test
  void oneClientsRevisionOfTheFutureDoesNotSpoilTheReadsOfOthers() {
    var group = new ReplicaGroup(3, 7);
    var leader = group.leader();
    group.loops.advance(300 * MILLI);
    long elsewhere = group.oracle.burn(40); // Another shard's write, which an honest client has seen.
    var follower = group.members.stream().filter(member -> member != leader).findFirst().orElseThrow();
    var honest = follower.read(elsewhere);
    var madeUp = follower.read(Long.MAX_VALUE);

    group.loops.advance(100 * MILLI);

    assertThat(honest.value()).isGreaterThanOrEqualTo(elsewhere);
    assertThat(madeUp.refusal().code()).isEqualTo(ErrorCode.FUTURE_REVISION);
  }

  @Test
  void aMalformedMessageIsDroppedAndTheReplicaGoesOn() {
    var group = new ReplicaGroup(3, 8);
    var leader = group.leader();
    group.loops.advance(300 * MILLI);
    var follower = group.members.stream().filter(member -> member != leader).findFirst().orElseThrow();
    long term = follower.replica.status().term();
    var hole = List.of(new Entry(term, 77, EntryKind.COMMAND, new byte[0]));
    follower.net.execute(() -> follower.replica.receive(new RaftMessage.AppendEntries(leader.replica.key().replica(),
        follower.replica.key().replica(), term, new EntryId(term, 3), hole, 0)));
    follower.net.execute(() -> follower.replica.receive(
        new RaftMessage.Heartbeat(leader.replica.key().replica(), new ReplicaId(9), term, 0, 1)));
    group.loops.run();

    var write = leader.write(Commands.put(1, 1, "k", "v"));
    group.loops.advance(100 * MILLI);

    assertThat(write.isDone()).isTrue();
    assertThat(follower.replica.store().applied().revision()).isEqualTo(write.value().revision());
    assertThat(follower.replica.closed()).isFalse();
  }

  @Test
  void anInvariantThatDoesNotHoldComesOutOfTheLoopAndTheReplicaSaysNothingMore() {
    var group = new ReplicaGroup(3, 9);
    var leader = group.leader();
    long term = leader.replica.status().term();
    ReplicaId self = leader.replica.key().replica();
    var other = new ReplicaId(self.value() % 3 + 1);

    assertThatThrownBy(() -> leader.net.now(() -> leader.replica.receive(new RaftMessage.Heartbeat(other, self, term, 0, 1))))
        .isInstanceOf(InvariantBroken.class);

    int written = leader.log.appends().size();
    var write = leader.write(Commands.put(1, 1, "k", "v"));
    var told = new ArrayList<RaftMessage>();
    group.lost = message -> message.from().equals(self) && told.add(message);
    group.loops.advance(500 * MILLI);
    assertThat(told).isEmpty();
    assertThat(leader.log.appends()).hasSize(written);
    assertThat(write.isDone()).isFalse();
  }

  @Test
  @DisplayName("A-06 after the log has failed nothing is acknowledged, by the leader or to it")
  void aFailedLogAcknowledgesNothing() {
    var group = new ReplicaGroup(1, 10);
    var leader = group.leader();
    leader.log.failWith(new StorageFailure(StorageFailure.Kind.DISK, "sync failed"));
    var write = leader.write(Commands.put(1, 1, "k", "v"));
    group.loops.advance(1_000 * MILLI);

    assertThat(group.broken).containsExactly("writing the log");
    assertThat(write.isDone()).isFalse();
    assertThat(leader.replica.store().applied().revision()).isEqualTo(1);
  }

  @Test
  void closingEndsEverythingThatWaits() {
    var group = new ReplicaGroup(3, 11);
    var leader = group.leader();
    group.lost = message -> true;
    var inLog = leader.write(Commands.put(1, 1, "k", "v"));
    var read = leader.read(0);
    group.loops.run();
    group.oracle.hold();
    var closed = leader.write(Commands.put(1, 2, "k", "v"));
    group.loops.run();
    leader.net.now(leader.replica::close);
    var late = leader.write(Commands.put(1, 3, "k", "v"));
    var lateRead = leader.read(0);
    group.loops.run();

    assertThat(inLog.isUnknown()).isTrue();
    assertThat(closed.refusal().code()).isEqualTo(ErrorCode.SHUTTING_DOWN);
    assertThat(read.refusal().code()).isEqualTo(ErrorCode.SHUTTING_DOWN);
    assertThat(late.refusal().code()).isEqualTo(ErrorCode.SHUTTING_DOWN);
    assertThat(lateRead.refusal().code()).isEqualTo(ErrorCode.SHUTTING_DOWN);
  }

  @Test
  void aSystemCommandIsReportedToTheObserverAsItsOwn() {
    var group = new ReplicaGroup(1, 12);
    var leader = group.leader();
    leader.net.now(() -> assertThat(leader.replica.propose(new SystemCommand.ExtendWindow(5))).isTrue());
    group.loops.run();

    assertThat(leader.events).contains("window");
  }

  @Test
  void aFullQueueOfWritesRefusesForNow() {
    var group = new ReplicaGroup(1, 13);
    var leader = group.leader();
    var writes = new ArrayList<Outcomes<WriteResult.Done>>();
    String large = "v".repeat(900_000);
    for (int i = 1; i <= 3; i++) {
      ByteString bytes = Commands.put(1, i, "k", large).build().toByteString();
      var outcome = new Outcomes<WriteResult.Done>();
      writes.add(outcome);
      leader.net.now(() -> leader.replica.write(new WriteRequest(bytes, 0, group.loops.nanoTime() + 1_000 * MILLI, outcome)));
    }

    assertThat(writes.getFirst().open()).isTrue();
    assertThat(writes.get(1).refusal().code()).isEqualTo(ErrorCode.OVERLOADED);
    group.loops.run();
    assertThat(writes.getFirst().isDone()).isTrue();
  }
}
