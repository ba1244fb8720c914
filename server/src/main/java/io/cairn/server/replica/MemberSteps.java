package io.cairn.server.replica;

import io.cairn.platform.Clock;
import io.cairn.raft.Raft;
import io.cairn.raft.membership.ChangeOutcome;
import io.cairn.raft.membership.ChangeOutcome.Refused;
import io.cairn.raft.membership.MemberChange;
import io.cairn.raft.membership.Membership;
import io.cairn.server.members.Stamp;
import io.cairn.server.members.StepAnswer;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Brings the members of the shard to what a step of a change wants, where the shard is led: Raft
 * checks what the leader knows and goes through a joint configuration where voters change. Belongs to the replica's loop.
 *
 * <p>A shard is where a step wants it once that is <em>applied</em> by a leader whose own first entry is applied, too: then no
 * other membership that an earlier leader appended can come after it.
 */
public final class MemberSteps {
  private record Open(Stamp step, Membership wanted, long deadline, Consumer<StepAnswer> answer) {}

  private final Raft raft;
  private final Clock clock;
  private final BooleanSupplier leaderReady;
  private final Consumer<Runnable> turn;
  private Stamp latest;
  private Open open;

  /**
   * @param leaderReady whether the replica leads, its first entry applied, and has not ended
   * @param turn runs what touches Raft, which has it carried out what it asks for
   */
  MemberSteps(Raft raft, Clock clock, BooleanSupplier leaderReady, Consumer<Runnable> turn) {
    this.raft = raft;
    this.clock = clock;
    this.leaderReady = leaderReady;
    this.turn = turn;
  }

  private static StepAnswer notReady() {
    return StepAnswer.waiting("this replica does not lead the shard, or has only begun to");
  }

  /** Whether the shard's members could be these; changes nothing. */
  public StepAnswer look(Membership wanted) {
    if (!leaderReady.getAsBoolean()) {
      return notReady();
    }
    List<MemberChange> changes = MemberChange.between(raft.status().membership(), wanted);
    return changes.isEmpty() ? StepAnswer.TAKEN : raft.checkChange(changes).map(MemberSteps::said).orElse(StepAnswer.TAKEN);
  }

  /** What passes by itself is waited for; a learner that lags and a quorum that would be lost are for an operator to hear. */
  private static StepAnswer said(Refused refused) {
    return switch (refused.cause()) {
      case NOT_LEADER, TERM_NOT_COMMITTED, CHANGE_UNDER_WAY, TRANSFER_UNDER_WAY -> StepAnswer.waiting(refused.reason());
      case LEARNER_LAGS, QUORUM_WOULD_BE_LOST, NO_CHANGE, NOT_A_MEMBER, ALREADY_A_MEMBER, ID_USED_BEFORE, NOT_A_LEARNER, NOT_A_VOTER,
          NO_VOTER_LEFT -> StepAnswer.refused(refused.reason());
    };
  }

  /** Brings the shard's members to these; answers once it is done, or cannot be. A later step takes the place of an earlier one. */
  public void take(Stamp step, Membership wanted, long deadline, Consumer<StepAnswer> answer) {
    if (leaderReady.getAsBoolean()) {
      turn.accept(() -> begin(step, wanted, deadline, answer));
    } else {
      answer.accept(notReady());
    }
  }

  private void begin(Stamp step, Membership wanted, long deadline, Consumer<StepAnswer> answer) {
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

  /** Called in a turn of the replica when time has passed and when something was applied. */
  void goOn() {
    if (open == null || !raft.isLeader() || !raft.isMembershipSettled()) {
      return;
    }
    Membership now = raft.status().membership();
    if (now.isJoint()) {
      return; // Whoever leads leaves a joint membership by itself.
    }
    List<MemberChange> changes = MemberChange.between(now, open.wanted);
    if (changes.isEmpty()) {
      end(StepAnswer.TAKEN);
      return;
    }
    switch (raft.changeMembers(changes)) {
      case ChangeOutcome.Appended _ -> { }
      case Refused refused -> {
        if (said(refused).kind() == StepAnswer.Kind.REFUSED) {
          end(said(refused));
        }
      }
    }
  }
}
