package io.cairn.raft;

import io.cairn.raft.log.EntryId;
import io.cairn.raft.message.RaftMessage.LogShown;
import io.cairn.raft.message.RaftMessage.ShowLog;
import java.util.Map;
import java.util.TreeMap;

/**
 * When a replica that may have lost acknowledged entries votes again. Its acknowledgements of before may still stand in the book of a
 * leader, which may yet commit by them; a vote for a log without such an entry would lose it.
 *
 * <pre>
 *   asking ──every voter has shown its log, twice──▶ restricted ──┐
 *      └──────────────── brought up by a leader ──────────────────┴──▶ intact
 * </pre>
 *
 * <p><b>Brought up.</b> A leader was asked in this life, and the log here is durably that leader's, up to where it ended when it
 * answered. Its log held all that may have been acknowledged to it before; whatever an earlier leader can commit, the voters that elected
 * this one had (5.4.3). A majority of sound voters can always elect one, and so "shows its terms and logs": that case needs no more.
 *
 * <p><b>Every voter has shown.</b> Where no such majority is left, everybody is asked, in rounds. Two whole rounds are needed: a
 * leader whose book counts an old acknowledgement either still has it when the second begins, and then it showed the entry in the first;
 * or it has lost the book, and what it had committed until then all others of that quorum show in the second. From then on the replica votes
 * in terms above all that were shown, and for logs that reach as far as the furthest; so the most complete one leads (ADR 11).
 *
 * <p>Nobody's answer counts who knows of a membership that this replica lacks: others than those asked may decide.
 */
final class Suspicion {

  private final ReplicaState state;
  private DiskState disk;
  private final long firstQuestion;
  private long question;
  private long nextAskAt;
  private Map<ReplicaId, LogShown> round = new TreeMap<>();
  private Map<ReplicaId, LogShown> roundBefore;
  /** While restricted: votes are given in later terms than this one, for logs at least this complete. */
  private boolean restricted;
  private long votedAbove;
  private EntryId mostComplete = EntryId.ZERO;
  /** A leader of {@code leaderTerm} has answered; its log ended at {@code leaderEnd}. */
  private long leaderTerm;
  private long leaderEnd;

  Suspicion(ReplicaState state, DiskState disk) {
    this.state = state;
    this.disk = disk;
    // Larger than every question of an earlier life: that one asked more seldom than once a nanosecond.
    this.firstQuestion = Math.max(1, state.now);
    this.question = firstQuestion;
    this.nextAskAt = state.now;
  }

  DiskState disk() {
    return disk;
  }

  /** Whether a vote, or a pre-vote, for that log in that term can lose nothing that this replica has promised. */
  boolean mayVoteFor(long term, EntryId last) {
    return switch (disk) {
      case INTACT -> true;
      case SUSPECT -> restricted && term > votedAbove && last.compareTo(mostComplete) >= 0;
      case LOST -> false;
    };
  }

  boolean mayCampaign() {
    return mayVoteFor(state.term() + 1, state.lastId());
  }

  /** Asks again, since questions and answers are lost like any other message. */
  void tick() {
    if (disk == DiskState.SUSPECT && state.now >= nextAskAt) {
      nextAskAt = state.now + state.settings.heartbeatNanos();
      endRound();
      for (ReplicaId voter : state.membership().all()) {
        if (isAsked(voter)) {
          state.outbox.send(new ShowLog(state.self, voter, state.term(), question, state.lastId()));
        }
      }
    }
  }

  private boolean isAsked(ReplicaId replica) {
    return !replica.equals(state.self) && state.membership().isVoter(replica);
  }

  void shown(LogShown answer) {
    if (disk != DiskState.SUSPECT || answer.question() < firstQuestion || answer.question() > question) {
      return;
    }
    if (answer.leads() && answer.term() >= leaderTerm) {
      leaderTerm = answer.term();
      leaderEnd = answer.last().index();
    }
    if (answer.question() == question) {
      round.put(answer.from(), answer);
      endRound();
    }
  }

  private void endRound() {
    for (ReplicaId voter : state.membership().all()) {
      if (isAsked(voter) && !round.containsKey(voter)) {
        return;
      }
    }
    if (roundBefore != null && knowsTheMembers()) {
      restricted = true;
      votedAbove = state.term();
      mostComplete = EntryId.ZERO;
      roundBefore.values().forEach(this::restrictBy);
      round.values().forEach(this::restrictBy);
    }
    roundBefore = round;
    round = new TreeMap<>();
    question++;
  }

  private boolean knowsTheMembers() {
    long known = state.log.members().index();
    return round.values().stream().allMatch(shown -> shown.members() <= known)
        && roundBefore.values().stream().allMatch(shown -> shown.members() <= known);
  }

  private void restrictBy(LogShown shown) {
    votedAbove = Math.max(votedAbove, shown.term());
    mostComplete = shown.last().compareTo(mostComplete) > 0 ? shown.last() : mostComplete;
  }

  /** The term above which it votes; a replica that is to campaign there must have reached it. */
  long votedAbove() {
    return disk == DiskState.SUSPECT && restricted ? votedAbove : 0;
  }

  /** The log is durably the leader's of {@code term} up to {@code agreed}. */
  void follows(long term, long agreed) {
    if (disk == DiskState.SUSPECT && leaderTerm == term && term > 0 && agreed >= leaderEnd) {
      disk = DiskState.INTACT;
    }
  }
}
