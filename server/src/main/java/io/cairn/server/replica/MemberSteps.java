package io.cairn.server.replica;

import io.cairn.platform.Clock;
import io.cairn.raft.Raft;
import io.cairn.raft.RaftStatus;
import io.cairn.raft.ReplicaId;
import io.cairn.raft.log.EntryKind;
import io.cairn.raft.membership.Membership;
import io.cairn.raft.membership.MembershipCodec;
import io.cairn.server.members.Stamp;
import io.cairn.server.members.StepAnswer;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Brings the members of the shard to what a step of a change wants, where the shard is led: by one entry when no voter changes, else
 * through a joint configuration (dissertation 4.3). Belongs to the replica's loop.
 *
 * <p>A shard is where a step wants it once that is <em>applied</em> by a leader whose own first entry is applied, too: then no
 * other membership that an earlier leader appended can come after it.
 */
final class MemberSteps {
  /** A learner may become a voter when it lacks at most so many entries: no more than are on their way at any moment. */
  private static final long LAG_ENTRIES_MAX = 256;

  private record Open(Stamp step, Membership wanted, long deadline, Consumer<StepAnswer> answer) {}

  private final ReplicaId self;
  private final Raft raft;
  private final Clock clock;
  private final Runnable proposed;
  private Stamp latest;
  private Open open;

  /** @param proposed called after an entry was proposed */
  MemberSteps(ReplicaId self, Raft raft, Clock clock, Runnable proposed) {
    this.self = self;
    this.raft = raft;
    this.clock = clock;
    this.proposed = proposed;
  }

  static StepAnswer notReady() {
    return StepAnswer.waiting("this replica does not lead the shard, or has only begun to");
  }

  /** Whether the members could be these. */
  StepAnswer look(Membership wanted) {
    RaftStatus status = raft.status();
    Membership now = status.membership();
    if (now.isJoint()) {
      return StepAnswer.waiting("a change of members is not over");
    }
    if (now.equals(wanted)) {
      return StepAnswer.TAKEN;
    }
    String refusal = refusal(status, wanted);
    return refusal == null ? StepAnswer.TAKEN : StepAnswer.refused(refusal);
  }

  /** Null, or why the shard would not be safe with these members. */
  private String refusal(RaftStatus status, Membership wanted) {
    for (ReplicaId voter : wanted.voters()) {
      if (status.membership().isVoter(voter)) {
        continue;
      }
      if (!status.membership().learners().contains(voter)) {
        return "replica " + voter + " is to vote and is no learner yet";
      }
      long lag = status.last() - status.matches().getOrDefault(voter, 0L);
      if (lag > LAG_ENTRIES_MAX || !raft.isHeard(voter)) {
        return "replica " + voter + " lags: " + (raft.isHeard(voter) ? "it lacks " + lag + " entries" : "it does not answer")
            + "; wait until it has caught up";
      }
    }
    long heard = wanted.voters().stream().filter(voter -> voter.equals(self) || raft.isHeard(voter)).count();
    int needed = wanted.voters().size() / 2 + 1;
    return heard >= needed ? null
        : "it would lose the quorum: of its " + wanted.voters().size() + " voters then " + heard + " answer now, " + needed + " are needed";
  }

  /** Takes the step, or the open one's place. */
  void take(Stamp step, Membership wanted, long deadline, Consumer<StepAnswer> answer) {
    if (latest != null && step.compareTo(latest) < 0) {
      answer.accept(StepAnswer.waiting("step " + latest + " came after it"));
      return;
    }
    drop();
    latest = step;
    open = new Open(step, wanted, deadline, answer);
    goOn();
  }

  void tick() {
    goOn();
    if (open != null && clock.nanoTime() - open.deadline >= 0) {
      end(StepAnswer.waiting("the shard has not come there yet"));
    }
  }

  /** It leads no more, or ends: what was begun is for the next leader to finish. */
  void drop() {
    end(notReady());
  }

  private void end(StepAnswer answer) {
    Open ended = open;
    open = null;
    if (ended != null) {
      ended.answer.accept(answer);
    }
  }

  /** Called when time has passed and when a change of members was applied. */
  void goOn() {
    if (!raft.isLeader() || !raft.isMembershipSettled()) {
      return;
    }
    RaftStatus status = raft.status();
    Membership now = status.membership();
    if (now.isJoint()) {
      leave(now);
      return;
    }
    if (open == null) {
      return;
    }
    if (now.equals(open.wanted)) {
      end(StepAnswer.TAKEN);
      return;
    }
    String refusal = refusal(status, open.wanted);
    if (refusal != null) {
      end(StepAnswer.refused(refusal));
    } else {
      propose(next(now, open.wanted));
    }
  }

  private static Membership next(Membership now, Membership wanted) {
    if (now.voters().equals(wanted.voters())) {
      return wanted;
    }
    var learners = new TreeSet<>(wanted.learners());
    learners.removeAll(now.voters()); // A voter that becomes a learner does so once it has left.
    return new Membership(wanted.voters(), now.voters(), learners);
  }

  private void leave(Membership joint) {
    var learners = new TreeSet<>(joint.learners());
    if (open != null && open.wanted.voters().equals(joint.voters())) {
      learners.addAll(open.wanted.learners());
    }
    propose(new Membership(joint.voters(), new TreeSet<>(), learners));
  }

  private void propose(Membership members) {
    if (raft.propose(EntryKind.MEMBERSHIP, MembershipCodec.encode(members)) > 0) {
      proposed.run();
    }
  }
}
