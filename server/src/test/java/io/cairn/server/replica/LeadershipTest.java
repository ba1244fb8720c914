package io.cairn.server.replica;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.protocol.wire.ErrorCode;
import io.cairn.raft.ReplicaId;
import io.cairn.raft.message.RaftMessage;
import io.cairn.server.testing.Commands;
import io.cairn.server.testing.Outcomes;
import io.cairn.storage.mvcc.WriteResult;
import java.util.ArrayList;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LeadershipTest {
  private static final long MILLI = ReplicaGroup.MILLI;

  private final ReplicaGroup group = new ReplicaGroup(3, 11);
  private final ReplicaGroup.Member leader = group.leader();
  private final ReplicaGroup.Member other = group.members.get(group.members.indexOf(leader) == 0 ? 1 : 0);

  LeadershipTest() {
    group.loops.advance(300 * MILLI);
  }

  private static String nodeOf(ReplicaGroup.Member member) {
    return member.replica.descriptor().node(member.replica.key().replica());
  }

  private Outcomes<String> transfer(ReplicaGroup.Member from, String to) {
    var outcome = new Outcomes<String>();
    from.net.execute(() -> from.replica.leadership().transfer(to, group.loops.nanoTime() + 5_000 * MILLI, outcome));
    return outcome;
  }

  @Test
  void theNodeAskedForLeadsAndTheCallerHearsIt() {
    var outcome = transfer(leader, nodeOf(other));
    group.loops.advance(50 * MILLI);

    assertThat(outcome.value()).isEqualTo(nodeOf(other));
    assertThat(other.replica.isLeader()).isTrue();
    assertThat(other.replica.leadership().isByTransfer()).isTrue();
    assertThat(leader.replica.leadership().leaderSeen()).isEqualTo(nodeOf(other));
    assertThat(leader.events).contains("handed over OPERATOR to " + nodeOf(other) + ": true");
    var again = transfer(other, nodeOf(other));
    group.loops.run();
    assertThat(again.value()).as("nothing to do").isEqualTo(nodeOf(other));
  }

  @Test
  void whoCannotLeadIsRefusedWithTheReason() {
    var silent = group.members.stream().filter(member -> member != leader && member != other).findFirst().orElseThrow();
    group.lost = message -> message.from().equals(silent.replica.key().replica());
    group.loops.advance(700 * MILLI);

    var unknown = transfer(leader, "n9");
    var gone = transfer(leader, nodeOf(silent));
    var follower = transfer(other, nodeOf(leader));
    group.loops.run();

    assertThat(unknown.refusal().code()).isEqualTo(ErrorCode.LEADER_STAYS);
    assertThat(unknown.refusal().message()).contains("'n9'");
    assertThat(gone.refusal().code()).isEqualTo(ErrorCode.LEADER_STAYS);
    assertThat(gone.refusal().message()).contains(nodeOf(silent)).contains("has not answered");
    assertThat(follower.refusal().code()).isEqualTo(ErrorCode.NOT_LEADER);
    assertThat(follower.refusal().leaderNode()).isEqualTo(nodeOf(leader));
  }

  @Test
  void writesWaitWhileLeadershipIsOnItsWayAndNoneIsLost() {
    group.delay = () -> 20 * MILLI;
    var writes = new ArrayList<Outcomes<WriteResult.Done>>();
    writes.add(leader.write(Commands.put(1, 1, "k", "v1")));
    group.loops.run();
    group.oracle.hold();
    writes.add(leader.write(Commands.put(1, 2, "k", "v2"))); // A closed batch that waits for its revisions.
    group.loops.run();
    var outcome = transfer(leader, nodeOf(other));
    group.loops.run();
    group.oracle.release();
    group.loops.run();
    writes.add(leader.write(Commands.put(1, 3, "k", "v3")));
    group.loops.advance(300 * MILLI);

    assertThat(outcome.value()).isEqualTo(nodeOf(other));
    assertThat(writes.get(0).value().revision()).as("proposed before: it is committed before the order goes out").isPositive();
    for (var late : writes.subList(1, 3)) {
      assertThat(late.refusal().code()).as("certainly not done").isEqualTo(ErrorCode.NOT_LEADER);
    }
  }

  @Test
  void aTransferThatIsGivenUpLeavesTheLeaderAtWork() {
    group.lost = message -> message instanceof RaftMessage.TimeoutNow;
    var outcome = transfer(leader, nodeOf(other));
    group.loops.run();
    var write = leader.write(Commands.put(1, 1, "k", "v"));
    group.loops.run();
    assertThat(write.open()).isTrue();
    assertThat(leader.replica.leadership().isOnItsWay()).isTrue();

    group.loops.advance(1_200 * MILLI);

    assertThat(outcome.refusal().code()).isEqualTo(ErrorCode.LEADER_STAYS);
    assertThat(outcome.refusal().message()).contains("has not taken over");
    assertThat(write.value().revision()).isPositive();
    assertThat(leader.replica.isLeader()).isTrue();
  }

  @Test
  void theCallerHearsOfItsDeadlineAndMayAskAgain() {
    group.lost = message -> message instanceof RaftMessage.TimeoutNow;
    var outcome = new Outcomes<String>();
    leader.net.execute(() -> leader.replica.leadership().transfer(nodeOf(other), group.loops.nanoTime() + 100 * MILLI, outcome));
    group.loops.advance(300 * MILLI);
    assertThat(outcome.isUnknown()).isTrue();
  }

  @Test
  @DisplayName("a replica whose node is about to stop takes over from nobody")
  void aRetiredReplicaIsNoSuccessor() {
    other.net.execute(() -> other.replica.leadership().retire());
    group.loops.run();
    assertThat(leader.replica.leadership().handOver(other.replica.key().replica(), HandoverReason.PLACEMENT)).isTrue();
    group.loops.advance(1_200 * MILLI);
    assertThat(leader.replica.isLeader()).isTrue();
    assertThat(leader.events).contains("handed over PLACEMENT to " + nodeOf(other) + ": false");

    assertThat(leader.replica.leadership().handOver(ReplicaId.NONE, HandoverReason.STOPPING)).isTrue();
    group.loops.advance(100 * MILLI);
    assertThat(leader.replica.isLeader()).as("the second time another one is asked").isFalse();
  }
}
