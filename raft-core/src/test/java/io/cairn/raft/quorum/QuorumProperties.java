package io.cairn.raft.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.raft.ReplicaId;
import io.cairn.raft.membership.Membership;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

/** The fast arithmetic against counting by hand. */
class QuorumProperties {

  @Property
  void agreedIsTheLargestNumberThatMoreThanHalfHaveReached(
      @ForAll @Size(min = 1, max = 9) List<@LongRange(min = 0, max = 20) Long> standings) {
    var voters = ids(1, standings.size());
    long agreed = new MajorityQuorum(voters).agreed(voter -> standings.get((int) voter.value() - 1));
    assertThat(agreed).isEqualTo(naive(voters, standings));
  }

  @Property
  void jointQuorumNeedsBothMajorities(
      @ForAll @Size(value = 9) List<@LongRange(min = 0, max = 20) Long> standings,
      @ForAll @IntRange(min = 1, max = 9) int incomingLast, @ForAll @IntRange(min = 1, max = 9) int outgoingFirst) {
    var incoming = ids(1, incomingLast);
    var outgoing = ids(outgoingFirst, 9);
    var quorum = Quorum.of(new Membership(incoming, outgoing, new TreeSet<>()));
    assertThat(quorum.agreed(voter -> standings.get((int) voter.value() - 1)))
        .isEqualTo(Math.min(naive(incoming, standings), naive(outgoing, standings)));
  }

  @Property
  void votesDecideAsByTryingEveryWayTheOpenOnesMayFall(
      @ForAll @Size(value = 6) List<@IntRange(min = 0, max = 2) Integer> votes,
      @ForAll @IntRange(min = 1, max = 6) int incomingLast, @ForAll @IntRange(min = 1, max = 6) int outgoingFirst,
      @ForAll boolean joint) {
    SortedSet<ReplicaId> incoming = ids(1, incomingLast);
    SortedSet<ReplicaId> outgoing = joint ? ids(outgoingFirst, 6) : new TreeSet<>();
    var tally = new VoteTally();
    for (int i = 0; i < votes.size(); i++) {
      if (votes.get(i) != 2) {
        tally.record(new ReplicaId(i + 1), votes.get(i) == 1);
      }
    }
    boolean canWin = false;
    boolean canLose = false;
    for (int fall = 0; fall < 1 << votes.size(); fall++) {
      Set<ReplicaId> granted = new HashSet<>();
      for (int i = 0; i < votes.size(); i++) {
        if (votes.get(i) == 1 || (votes.get(i) == 2 && (fall & 1 << i) != 0)) {
          granted.add(new ReplicaId(i + 1));
        }
      }
      boolean wins = isMajority(incoming, granted) && (outgoing.isEmpty() || isMajority(outgoing, granted));
      canWin |= wins;
      canLose |= !wins;
    }
    VoteOutcome expected = canWin && canLose ? VoteOutcome.PENDING : canWin ? VoteOutcome.WON : VoteOutcome.LOST;
    assertThat(Quorum.of(new Membership(incoming, outgoing, new TreeSet<>())).outcome(tally)).isEqualTo(expected);
  }

  @Property
  void aVotersFirstAnswerStands(@ForAll boolean first, @ForAll boolean second) {
    var tally = new VoteTally();
    tally.record(new ReplicaId(1), first);
    tally.record(new ReplicaId(1), second);
    assertThat(tally.granted(new ReplicaId(1))).isEqualTo(first);
    assertThat(tally.refused(new ReplicaId(1))).isEqualTo(!first);
  }

  private static boolean isMajority(Set<ReplicaId> voters, Set<ReplicaId> granted) {
    return voters.stream().filter(granted::contains).count() * 2 > voters.size();
  }

  private static long naive(SortedSet<ReplicaId> voters, List<Long> standings) {
    Map<ReplicaId, Long> of = new TreeMap<>();
    voters.forEach(voter -> of.put(voter, standings.get((int) voter.value() - 1)));
    return of.values().stream().filter(candidate -> of.values().stream().filter(value -> value >= candidate).count() * 2 > of.size())
        .max(Long::compare).orElseThrow();
  }

  private static SortedSet<ReplicaId> ids(int first, int last) {
    var ids = new TreeSet<ReplicaId>();
    for (int i = first; i <= last; i++) {
      ids.add(new ReplicaId(i));
    }
    return ids;
  }
}
