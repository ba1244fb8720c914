package io.cairn.simulator.swarm;

import io.cairn.client.ClusterMembers;
import io.cairn.client.ClusterMembers.Standing;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.UnknownOutcomeException;
import io.cairn.client.core.Operation.Members;
import io.cairn.client.core.Operation.Members.Kind;
import io.cairn.raft.ReplicaId;
import io.cairn.server.members.NodeEntry;
import io.cairn.server.members.NodeTable;
import io.cairn.simulator.SimWorld;
import io.cairn.simulator.cluster.SimClient;
import io.cairn.simulator.cluster.SimCluster;
import io.cairn.simulator.cluster.SimNode;
import io.cairn.simulator.mark.Mark;
import io.cairn.simulator.mark.Marks;
import io.cairn.simulator.oracle.ClusterOracle;
import io.cairn.simulator.schedule.SimRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An operator's changes of members: each is asked for again a few times when it is refused or its outcome is unknown, and then
 * given up, whatever has become of it. What was acknowledged must have happened.
 */
final class MemberChanges {
  private static final long MILLI = 1_000_000L;
  private static final long SECOND = 1_000 * MILLI;
  private static final int TRIES_MAX = 6;
  private static final long REPLACE_NANOS = 4 * SECOND;
  /** A name that no plan uses. */
  private static final String FOR_THE_ROTTEN = "n8";
  /** A change that nothing keeps from it takes as long at most; and so does a removed node to stop. */
  private static final long END_NANOS_MAX = 60 * SECOND;
  /** Longer than a driver looks at the shards before it writes an intent down, for someone who may have gone. */
  private static final long LATE_INTENT_NANOS = 6 * SECOND;

  private final Operator operator;
  private final SimWorld world;
  private final SimCluster cluster;
  private final Fleet fleet;
  private final ClusterOracle oracle;
  private final Marks marks;
  private final SimRandom random;
  private final List<Members> acknowledged = new ArrayList<>();
  /** The replacement of a node that is lost for good: until it is done nothing else is begun, and it is not given up. */
  private Step lost;
  /** Whether a change may be under way of which nobody has heard the end. */
  private boolean unsure;
  private int steps;
  private boolean mended;

  MemberChanges(Operator operator, SimCluster cluster, Fleet fleet, ClusterOracle oracle, Marks marks) {
    this.operator = operator;
    this.world = cluster.world();
    this.cluster = cluster;
    this.fleet = fleet;
    this.oracle = oracle;
    this.marks = marks;
    this.random = world.random("operator");
    fleet.lostToRot(this::replaceRotten);
  }

  private NodeTable table() {
    return oracle.members().table();
  }

  void take(Fault fault) {
    String node = "n" + fault.node();
    String other = "n" + fault.other();
    switch (fault.kind()) {
      case ADD_MEMBER -> comes(node, fault, new Step(Kind.ADD, node, "", fault.durationNanos()));
      case PROMOTE_MEMBER -> new Step(Kind.PROMOTE, node, "", fault.durationNanos()).begin();
      case REMOVE_MEMBER -> new Step(Kind.REMOVE, node, "", fault.durationNanos()).begin();
      case REPLACE_MEMBER -> comes(node, fault, new Step(Kind.REPLACE, node, other, fault.durationNanos()));
      case REPLACE_LOST_MEMBER -> {
        Step step = new Step(Kind.REPLACE, node, other, fault.durationNanos());
        if (mayBeLost(other) && !cluster.everNamed().contains(node)) {
          cluster.retire(cluster.node(other));
          lost = step;
        }
        comes(node, fault, step);
      }
      case BIT_ROT -> {
        if (fleet.rot().node().equals(other) || !fleet.rot().hasStruck() && mayBeLost(other)) {
          cluster.find(other).ifPresent(rots -> fleet.rot().strike(rots, fault.amount()));
        }
      }
      default -> throw new IllegalArgumentException("no change of members: " + fault);
    }
  }

  /** Whoever had its place taken meanwhile is missed by nobody. */
  private void replaceRotten(String node) {
    if (oracle.members().isMember(node)) {
      lost = new Step(Kind.REPLACE, FOR_THE_ROTTEN, node, REPLACE_NANOS);
      fleet.join(FOR_THE_ROTTEN, world.nowNanos());
      lost.begin();
    }
  }

  /** In a scenario that was cut down a node may come twice: the second time counts for nothing. */
  private void comes(String node, Fault fault, Step step) {
    if (!cluster.everNamed().contains(node)) {
      fleet.join(node, world.nowNanos() + fault.amount() * MILLI);
      step.begin();
    }
  }

  /**
   * Whether the rest can do without it, and nothing that is under way can take another one from them: members are the same for sure,
   * and of three voters two are enough.
   */
  private boolean mayBeLost(String node) {
    NodeEntry entry = table().named(node);
    boolean settled = table().isFounded() && table().change().isEmpty() && steps == 0 && !unsure && lost == null
        && !fleet.rot().hasStruck();
    return settled && entry != null && entry.standing().isMember() && table().settled().voters().size() >= 3
        && cluster.find(node).isPresent();
  }

  /** One change, asked for until it is done, certainly cannot be, or has been tried often enough. */
  private final class Step {
    private final Members asked;
    private final long deadlineNanos;
    private int tries;

    Step(Kind kind, String node, String replaced, long deadlineNanos) {
      boolean comes = kind == Kind.ADD || kind == Kind.REPLACE;
      this.asked = new Members(kind, node, replaced, comes ? SimCluster.peerAddress(node) : "", comes ? SimCluster.clientAddress(node) : "");
      this.deadlineNanos = deadlineNanos;
    }

    void begin() {
      steps++;
      ask();
    }

    private void ask() {
      if (this == lost && oracle.members().isRemoved(asked.replaced())) {
        lost = null; // By another change that was under way.
        steps--;
        return;
      }
      boolean givesUp = this != lost && (mended || tries == TRIES_MAX || lost != null || !mayBe());
      if (givesUp) {
        steps--;
        return;
      }
      tries++;
      operator.call(asked, deadlineNanos, this::ended);
    }

    /** Two voters are left at least: with one nothing would be decided by a quorum; and no fewer while one may be lost to rot. */
    private boolean mayBe() {
      NodeEntry entry = table().named(asked.node());
      boolean voter = entry != null && table().settled().isVoter(new ReplicaId(entry.id()));
      return asked.kind() != Kind.REMOVE || !voter || table().settled().voters().size() > 2 && !fleet.rot().hasStruck();
    }

    private void ended(ClusterMembers members, Throwable failure) {
      unsure |= failure instanceof UnknownOutcomeException;
      marks.reachIf(failure instanceof UnknownOutcomeException && table().change().isPresent(), Mark.CHANGE_OUTLIVED_ITS_CALL);
      marks.reachIf(failure instanceof RefusedException refusal && refusal.code() == RefusedCode.MEMBERS, Mark.CHANGE_REFUSED);
      if (failure == null) {
        acknowledged.add(asked);
        steps--;
        if (this == lost) {
          lost = null;
          marks.reach(asked.node().equals(FOR_THE_ROTTEN) ? Mark.ROTTEN_NODE_REPLACED : Mark.LOST_NODE_REPLACED);
        }
      } else {
        world.scheduler().after(random.between(50, 800) * MILLI, "operator.again", this::ask);
      }
    }
  }

  void mended() {
    mended = true;
  }

  // ---- the end

  void settle() {
    restartRotten();
    world.runUntil("the operator has done what must be", () -> steps == 0, END_NANOS_MAX);
    world.runFor(LATE_INTENT_NANOS);
    ClusterMembers shown = ended();
    world.runUntil("what the members are is applied", () -> table().epoch() >= shown.epoch(), END_NANOS_MAX);
    for (SimNode node : cluster.nodes()) {
      if (standing(shown, node.name()).filter(now -> now == Standing.VOTER || now == Standing.LEARNER).isEmpty()) {
        leave(node);
      }
    }
    for (ClusterMembers.Member member : shown.members()) {
      oracle.checks().check(oracle.members().isMember(member.name()) == cluster.find(member.name()).isPresent(), "every-member-is-there",
          "%s is shown as %s, and its machine is %s", member.name(), member.standing(), cluster.find(member.name()));
    }
    acknowledged.forEach(this::judge);
  }

  /** Whatever has rotted is met at the latest when the log is read at a start. */
  private void restartRotten() {
    cluster.find(fleet.rot().node()).ifPresent(node -> {
      node.kill();
      world.runUntil("the node whose log has rotted has read it", () -> node.started() || cluster.find(node.name()).isEmpty(), END_NANOS_MAX);
      world.runFor(SECOND);
      marks.reachIf(cluster.find(node.name()).isPresent(), Mark.ROT_SURVIVED);
    });
  }

  private static Optional<Standing> standing(ClusterMembers shown, String node) {
    return shown.member(node).map(ClusterMembers.Member::standing);
  }

  /** The members once no change is under way: it ends by itself, or is taken back. */
  private ClusterMembers ended() {
    // All that an older client was ever told of may have gone: its user would name it other nodes.
    SimClient client = cluster.newClient();
    long most = world.nowNanos() + END_NANOS_MAX;
    ClusterMembers shown = list(client);
    while (shown.change().isPresent() && world.nowNanos() < most) {
      world.runFor(SECOND);
      shown = list(client);
    }
    oracle.checks().check(shown.change().isEmpty(), "a-change-ends", "long after everything was mended: %s", shown.change());
    return shown;
  }

  private ClusterMembers list(SimClient client) {
    long most = world.nowNanos() + END_NANOS_MAX;
    ClusterMembers[] shown = {null};
    while (shown[0] == null && world.nowNanos() < most) {
      long before = table().epoch();
      boolean[] answered = {false};
      operator.call(client, Members.LIST, 5 * SECOND, (members, failure) -> {
        answered[0] = true;
        shown[0] = members;
        oracle.checks().check(members == null || members.epoch() >= before, "linearizable",
            "the members as of epoch %d are shown, those of %d were there before", members == null ? 0 : members.epoch(), before);
      });
      world.runUntil("the members are shown", () -> answered[0], END_NANOS_MAX);
      world.runFor(SECOND / 10);
    }
    oracle.checks().check(shown[0] != null, "liveness", "a mended cluster does not show its members");
    return shown[0];
  }

  /** Who took part stops by itself when it hears that it was removed; who never did, and waits to join, is told by its operator. */
  private void leave(SimNode node) {
    if (oracle.tookPart(node.name())) {
      world.runUntil(node.name() + ", which was removed, has stopped", () -> cluster.find(node.name()).isEmpty(), END_NANOS_MAX);
    } else {
      cluster.retire(node);
    }
  }

  private void judge(Members done) {
    boolean was = switch (done.kind()) {
      case ADD -> oracle.members().wasEverMember(done.node());
      case PROMOTE -> oracle.members().wasEverVoter(done.node());
      case REMOVE -> oracle.members().isRemoved(done.node());
      case REPLACE -> oracle.members().wasEverMember(done.node()) && oracle.members().isRemoved(done.replaced());
      case LIST -> true;
    };
    oracle.checks().check(was, "acknowledged-is-there", "%s was acknowledged, and the nodes are %s", done, table().nodes().values());
  }
}
