package io.cairn.simulator.oracle;

import io.cairn.raft.Ready;
import io.cairn.raft.ReplicaId;
import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.EntryKind;
import io.cairn.raft.membership.Membership;
import io.cairn.raft.membership.MembershipCodec;
import io.cairn.raft.quorum.Quorum;
import io.cairn.simulator.mark.Mark;
import io.cairn.simulator.mark.Marks;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.LongFunction;

/** The members of one shard, as its log has them: what may follow what, who may lead, and by whose votes (dissertation 4.1 to 4.3). */
final class ShardMembers {
  private final int shard;
  private final Checks checks;
  private final Marks marks;
  private final BooleanSupplier changing;
  /** Each membership that ever stood in a log; looked up, never walked over. */
  private final Map<EntryId, Membership> named = new HashMap<>();
  /** Each that was committed, by the index of its entry. */
  private final TreeMap<Long, Membership> settled = new TreeMap<>();
  private Membership committed;
  /** The term of the leader that committed it; elections of terms before that one need not know of it. */
  private long committedIn;

  /** @param changing whether shard 0's table tells of a change that is under way */
  ShardMembers(int shard, Checks checks, Marks marks, BooleanSupplier changing) {
    this.shard = shard;
    this.checks = checks;
    this.marks = marks;
    this.changing = changing;
  }

  /** What the shard's log begins with. */
  void born(Membership first) {
    if (committed == null) {
      committed = first;
      settled.put(0L, first);
    }
  }

  /** The newest that is committed; null before the shard was born. */
  Membership committed() {
    return committed;
  }

  boolean isChanging() {
    return changing.getAsBoolean();
  }

  /** A leader has at most one membership in its log that is not committed. */
  void taken(ReplicaShadow replica, Ready ready) {
    for (Entry entry : ready.entries()) {
      if (entry.kind() != EntryKind.MEMBERSHIP) {
        continue;
      }
      Membership next = MembershipCodec.decode(entry.payload());
      named.putIfAbsent(entry.id(), next);
      if (replica.raft.isLeader() && replica.raft.term() == entry.term()) {
        boolean knowsEarlier = replica.taken.term(replica.membersAt.index()) == replica.membersAt.term();
        checks.check(!knowsEarlier || replica.membersAt.index() <= replica.raft.commitIndex(), "one-change-at-a-time",
            "the leader of term %d of shard %d appends %s at %s, and that of entry %s is not committed", entry.term(), shard, next.describe(),
            entry.id(), replica.membersAt);
        replica.membersBefore = replica.members;
        replica.members = next;
      }
      replica.membersAt = entry.id();
    }
  }

  /** An entry is committed. Any quorum of one membership meets any of the next, and whoever has left does not come back (MB-02). */
  void committed(EntryId entry, long term) {
    Membership next = named.get(entry);
    if (next == null) {
      return;
    }
    checks.check(quorumsMeet(committed, next), "quorums-meet", "entry %s of shard %d changes %s to %s", entry, shard, committed.describe(),
        next.describe());
    for (ReplicaId member : next.all()) {
      checks.check(!committed.isRemoved(member), "removed-stays-removed", "entry %s of shard %d brings replica %s back, which had left: %s", entry,
          shard, member, next.describe());
    }
    checks.check(changing.getAsBoolean() || next.hasMembersOf(committed), "members-change-in-a-change",
        "entry %s changes the members of shard %d from %s to %s while no change is under way", entry, shard, committed.describe(),
        next.describe());
    marks.reachIf(next.isJoint(), Mark.JOINT_MEMBERSHIP_SEEN);
    committed = next;
    settled.put(entry.index(), next);
    committedIn = term;
  }

  /** Joint memberships are entered from, and left to, one of their halves; else one voter differs at most. */
  private static boolean quorumsMeet(Membership from, Membership to) {
    if (from.isJoint()) {
      return to.equals(from) || !to.isJoint() && (to.voters().equals(from.voters()) || to.voters().equals(from.outgoing()));
    }
    if (to.isJoint()) {
      return to.outgoing().equals(from.voters());
    }
    long gone = from.voters().stream().filter(voter -> !to.voters().contains(voter)).count();
    long come = to.voters().stream().filter(voter -> !from.voters().contains(voter)).count();
    return gone + come <= 1;
  }

  /**
   * Whoever leads was elected by a quorum of the members that its log has, and is a voter of them or of those that it knows to be
   * committed: a learner that is just being promoted may lead, and so may a voter that is about to be none or has left, as long as it
   * cannot know that this is committed (dissertation 4.2.2). No other does, and their votes count for nothing.
   *
   * @param voteOf whom a replica voted for in this term; 0 for nobody
   */
  void elected(ReplicaShadow replica, long term, LongFunction<Long> voteOf) {
    Membership known = replica.raft.status().membership();
    replica.members = known;
    long agreed = Quorum.of(known)
        .agreed(voter -> voter.value() == replica.replica || voteOf.apply(voter.value()) == replica.replica ? 1 : 0);
    checks.check(agreed == 1, "elected-by-a-quorum", "replica %d leads shard %d in term %d without the votes of a quorum of %s", replica.replica,
        shard, term, known.describe());
    ReplicaId self = new ReplicaId(replica.replica);
    boolean votes = known.isVoter(self) || settled.floorEntry(replica.raft.commitIndex()).getValue().isVoter(self);
    checks.check(votes, "only-voters-lead",
        "replica %d leads shard %d in term %d, for it the members are %s, and those committed in term %d are %s", replica.replica, shard, term,
        known.describe(), committedIn, committed.describe());
  }
}
