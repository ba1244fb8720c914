package io.cairn.client.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.client.ClusterMembers;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.UnknownOutcomeException;
import io.cairn.client.core.Operation.Members;
import io.cairn.client.core.Operation.Members.Kind;
import io.cairn.client.fake.FakeCluster;
import io.cairn.client.fake.FakeNode;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.ErrorKind;
import io.cairn.protocol.wire.MemberRequest;
import io.cairn.protocol.wire.MemberTable;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class MemberCallTest {
  private static final Members REMOVE = new Members(Kind.REMOVE, "n1", "", "", "");
  private static final Response TABLE = Response.newBuilder().setMembers(MemberTable.newBuilder().setEpoch(9)
      .addMembers(member(1, MemberTable.Standing.REMOVED)).addMembers(member(2, MemberTable.Standing.VOTER))
      .addMembers(member(3, MemberTable.Standing.LEARNER)).addMembers(member(4, MemberTable.Standing.COMING))
      .setChange("adding n4").setTakenBack("it was called off")).build();

  private static MemberTable.Member member(int id, MemberTable.Standing standing) {
    return MemberTable.Member.newBuilder().setId(id).setName("n" + id).setPeerAddress("127.0.0.1:710" + id)
        .setClientAddress("127.0.0.1:700" + id).setStanding(standing).build();
  }

  private static Response error(ErrorKind kind, ErrorCode code) {
    return FakeCluster.error(kind, code, "as the script says");
  }

  /** What every node says to what is asked about members. */
  private static void answer(Simulation sim, Function<Request, Response> answer) {
    for (int i = 1; i <= 3; i++) {
      sim.node(i).script(request -> request.hasMember() ? answer.apply(request) : null);
    }
  }

  private static List<MemberRequest> asked(Simulation sim) {
    var asked = new ArrayList<MemberRequest>();
    for (int i = 1; i <= 3; i++) {
      sim.node(i).requests().stream().filter(Request::hasMember).forEach(request -> asked.add(request.getMember()));
    }
    return asked;
  }

  /** A client that is told of one node only. */
  private static Simulation knowingOnly(int node) {
    return new Simulation(s -> new ClientSettings(s.endpoints().subList(node - 1, node), s.attemptNanos(), s.connectNanos(), s.openBytesMax(),
        s.answerBytesMax(), s.openSequencesMax()));
  }

  @Test
  @DisplayName("a removal sent to the node that goes away before it answers is asked of another, which only the map names")
  void theNodeThatIsAskedGoesAway() {
    Simulation sim = knowingOnly(1);
    answer(sim, request -> TABLE);
    sim.node(1).script(request -> {
      if (!request.hasMember()) {
        return null;
      }
      sim.node(1).kill();
      return FakeNode.SILENCE;
    });

    ClusterMembers members = sim.done(sim.start(REMOVE));

    assertThat(sim.node(1).requests()).last().matches(Request::hasMember);
    assertThat(members.member("n1").orElseThrow().standing()).isEqualTo(ClusterMembers.Standing.REMOVED);
  }

  @Test
  void withoutAMapNoChangeIsAskedFor() {
    Simulation sim = new Simulation();
    for (int i = 1; i <= 3; i++) {
      sim.node(i).script(request -> request.hasShardMap() ? FakeNode.SILENCE : TABLE);
    }
    Simulation.Ended<?> remove = sim.await(sim.start(REMOVE));

    assertThat(remove.why).as("certainly without effect").isInstanceOf(RefusedException.class);
    assertThat(asked(sim)).isEmpty();
  }

  @Test
  void theListNeedsNoMap() {
    Simulation sim = new Simulation();
    for (int i = 1; i <= 3; i++) {
      sim.node(i).script(request -> request.hasShardMap() ? FakeNode.SILENCE : TABLE);
    }
    ClusterMembers members = sim.done(sim.start(Members.LIST));

    assertThat(asked(sim)).singleElement().matches(request -> request.getKind() == MemberRequest.Kind.LIST);
    assertThat(members.epoch()).isEqualTo(9);
    assertThat(members.change()).contains("adding n4");
    assertThat(members.takenBack()).contains("it was called off");
    assertThat(members.members()).extracting(ClusterMembers.Member::standing).containsExactly(ClusterMembers.Standing.REMOVED,
        ClusterMembers.Standing.VOTER, ClusterMembers.Standing.LEARNER, ClusterMembers.Standing.COMING);
    assertThat(members.members().get(3)).isEqualTo(
        new ClusterMembers.Member(4, "n4", "127.0.0.1:7104", "127.0.0.1:7004", ClusterMembers.Standing.COMING));
  }

  @Test
  void whatIsAskedForIsWhatIsSent() {
    Simulation sim = new Simulation();
    answer(sim, request -> TABLE);
    sim.done(sim.start(new Members(Kind.REPLACE, "n5", "n2", "h:1", "h:2")));

    assertThat(asked(sim)).containsExactly(MemberRequest.newBuilder().setKind(MemberRequest.Kind.REPLACE).setNode("n5").setReplaced("n2")
        .setPeerAddress("h:1").setClientAddress("h:2").build());
  }

  @Test
  void whatCannotBeIsToldAtOnce() {
    Simulation sim = new Simulation();
    answer(sim, request -> error(ErrorKind.REFUSED, ErrorCode.MEMBERS));
    Simulation.Ended<?> remove = sim.await(sim.start(REMOVE));

    assertThat(remove.why).isInstanceOfSatisfying(RefusedException.class, e -> assertThat(e.code()).isEqualTo(RefusedCode.MEMBERS))
        .hasMessageContaining("as the script says");
    assertThat(asked(sim)).hasSize(1);
  }

  @Test
  @DisplayName("a refusal by whoever drives the changes ends the doubt that an earlier sending left")
  void aRefusalEndsTheDoubt() {
    Simulation sim = new Simulation();
    answer(sim, request -> asked(sim).size() == 1 ? error(ErrorKind.UNKNOWN, ErrorCode.OUTCOME_UNKNOWN)
        : error(ErrorKind.REFUSED, ErrorCode.MEMBERS));
    Simulation.Ended<?> remove = sim.await(sim.start(REMOVE));

    assertThat(remove.why).isInstanceOfSatisfying(RefusedException.class, e -> assertThat(e.code()).isEqualTo(RefusedCode.MEMBERS));
    assertThat(asked(sim)).hasSize(2);
  }

  @Test
  @DisplayName("a refusal waits for the sending to a node that stands still: it may be passed on when the change can be")
  void aSendingThatIsStillOnItsWayIsWaitedFor() {
    Simulation sim = new Simulation();
    answer(sim, request -> asked(sim).size() == 1 ? FakeNode.SILENCE : error(ErrorKind.REFUSED, ErrorCode.MEMBERS));
    Simulation.Ended<?> remove = sim.await(sim.start(REMOVE));

    assertThat(remove.why).isInstanceOf(UnknownOutcomeException.class).hasMessageContaining("as the script says");
    assertThat(remove.tookNanos).isEqualTo(Simulation.DEADLINE_NANOS);
    assertThat(asked(sim)).hasSize(2);
  }

  @Test
  void aSendingWhoseConnectionWasLostLeavesADoubt() {
    Simulation sim = new Simulation();
    answer(sim, request -> asked(sim).size() == 1 ? FakeNode.SERVE_AND_CUT : error(ErrorKind.REFUSED, ErrorCode.MEMBERS));

    assertThat(sim.await(sim.start(REMOVE)).why).isInstanceOf(UnknownOutcomeException.class).hasMessageContaining("as the script says");
  }

  @Test
  void aLateAnswerIsWorthMoreThanARefusal() {
    Simulation sim = new Simulation();
    List<FakeNode.Late> late = new ArrayList<>();
    answer(sim, request -> asked(sim).size() == 1 ? FakeNode.SILENCE : error(ErrorKind.REFUSED, ErrorCode.MEMBERS));
    for (int i = 1; i <= 3; i++) {
      sim.node(i).leftUnanswered(late::add);
    }
    Simulation.Ended<?> done = sim.start(REMOVE);
    sim.loop.runUntil(() -> asked(sim).size() == 2, Simulation.DEADLINE_NANOS);
    late.get(0).answer(TABLE);
    sim.done(done);

    late.clear();
    sim.node(1).requests().clear();
    sim.node(2).requests().clear();
    sim.node(3).requests().clear();
    Simulation.Ended<?> refused = sim.start(REMOVE);
    sim.loop.runUntil(() -> asked(sim).size() == 2, Simulation.DEADLINE_NANOS);
    late.get(0).answer(error(ErrorKind.REFUSED, ErrorCode.MEMBERS));
    sim.await(refused);

    assertThat(refused.why).as("each sending was refused").isInstanceOf(RefusedException.class);
  }

  @Test
  void anyOtherRefusalAfterADoubtIsNoPromise() {
    Simulation sim = new Simulation();
    answer(sim, request -> asked(sim).size() == 1 ? error(ErrorKind.UNKNOWN, ErrorCode.OUTCOME_UNKNOWN)
        : error(ErrorKind.REFUSED, ErrorCode.BAD_REQUEST));

    assertThat(sim.await(sim.start(REMOVE)).why).isInstanceOf(UnknownOutcomeException.class);
  }

  @Test
  void whoIsElectedMeanwhileIsWaitedFor() {
    Simulation sim = new Simulation();
    List<Response> said = new ArrayList<>(List.of(error(ErrorKind.REFUSED, ErrorCode.NOT_LEADER), error(ErrorKind.REFUSED, ErrorCode.NO_QUORUM),
        error(ErrorKind.UNKNOWN, ErrorCode.OUTCOME_UNKNOWN), TABLE));
    answer(sim, request -> said.remove(0));
    sim.done(sim.start(REMOVE));

    assertThat(said).isEmpty();
  }

  @Test
  void aChangeThatTakesLongIsAskedForAgainElsewhereAndTheFirstAnswerCounts() {
    Simulation sim = new Simulation();
    answer(sim, request -> asked(sim).size() < 3 ? FakeNode.SILENCE : TABLE);
    Simulation.Ended<?> remove = sim.start(REMOVE);
    sim.done(remove);

    assertThat(remove.tookNanos).isGreaterThanOrEqualTo(2 * ClientSettings.ATTEMPT_NANOS);
    assertThat(asked(sim)).hasSize(3).containsOnly(asked(sim).get(0));
  }

  @Test
  @DisplayName("CL-07 a change that nobody answers is of unknown outcome at its deadline, a list is only late")
  void silence() {
    Simulation sim = new Simulation();
    answer(sim, request -> FakeNode.SILENCE);
    Simulation.Ended<?> remove = sim.await(sim.start(REMOVE));
    Simulation.Ended<?> list = sim.await(sim.start(Members.LIST));

    assertThat(remove.why).isInstanceOf(UnknownOutcomeException.class);
    assertThat(remove.tookNanos).isEqualTo(Simulation.DEADLINE_NANOS);
    assertThat(list.why).isInstanceOfSatisfying(RefusedException.class, e -> assertThat(e.code()).isEqualTo(RefusedCode.DEADLINE));
  }

  @Test
  void anAnswerThatIsNoneIsNoPromiseEither() {
    Simulation sim = new Simulation();
    answer(sim, request -> Response.getDefaultInstance());

    assertThat(sim.await(sim.start(REMOVE)).why).isInstanceOf(UnknownOutcomeException.class);
    assertThat(sim.await(sim.start(Members.LIST)).why).isInstanceOf(RefusedException.class);
  }

  @Test
  void afterAChangeTheMapIsFetchedAnew() {
    Simulation sim = new Simulation();
    answer(sim, request -> {
      sim.cluster.split("m");
      return TABLE;
    });
    sim.done(sim.start(REMOVE));
    sim.loop.runFor(TimeUnit.MILLISECONDS.toNanos(100));

    assertThat(sim.core.cluster().epoch()).isEqualTo(2);
  }
}
