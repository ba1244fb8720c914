package io.cairn.raft;

import static io.cairn.raft.OneReplica.ONE;
import static io.cairn.raft.OneReplica.THREE;
import static io.cairn.raft.OneReplica.TWO;
import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.HardState;
import io.cairn.raft.message.RaftMessage;
import io.cairn.raft.message.RaftMessage.AppendEntries;
import io.cairn.raft.message.RaftMessage.LogShown;
import io.cairn.raft.message.RaftMessage.RequestVote;
import io.cairn.raft.message.RaftMessage.ShowLog;
import io.cairn.raft.message.RaftMessage.VoteResponse;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A replica that may have lost the end of its log: whose answers count, and for whom it votes then. */
class SuspectReplicaTest {

  private static final EntryId MOST = new EntryId(4, 6);

  /** Entries of terms 1 to 3, of which more may have been; it has been in term 5. */
  private final OneReplica replica = OneReplica.of(ONE, DiskState.SUSPECT, new HardState(5, 0, 0), 1, 2, 3);
  private long question;

  /** Passes time until it asks; what it asks in this round. */
  private void ask() {
    for (RaftMessage message : replica.pass(15)) {
      if (message instanceof ShowLog asked) {
        assertThat(asked.last()).isEqualTo(new EntryId(3, 3));
        question = asked.question();
      }
    }
  }

  private void show(ReplicaId from, long ofQuestion, EntryId last, long members) {
    replica.receive(new LogShown(from, ONE, 5, ofQuestion, last, members, false));
  }

  private void showRound(long members) {
    ask();
    show(TWO, question, MOST, members);
    show(THREE, question, new EntryId(3, 4), members);
  }

  private boolean votes(long term, EntryId last) {
    replica.pass(105);
    return replica.receive(new RequestVote(TWO, ONE, term, last, false)).contains(new VoteResponse(ONE, TWO, term, true));
  }

  @Test
  void twoRoundsOfEverybodyLetItVoteForTheMostCompleteLog() {
    showRound(0);
    assertThat(votes(6, MOST)).as("after one round").isFalse();
    showRound(0);
    showRound(0);
    assertThat(votes(7, new EntryId(4, 5))).as("a log less complete than one that was shown").isFalse();
    assertThat(votes(8, MOST)).isTrue();
  }

  @Test
  void itVotesInNoTermThatWasShown() {
    showRound(0);
    showRound(0);
    assertThat(votes(5, MOST)).as("the term it may have voted in already").isFalse();
    assertThat(votes(6, MOST)).isTrue();
  }

  @Test
  void answersOfAnotherLifeOrToNoQuestionDoNotCount() {
    for (int round = 0; round < 4; round++) {
      ask();
      for (ReplicaId from : List.of(TWO, THREE)) {
        show(from, 0, MOST, 0);
        show(from, question + 1, MOST, 0);
      }
    }
    assertThat(votes(6, MOST)).isFalse();
  }

  @Test
  void whoKnowsOfOtherMembersIsNoWitness() {
    showRound(4);
    showRound(4);
    assertThat(votes(6, MOST)).as("both rounds").isFalse();
    showRound(0);
    assertThat(votes(7, MOST)).as("the round before").isFalse();
    showRound(4);
    assertThat(votes(8, MOST)).as("the round after").isFalse();
    showRound(0);
    showRound(0);
    assertThat(votes(9, MOST)).isTrue();
  }

  @Test
  void aLeadersLogMakesItSoundOnceItIsHereDurably() {
    ask();
    replica.receive(new LogShown(TWO, ONE, 5, question, new EntryId(5, 4), 0, true));
    replica.receive(new LogShown(THREE, ONE, 4, question, new EntryId(4, 9), 0, true));
    replica.receive(new AppendEntries(TWO, ONE, 5, new EntryId(3, 3), List.of(), 0));
    replica.pass(5);
    assertThat(replica.raft.disk()).as("one entry is missing").isEqualTo(DiskState.SUSPECT);

    replica.receive(new AppendEntries(TWO, ONE, 5, new EntryId(3, 3), OneReplica.entries(3, 5), 0));
    replica.pass(5);
    assertThat(replica.raft.disk()).isEqualTo(DiskState.INTACT);
    replica.receive(new LogShown(TWO, ONE, 5, question, new EntryId(5, 9), 0, true));
    assertThat(replica.raft.disk()).as("asked before it was sound").isEqualTo(DiskState.INTACT);
  }

  @Test
  void aLeaderOfAnotherTermSaysNothingOfThisOne() {
    ask();
    replica.receive(new LogShown(THREE, ONE, 4, question, new EntryId(3, 3), 0, true));
    replica.receive(new AppendEntries(TWO, ONE, 5, new EntryId(3, 3), List.of(), 0));
    replica.pass(5);
    assertThat(replica.raft.disk()).isEqualTo(DiskState.SUSPECT);
  }
}
