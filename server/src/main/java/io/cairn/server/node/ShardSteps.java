package io.cairn.server.node;

import com.google.protobuf.ByteString;
import io.cairn.platform.Clock;
import io.cairn.platform.EventLoop;
import io.cairn.protocol.wire.MemberStep;
import io.cairn.protocol.wire.MemberStepAnswer;
import io.cairn.protocol.wire.PeerRequest;
import io.cairn.protocol.wire.PeerResponse;
import io.cairn.raft.membership.Membership;
import io.cairn.raft.membership.MembershipCodec;
import io.cairn.server.apply.SystemState;
import io.cairn.server.command.SystemCommand;
import io.cairn.server.members.ChangeDriver;
import io.cairn.server.members.MemberChange;
import io.cairn.server.members.MemberCommand;
import io.cairn.server.members.NodeTable;
import io.cairn.server.members.Stamp;
import io.cairn.server.members.StepAnswer;
import io.cairn.server.outcome.Outcome;
import io.cairn.server.peer.Peers;
import io.cairn.server.replica.ReadRequest;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.Replicas;
import io.cairn.server.shard.ShardDescriptor;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Between the driver and the leaders of the shards. On the node's first loop.
 *
 * <p>A question may be old: its driver was overtaken, the change taken back, another one begun. So whoever leads the shard looks at shard
 * 0 first, by a linearizable read that began after the question came, and takes the step that stands there or none. A leader that has
 * taken a later step takes no earlier one; one that is deposed in between cannot commit what it proposes.
 */
final class ShardSteps implements ChangeDriver.Ports {
  private static final long SERVE_NANOS = TimeUnit.SECONDS.toNanos(4);

  private final Clock clock;
  private final EventLoop loop;
  private final Replicas replicas;
  private final Peers peers;
  private final String self;
  /** How often a shard was asked of whoever is next. */
  private final Map<Integer, Integer> turns = new TreeMap<>();

  ShardSteps(Clock clock, EventLoop loop, Replicas replicas, Peers peers, String self) {
    this.clock = clock;
    this.loop = loop;
    this.replicas = replicas;
    this.peers = peers;
    this.self = self;
  }

  @Override
  public boolean propose(MemberCommand command) {
    Replica system = replicas.get(ShardDescriptor.SYSTEM);
    return system != null && system.propose(new SystemCommand.ChangeMembers(command));
  }

  @Override
  public SortedSet<Integer> shards() {
    var shards = new TreeSet<Integer>();
    replicas.all().forEach(replica -> shards.add(replica.key().shard()));
    return shards;
  }

  @Override
  public void look(int shard, Membership members, long timeoutNanos, Consumer<StepAnswer> answer) {
    ask(MemberStep.newBuilder().setShard(shard).setLook(ByteString.copyFrom(MembershipCodec.encode(members))).build(), timeoutNanos, answer);
  }

  @Override
  public void step(int shard, Stamp step, long timeoutNanos, Consumer<StepAnswer> answer) {
    ask(MemberStep.newBuilder().setShard(shard).setChange(step.change()).setStage(step.stage()).setBack(step.back()).build(), timeoutNanos,
        answer);
  }

  private void ask(MemberStep question, long timeoutNanos, Consumer<StepAnswer> answer) {
    Replica replica = replicas.get(question.getShard());
    replica.loop().run(() -> {
      boolean takesPart = replica.status().membership().contains(replica.key().replica());
      String leader = takesPart ? replica.leaderNode() : "";
      List<String> nodes = List.copyOf(replica.descriptor().replicas().values());
      loop.execute(() -> askNode(leader.isEmpty() ? next(question.getShard(), nodes) : leader, question, timeoutNanos, answer));
    });
  }

  /**
   * A driver on the node that is being removed may have been taken out of a shard: nobody tells its replica who leads there now, so each
   * of the others is asked in turn. Empty when none can be reached.
   */
  private String next(int shard, List<String> nodes) {
    List<String> others = nodes.stream().filter(peers::connected).toList();
    return others.isEmpty() ? "" : others.get(Math.floorMod(turns.merge(shard, 1, Integer::sum), others.size()));
  }

  private void askNode(String leader, MemberStep question, long timeoutNanos, Consumer<StepAnswer> answer) {
    if (leader.isEmpty()) {
      answer.accept(StepAnswer.waiting("it has no leader"));
    } else if (leader.equals(self)) {
      serve(question, said -> answer.accept(decoded(said)));
    } else {
      peers.call(leader, PeerRequest.newBuilder().setMemberStep(question).build(), timeoutNanos, new Peers.Answer() {
        @Override
        public void answered(PeerResponse response) {
          answer.accept(decoded(response.getMemberStep()));
        }

        @Override
        public void failed(String why) {
          answer.accept(StepAnswer.waiting(leader + ", which leads it, gave no answer: " + why));
        }
      });
    }
  }

  private static StepAnswer decoded(MemberStepAnswer said) {
    return switch (said.getOutcome()) {
      case TAKEN -> StepAnswer.TAKEN;
      case REFUSED -> StepAnswer.refused(said.getReason());
      case WAIT, OUTCOME_UNSPECIFIED, UNRECOGNIZED -> StepAnswer.waiting(said.getReason());
    };
  }

  /** Answers a driver, here or on another node; the answer comes on the first loop. */
  void serve(MemberStep question, Consumer<MemberStepAnswer> answer) {
    Consumer<StepAnswer> said = step -> loop.run(() -> answer.accept(encoded(step)));
    Replica replica = replicas.get(question.getShard());
    if (replica == null || replicas.get(ShardDescriptor.SYSTEM) == null) { // Each is opened on its own loop, one before the other.
      said.accept(StepAnswer.waiting("this node has not opened its replicas yet"));
    } else if (!question.getLook().isEmpty()) {
      look(replica, question.getLook(), said);
    } else {
      compare(replica, new Stamp(question.getChange(), question.getStage(), question.getBack()), said);
    }
  }

  private static MemberStepAnswer encoded(StepAnswer step) {
    MemberStepAnswer.Outcome outcome = switch (step.kind()) {
      case TAKEN -> MemberStepAnswer.Outcome.TAKEN;
      case WAIT -> MemberStepAnswer.Outcome.WAIT;
      case REFUSED -> MemberStepAnswer.Outcome.REFUSED;
    };
    return MemberStepAnswer.newBuilder().setOutcome(outcome).setReason(step.reason()).build();
  }

  private static void look(Replica replica, ByteString members, Consumer<StepAnswer> answer) {
    Membership wanted;
    try {
      wanted = MembershipCodec.decode(members.toByteArray());
    } catch (IllegalArgumentException e) {
      answer.accept(StepAnswer.waiting("the question cannot be read: " + e.getMessage()));
      return;
    }
    replica.loop().run(() -> answer.accept(replica.members().look(wanted)));
  }

  private void compare(Replica replica, Stamp step, Consumer<StepAnswer> answer) {
    Replica system = replicas.get(ShardDescriptor.SYSTEM);
    long deadline = clock.nanoTime() + SERVE_NANOS;
    system.read(new ReadRequest(0, deadline, outcome -> {
      if (!(outcome instanceof Outcome.Done<Long>)) {
        answer.accept(StepAnswer.waiting("shard 0 does not answer"));
        return;
      }
      NodeTable table = SystemState.nodes(system.store());
      MemberChange change = table.change().orElse(null);
      if (change == null || !change.stamp().equals(step)) {
        answer.accept(StepAnswer.waiting("shard 0 tells another step than " + step));
      } else {
        replica.loop().run(() -> replica.members().take(step, table.wanted(), deadline, answer));
      }
    }));
  }
}
