package io.cairn.simulator.swarm;

import io.cairn.client.LeaderTransfer;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.UnknownOutcomeException;
import io.cairn.client.core.Operation;
import io.cairn.simulator.SimWorld;
import io.cairn.simulator.cluster.SimClient;
import io.cairn.simulator.cluster.SimCluster;
import io.cairn.simulator.mark.Mark;
import io.cairn.simulator.mark.Marks;
import io.cairn.simulator.oracle.ClusterOracle;
import java.util.function.BiConsumer;

/**
 * Somebody who asks for leaderships to be elsewhere and for members to change, as {@code kvctl} does, while clients work and faults
 * strike. Every call must end by its deadline, with what can be.
 */
final class Operator {
  /** What a call may end late by: the turns of its client's loop. */
  private static final long LATE_NANOS_MAX = 5_000_000L;

  private final SimWorld world;
  private final ClusterOracle oracle;
  private final Marks marks;
  private final SimClient client;
  private final MemberChanges changes;
  private int open;

  Operator(SwarmOptions options, SimCluster cluster, Fleet fleet, ClusterOracle oracle, Marks marks) {
    this.world = cluster.world();
    this.oracle = oracle;
    this.marks = marks;
    boolean changesMembers = options.classes().contains(FaultClass.MEMBERS) || options.classes().contains(FaultClass.ROT);
    this.client = changesMembers || options.classes().contains(FaultClass.LEADERSHIP) ? cluster.newClient() : null;
    this.changes = changesMembers ? new MemberChanges(this, cluster, fleet, oracle, marks) : null;
  }

  /** Does what is due, or begins to. */
  void take(Fault fault) {
    if (fault.kind() == FaultKind.TRANSFER) {
      transfer((int) fault.amount(), "n" + fault.node(), fault.durationNanos());
    } else if (changes != null) {
      changes.take(fault);
    }
  }

  /** From here on nothing is begun, only ended. */
  void mended() {
    if (changes != null) {
      changes.mended();
    }
  }

  /** After everything was mended: no call is open, no change is half done, and who was removed has gone. */
  void settle() {
    if (changes != null) {
      changes.settle();
    }
    world.runUntil("the operator's calls have ended", () -> open == 0, 10_000_000_000L);
  }

  private void transfer(int shard, String to, long deadlineNanos) {
    call(new Operation.Transfer(shard, to), deadlineNanos, (LeaderTransfer result, Throwable failure) -> {
      if (failure == null) {
        oracle.checks().check(result.to().equals(to) && result.shard() == shard, "a-transfer-arrives", "shard %d was to be led by %s: %s", shard, to,
            result);
        marks.reachIf(!result.from().equals(to), Mark.LEADERSHIP_TRANSFERRED);
      } else if (failure instanceof RefusedException refusal) {
        marks.reachIf(refusal.code() == RefusedCode.LEADER_STAYS, Mark.TRANSFER_REFUSED);
        oracle.checks().check(refusal.code() != RefusedCode.NO_SUCH_NODE || oracle.members().isDisputed(to), "refusals-make-sense",
            "%s was asked to lead: %s", to, refusal.getMessage());
      }
    });
  }

  <T> void call(Operation<T> operation, long deadlineNanos, BiConsumer<T, Throwable> ended) {
    call(client, operation, deadlineNanos, ended);
  }

  <T> void call(SimClient client, Operation<T> operation, long deadlineNanos, BiConsumer<T, Throwable> ended) {
    long until = world.nowNanos() + deadlineNanos + LATE_NANOS_MAX;
    open++;
    client.start(operation, deadlineNanos).whenComplete((result, failure) -> {
      open--;
      oracle.checks().check(world.nowNanos() <= until, "every-call-ends", "%s ended %d us after its deadline", operation,
          (world.nowNanos() - until) / 1_000);
      oracle.checks().check(failure == null || makesSense(failure), "refusals-make-sense", "%s ended with %s", operation, failure);
      ended.accept(result, failure);
    });
  }

  private static boolean makesSense(Throwable failure) {
    return failure instanceof UnknownOutcomeException || failure instanceof RefusedException refusal && switch (refusal.code()) {
      case UNAVAILABLE, DEADLINE, OVERLOADED, LEADER_STAYS, MEMBERS, NO_SUCH_NODE -> true;
      default -> false;
    };
  }
}
