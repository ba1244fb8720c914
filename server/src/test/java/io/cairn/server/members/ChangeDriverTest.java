package io.cairn.server.members;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.protocol.transport.HostPort;
import io.cairn.server.members.DrivenCluster.Uncommitted;
import io.cairn.server.outcome.Outcome;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A change is finished or taken back, whatever happens to whoever drives it. */
class ChangeDriverTest {
  /** A cluster of three voters and a learner, and what may be asked of it. */
  private static final List<MemberRequest> REQUESTS = List.of(
      DrivenCluster.add("n5"), DrivenCluster.promote("n4"), DrivenCluster.remove("n4"), DrivenCluster.remove("n3"),
      DrivenCluster.replace("n2", "n5"), DrivenCluster.replace("n4", "n5"));

  static Stream<Arguments> cuts() {
    var cuts = new ArrayList<Arguments>();
    for (MemberRequest request : REQUESTS) {
      for (ChangePoint point : ChangePoint.values()) {
        for (Uncommitted fate : Uncommitted.values()) {
          for (boolean refusing : new boolean[] {false, true}) {
            cuts.add(Arguments.of(request, point, fate, refusing));
          }
        }
      }
    }
    return cuts.stream();
  }

  @DisplayName("a change whose driver is cut off at any point is finished or taken back")
  @ParameterizedTest(name = "{0} cut off at {1}, uncommitted {2}, refused half way: {3}")
  @MethodSource("cuts")
  void aChangeWhoseDriverIsCutOffIsFinishedOrTakenBack(MemberRequest request, ChangePoint point, Uncommitted fate, boolean refusing) {
    for (int occurrence = 1; occurrence <= 12; occurrence++) {
      var cluster = new DrivenCluster(refusing);
      cluster.cutAt(point, occurrence, fate);
      cluster.ask(request);
      cluster.run();

      NodeTable table = cluster.table();
      assertThat(table.change()).as("what is under way").isEmpty();
      assertThat(cluster.members()).allSatisfy((shard, members) -> assertThat(members).as("shard " + shard).isEqualTo(table.settled()));
      if (!cluster.wasCut()) {
        return;
      }
    }
  }

  @Test
  void everyPointIsPassed() {
    Set<ChangePoint> passed = EnumSet.noneOf(ChangePoint.class);
    for (boolean refusing : new boolean[] {false, true}) {
      for (MemberRequest request : REQUESTS) {
        var cluster = new DrivenCluster(refusing);
        cluster.ask(request);
        cluster.run();
        passed.addAll(cluster.passed());
      }
    }

    assertThat(passed).containsExactlyInAnyOrder(ChangePoint.values());
  }

  @Test
  void whoAskedHearsTheEnd() {
    for (MemberRequest request : REQUESTS) {
      var cluster = new DrivenCluster(false);
      cluster.ask(request);
      cluster.run();

      assertThat(cluster.outcome()).as(request.toString()).isInstanceOf(Outcome.Done.class);
      assertThat(request.isFulfilled(cluster.table())).isTrue();
    }
  }

  @Test
  void aChangeThatAShardRefusesIsTakenBackWithTheReason() {
    var cluster = new DrivenCluster(true);
    cluster.ask(DrivenCluster.promote("n4"));
    cluster.run();

    assertThat(cluster.refusal()).contains("taken back", "shard 2", "lags");
    assertThat(cluster.table().named("n4").standing()).isEqualTo(Standing.LEARNER);
  }

  @Test
  void whatAShardRefusesAtTheFirstLookIsWrittenDownNowhere() {
    var cluster = new DrivenCluster(false);
    NodeTable before = cluster.table();
    cluster.refuseLooks(1, "it would lose the quorum");
    cluster.ask(DrivenCluster.remove("n3"));
    cluster.run();

    assertThat(cluster.refusal()).isEqualTo("shard 1: it would lose the quorum");
    assertThat(cluster.table()).isEqualTo(before);
  }

  @Test
  void theSystemShardIsAskedLast() {
    var cluster = new DrivenCluster(false);
    cluster.ask(DrivenCluster.remove("n3"));
    cluster.run();

    assertThat(cluster.stepsInOrder()).endsWith(0).hasSize(4);
  }

  @DisplayName("MB-06 a replacement that never catches up is taken back, and the replaced node stays")
  @Test
  void aReplacementThatNeverCatchesUpIsTakenBack() {
    var cluster = new DrivenCluster(false);
    cluster.lagging("n5");
    cluster.ask(DrivenCluster.replace("n2", "n5"));
    cluster.run();

    assertThat(cluster.refusal()).contains("taken back", "did not come about within 60 s", "n5 lags");
    assertThat(cluster.table().named("n2").standing()).isEqualTo(Standing.VOTER);
    assertThat(cluster.table().named("n5").standing()).isEqualTo(Standing.REMOVED);
    assertThat(cluster.members().values()).containsOnly(cluster.table().settled());
  }

  @Test
  void removingTheNodeThatIsJustComingCallsTheChangeOff() {
    var cluster = new DrivenCluster(false);
    cluster.lagging("n5");
    cluster.ask(DrivenCluster.replace("n2", "n5"));
    cluster.runFor(1_000_000_000L);
    cluster.ask(DrivenCluster.remove("n5"));
    cluster.run();

    assertThat(cluster.outcome()).isInstanceOf(Outcome.Done.class);
    assertThat(cluster.table().last().orElseThrow().takenBack()).isEqualTo("it was called off");
  }

  @Test
  void aChangeIsCalledOffAsOftenAsSomeoneAsksForIt() {
    var cluster = new DrivenCluster(false);
    cluster.lagging("n5");
    cluster.ask(DrivenCluster.replace("n2", "n5"));
    cluster.runFor(1_000_000_000L);
    var first = new ArrayList<Outcome<NodeTable>>();
    cluster.askToo(DrivenCluster.remove("n5"), first);
    cluster.commitAll();
    assertThat(cluster.table().change().orElseThrow().back()).as("on its way back").isTrue();
    cluster.ask(DrivenCluster.remove("n5")); // What a client does that had no answer within a second.
    cluster.run();
    cluster.ask(DrivenCluster.remove("n5"));

    assertThat(first).singleElement().isInstanceOf(Outcome.Done.class);
    assertThat(cluster.outcome()).isInstanceOf(Outcome.Done.class);
    assertThat(cluster.table().named("n5").standing()).isEqualTo(Standing.REMOVED);
  }

  @Test
  void anAddressThatIsInUseIsNotGivenToANewNode() {
    var cluster = new DrivenCluster(false);
    NodeEntry n2 = cluster.table().named("n2");
    HostPort free = new HostPort("127.0.0.1", 7999);
    for (HostPort used : List.of(n2.peer(), n2.client())) {
      for (var addresses : List.of(List.of(used, free), List.of(free, used))) {
        cluster.ask(new MemberRequest(Optional.of(ChangeKind.ADD), "n5", "", addresses.getFirst(), addresses.getLast()));
        assertThat(cluster.refusal()).contains("node 'n2' has one of the addresses", used.toString());
        cluster.ask(new MemberRequest(Optional.of(ChangeKind.REPLACE), "n5", "n3", addresses.getFirst(), addresses.getLast()));
        assertThat(cluster.refusal()).contains("node 'n2' has one of the addresses");
      }
    }
    cluster.ask(new MemberRequest(Optional.of(ChangeKind.ADD), "n5", "", free, free));
    assertThat(cluster.refusal()).contains("are both 127.0.0.1:7999");
    cluster.ask(new MemberRequest(Optional.of(ChangeKind.REPLACE), "n5", "n2", n2.peer(), n2.client()));
    cluster.run();
    assertThat(cluster.outcome()).isInstanceOf(Outcome.Done.class);
  }

  @DisplayName("MB-02 ids and names are never given twice")
  @Test
  void idsAndNamesAreNeverGivenTwice() {
    var cluster = new DrivenCluster(false);
    cluster.ask(DrivenCluster.add("n5"));
    cluster.run();
    cluster.ask(DrivenCluster.remove("n5"));
    cluster.run();
    cluster.ask(DrivenCluster.add("n5"));
    cluster.run();
    assertThat(cluster.refusal()).contains("never given twice");

    cluster.ask(DrivenCluster.add("n6"));
    cluster.run();

    assertThat(cluster.table().named("n5").id()).isEqualTo(5);
    assertThat(cluster.table().named("n6").id()).isEqualTo(6);
  }

  @Test
  void whoAsksWhileAnIntentIsNotCommittedIsNotToldTheOtherChangesEnd() {
    var cluster = new DrivenCluster(false);
    cluster.ask(DrivenCluster.add("n5"));
    cluster.answerAll();
    var heard = new ArrayList<Outcome<NodeTable>>();
    cluster.askToo(DrivenCluster.remove("n3"), heard);
    cluster.answerAll();
    cluster.run();

    assertThat(cluster.outcome()).isInstanceOf(Outcome.Done.class);
    assertThat(cluster.table().named("n3").standing()).isEqualTo(Standing.VOTER);
    assertThat(heard).singleElement().isInstanceOf(Outcome.Refused.class);
  }

  @Test
  void whoWaitsForAChangeWhoseDriverIsDeposedIsNotToldThatNothingHappened() {
    var cluster = new DrivenCluster(false);
    cluster.lagging("n5");
    cluster.ask(DrivenCluster.replace("n2", "n5"));
    cluster.runFor(1_000_000_000L);
    cluster.depose();

    assertThat(cluster.outcome()).isInstanceOf(Outcome.Unknown.class);
  }

  @Test
  void oneChangeAtATime() {
    var cluster = new DrivenCluster(false);
    cluster.lagging("n5");
    cluster.ask(DrivenCluster.replace("n2", "n5"));
    cluster.runFor(1_000_000_000L);
    cluster.ask(DrivenCluster.add("n6"));
    cluster.runFor(1_000_000_000L);

    assertThat(cluster.refusal()).contains("another change is under way", "replacing n2 by n5");
  }
}
