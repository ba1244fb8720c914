package io.cairn.raft;

import static io.cairn.raft.OneReplica.ONE;
import static io.cairn.raft.OneReplica.TWO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.EntryKind;
import io.cairn.raft.log.HardState;
import io.cairn.raft.message.RaftMessage;
import io.cairn.raft.message.RaftMessage.AppendEntries;
import io.cairn.raft.message.RaftMessage.AppendEntriesResponse;
import io.cairn.raft.message.RaftMessage.Heartbeat;
import io.cairn.raft.message.RaftMessage.HeartbeatResponse;
import io.cairn.raft.message.RaftMessage.LogShown;
import io.cairn.raft.message.RaftMessage.PreVoteResponse;
import io.cairn.raft.message.RaftMessage.Quiesce;
import io.cairn.raft.message.RaftMessage.ReadIndexRequest;
import io.cairn.raft.message.RaftMessage.ReadIndexResponse;
import io.cairn.raft.message.RaftMessage.ReplicaRemoved;
import io.cairn.raft.message.RaftMessage.RequestPreVote;
import io.cairn.raft.message.RaftMessage.RequestVote;
import io.cairn.raft.message.RaftMessage.ShowLog;
import io.cairn.raft.message.RaftMessage.TimeoutNow;
import io.cairn.raft.message.RaftMessage.VoteResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every role hears every message: what is not for it, or comes too late, changes nothing. */
class RoleMessagesTest {

  /** A replica in each role, at its beginning. */
  enum Standing {
    FOLLOWER(OneReplica::fresh), PRE_CANDIDATE(() -> OneReplica.of(new HardState(1, 0, 0)).preCampaign()),
    CANDIDATE(() -> OneReplica.fresh().campaign()), LEADER(() -> OneReplica.fresh().lead()), FOLLOWER_OF_LATER_TERM(() -> OneReplica.of(new HardState(7, 0, 0)));

    private final Supplier<OneReplica> replica;

    Standing(Supplier<OneReplica> replica) {
      this.replica = replica;
    }

    OneReplica replica() {
      return replica.get();
    }
  }

  private static List<RaftMessage> everyMessage(long term) {
    EntryId last = EntryId.ZERO;
    return List.of(new RequestPreVote(TWO, ONE, term, last), new PreVoteResponse(TWO, ONE, term, false),
        new RequestVote(TWO, ONE, term, last, false), new VoteResponse(TWO, ONE, term, false),
        new AppendEntries(TWO, ONE, term, last, List.of(), 0), new AppendEntriesResponse(TWO, ONE, term, true, 0, last, 0),
        new Heartbeat(TWO, ONE, term, 0, 1), new HeartbeatResponse(TWO, ONE, term, 1, 0), new ReadIndexRequest(TWO, ONE, term, 1, 0),
        new ReadIndexResponse(TWO, ONE, term, 1, 0, 0, true), new TimeoutNow(TWO, ONE, term, 0), new Quiesce(TWO, ONE, term, last),
        new ReplicaRemoved(TWO, ONE, term), new ShowLog(TWO, ONE, term, 1, last), new LogShown(TWO, ONE, term, 1, last, 0, true));
  }

  @Test
  void everyKindOfMessageIsThere() {
    assertThat(everyMessage(1)).extracting(RaftMessage::getClass).extracting(Class::getName)
        .containsExactlyInAnyOrderElementsOf(Arrays.stream(RaftMessage.class.getPermittedSubclasses()).map(Class::getName).toList());
  }

  /** What answers a role that a replica no longer has, or what {@link Raft} answers whatever the role. */
  private static boolean isForNobody(Standing standing, RaftMessage message) {
    return switch (message) {
      case RequestPreVote _, ReplicaRemoved _, ShowLog _, LogShown _ -> true;
      case PreVoteResponse _ -> standing != Standing.PRE_CANDIDATE;
      case VoteResponse _ -> standing != Standing.CANDIDATE;
      case AppendEntriesResponse _, HeartbeatResponse _ -> standing != Standing.LEADER;
      case ReadIndexResponse _, TimeoutNow _ -> true;
      case RequestVote _ -> standing == Standing.LEADER;
      case AppendEntries _, Heartbeat _, Quiesce _, ReadIndexRequest _ -> false;
    };
  }

  @ParameterizedTest
  @EnumSource
  void whatIsForNobodyChangesNothing(Standing standing) {
    for (RaftMessage message : everyMessage(standing.replica().raft.term())) {
      if (isForNobody(standing, message)) {
        var replica = standing.replica();
        Role role = replica.raft.role();
        RaftStatus before = replica.raft.status();

        assertThat(role.receive(message)).as("%s after %s", standing, message).isSameAs(role);

        assertThat(replica.raft.status()).as("%s", message).isEqualTo(before);
        assertThat(replica.raft.hasReady()).as("%s is answered by %s", message, standing).isFalse();
      }
    }
  }

  /** "If a server receives a request with a stale term number, it rejects the request" (5.1); the answers to such requests it drops. */
  @ParameterizedTest
  @EnumSource
  void aMessageOfAnEarlierTermChangesNeitherTermNorRoleNorLog(Standing standing) {
    for (RaftMessage message : everyMessage(0)) {
      var replica = standing.replica();
      boolean ends = message instanceof ReplicaRemoved || message instanceof PreVoteResponse && standing == Standing.PRE_CANDIDATE;
      if (replica.raft.term() > 0 && !ends) {
        RaftStatus before = replica.raft.status();

        List<RaftMessage> answers = replica.receive(message);

        assertThat(replica.raft.status()).as("%s after %s", standing, message).isEqualTo(before);
        assertThat(answers).as("%s", message).allSatisfy(answer -> assertThat(answer.term()).isEqualTo(before.term()));
        assertThat(answers).as("%s", message).hasSizeLessThanOrEqualTo(1);
      }
    }
  }

  /** "If AppendEntries RPC received from new leader: convert to follower" (figure 2), and so for whatever only a leader sends. */
  @ParameterizedTest
  @EnumSource(names = {"PRE_CANDIDATE", "CANDIDATE"})
  void whoCampaignsFollowsTheLeaderThatSpeaks(Standing standing) {
    for (RaftMessage message : everyMessage(1)) {
      if (message instanceof AppendEntries || message instanceof Heartbeat || message instanceof Quiesce) {
        var replica = standing.replica();
        replica.receive(message);
        assertThat(replica.raft.leader()).as("%s", message).isEqualTo(TWO);
        assertThat(replica.raft.role().name()).isEqualTo(RoleName.FOLLOWER);
      }
    }
  }

  @Test
  void aLeaderThatHearsAnotherOfItsTermStops() {
    var refused = new ArrayList<RaftMessage>();
    for (RaftMessage message : everyMessage(1)) {
      if (message instanceof AppendEntries || message instanceof Heartbeat || message instanceof Quiesce) {
        var leader = OneReplica.fresh().lead();
        assertThatThrownBy(() -> leader.receive(message)).isInstanceOf(InvariantBroken.class)
            .hasMessageContaining("term 1 has one leader: 1");
        refused.add(message);
      }
    }
    assertThat(refused).hasSize(3);
  }

  @Test
  void aMessageForAnotherReplicaIsRefused() {
    var replica = OneReplica.fresh();
    assertThatThrownBy(() -> replica.receive(new TimeoutNow(TWO, OneReplica.THREE, 1, 0))).isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a message to replica 3 came to 1");
  }

  @Test
  void nobodyButALeaderIsAskedToLead() {
    for (Standing standing : Standing.values()) {
      if (standing != Standing.LEADER) {
        Raft raft = standing.replica().raft;
        assertThat(raft.checkChange(List.of())).as("%s", standing).isPresent();
        assertThat(raft.members()).isEmpty();
        assertThat(raft.propose(EntryKind.COMMAND, new byte[1])).isEqualTo(-1);
        assertThat(raft.transferTarget()).isEqualTo(ReplicaId.NONE);
        assertThat(raft.leadsByTransfer()).isFalse();
        assertThat(raft.quiesce(1000)).isFalse();
        assertThat(raft.handOver(1000, _ -> true)).isEqualTo(new TransferAnswer.Refused(TransferAnswer.Reason.NOT_LEADER));
        raft.snapshotSent(TWO, 1, true);
        raft.connectionLost(TWO);
        raft.rank(8);
        assertThatThrownBy(() -> raft.rank(9)).hasMessageContaining("between 0 and 8, was 9");
        assertThatThrownBy(() -> raft.rank(-1)).hasMessageContaining("between 0 and 8, was -1");
      }
    }
  }
}
