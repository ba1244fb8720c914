package io.cairn.raft.membership;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.raft.ReplicaId;
import io.cairn.raft.membership.ChangeOutcome.Cause;
import io.cairn.raft.quorum.Quorum;
import io.cairn.raft.quorum.VoteOutcome;
import io.cairn.raft.quorum.VoteTally;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Changes of members against a naive list of who is what, and the one claim that joint consensus stands on. */
class MembershipPlanProperties {

  private enum Part { VOTER, LEARNER, REMOVED }

  @Provide
  Arbitrary<List<MemberChange>> changes() {
    Arbitrary<ReplicaId> ids = Arbitraries.longs().between(1, 9).map(ReplicaId::new);
    return Combinators.combine(Arbitraries.integers().between(0, 3), ids).as((kind, id) -> (MemberChange) switch (kind) {
      case 0 -> new MemberChange.AddLearner(id);
      case 1 -> new MemberChange.Promote(id);
      case 2 -> new MemberChange.Demote(id);
      default -> new MemberChange.Remove(id);
    }).list().ofMinSize(1).ofMaxSize(4);
  }

  @Provide
  Arbitrary<List<List<MemberChange>>> histories() {
    return changes().list().ofMaxSize(12);
  }

  private static Membership three() {
    return Membership.of(new TreeSet<>(Set.of(new ReplicaId(1), new ReplicaId(2), new ReplicaId(3))));
  }

  @Property(tries = 3_000)
  @Label("MB-02 a plan is what a list of who is what comes to, and no id is ever used twice")
  void plansAreWhatANaiveListComesTo(@ForAll("histories") List<List<MemberChange>> history) {
    Membership now = three();
    var naive = new TreeMap<ReplicaId, Part>();
    now.voters().forEach(voter -> naive.put(voter, Part.VOTER));
    for (List<MemberChange> changes : history) {
      var next = new TreeMap<>(naive);
      boolean possible = changes.stream().allMatch(change -> take(next, change)) && next.containsValue(Part.VOTER);
      MembershipPlan plan = MembershipPlan.of(now, changes);
      boolean nothing = plan.refused() != null && plan.refused().cause() == Cause.NO_CHANGE;
      assertThat(plan.refused() == null || nothing).as("%s, then %s: %s", now, changes, plan.refused()).isEqualTo(possible);
      if (plan.refused() == null) {
        now = plan.target();
        naive.clear();
        naive.putAll(next);
        assertThat(MembershipCodec.decode(MembershipCodec.encode(now))).isEqualTo(now);
      }
      Membership current = now;
      naive.forEach((id, part) -> {
        assertThat(current.isVoter(id)).isEqualTo(part == Part.VOTER);
        assertThat(current.isLearner(id)).isEqualTo(part == Part.LEARNER);
        assertThat(current.isRemoved(id)).isEqualTo(part == Part.REMOVED);
      });
      assertThat(current.isRemoved(current.nextReplica())).isFalse();
      assertThat(naive).doesNotContainKey(current.nextReplica());
    }
  }

  private static boolean take(TreeMap<ReplicaId, Part> naive, MemberChange change) {
    ReplicaId id = change.replica();
    Part is = naive.get(id);
    return switch (change) {
      case MemberChange.AddLearner _ -> is == null && (naive.isEmpty() || id.compareTo(naive.lastKey()) > 0)
          && naive.put(id, Part.LEARNER) == null;
      case MemberChange.Promote _ -> is == Part.LEARNER && naive.put(id, Part.VOTER) != null;
      case MemberChange.Demote _ -> is == Part.VOTER && naive.put(id, Part.LEARNER) != null;
      case MemberChange.Remove _ -> (is == Part.VOTER || is == Part.LEARNER) && naive.put(id, Part.REMOVED) != null;
    };
  }

  @Property(tries = 2_000)
  @Label("MB-01 whoever wins in one state of a change shares a voter with whoever wins in the next")
  void majoritiesOfFollowingStatesMeet(@ForAll("changes") List<MemberChange> changes) {
    MembershipPlan plan = MembershipPlan.of(three(), changes);
    if (plan.refused() != null) {
      return;
    }
    List<Membership> states = plan.first().isJoint() ? List.of(three(), plan.first(), plan.target()) : List.of(three(), plan.target());
    for (int i = 0; i + 1 < states.size(); i++) {
      for (Set<ReplicaId> some : winners(states.get(i))) {
        for (Set<ReplicaId> others : winners(states.get(i + 1))) {
          assertThat(some).as("%s then %s", states.get(i), states.get(i + 1)).containsAnyElementsOf(others);
        }
      }
    }
  }

  /** Every set of replicas whose votes win an election, tried one by one. */
  private static List<Set<ReplicaId>> winners(Membership membership) {
    List<ReplicaId> all = List.copyOf(membership.all());
    var winners = new ArrayList<Set<ReplicaId>>();
    for (int bits = 1; bits < 1 << all.size(); bits++) {
      var tally = new VoteTally();
      var some = new TreeSet<ReplicaId>();
      for (int i = 0; i < all.size(); i++) {
        if ((bits & 1 << i) != 0) {
          tally.record(all.get(i), true);
          some.add(all.get(i));
        }
      }
      if (Quorum.of(membership).outcome(tally) == VoteOutcome.WON) {
        winners.add(some);
      }
    }
    return winners;
  }

  @Property(tries = 2_000)
  void whatLiesBetweenTwoMembershipsLeadsFromOneToTheOther(@ForAll("changes") List<MemberChange> changes) {
    MembershipPlan plan = MembershipPlan.of(three(), changes);
    if (plan.refused() == null && !addsAndPromotes(plan.target())) {
      MembershipPlan again = MembershipPlan.of(three(), MemberChange.between(three(), plan.target()));
      assertThat(again.refused()).isNull();
      assertThat(again.target().hasMembersOf(plan.target())).isTrue();
    }
  }

  private static boolean addsAndPromotes(Membership target) {
    return target.voters().stream().anyMatch(voter -> !three().contains(voter));
  }
}
