package io.cairn.client.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.UnknownOutcomeException;
import io.cairn.client.fake.FakeCluster;
import io.cairn.client.fake.FakeNode;
import io.cairn.protocol.wire.Command;
import io.cairn.protocol.wire.Error;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.ErrorKind;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class WriteCallTest {

  /** Answers the first {@code times} writes like this, and then as a node does. */
  private static Function<Request, Response> firstWrites(int times, Response answer) {
    int[] left = {times};
    return request -> request.hasCommand() && left[0]-- > 0 ? answer : null;
  }

  @Test
  void aPutFindsTheLeaderAndTellsItsRevision() {
    Simulation sim = new Simulation();
    assertThat(sim.done(sim.put("a", "1")).revision()).isEqualTo(2);
    assertThat(sim.cluster.value("a")).isEqualTo("1");
  }

  @Test
  void aRedirectIsFollowedAndTheNextWriteGoesStraightToTheNewLeader() {
    Simulation sim = new Simulation();
    sim.done(sim.put("a", "1"));
    sim.cluster.lead(1, "n3");
    Simulation.Ended<?> moved = sim.put("a", "2");
    sim.done(moved);
    assertThat(moved.tookNanos).isLessThan(TimeUnit.MILLISECONDS.toNanos(2));
    int askedBefore = sim.node(1).requests().size() + sim.node(2).requests().size();
    sim.done(sim.put("a", "3"));
    assertThat(sim.node(1).requests().size() + sim.node(2).requests().size()).isEqualTo(askedBefore);
  }

  @Test
  void twoNodesThatPointAtEachOtherAreAskedWithWaitsUntilTheDeadline() {
    Simulation sim = new Simulation();
    sim.cluster.lead(1, "nobody");
    for (int i = 1; i <= 3; i++) {
      int other = i % 3 + 1;
      sim.node(i).script(request -> request.hasCommand()
          ? Response.newBuilder().setError(Error.newBuilder()
              .setKind(ErrorKind.REFUSED).setCode(ErrorCode.NOT_LEADER).setLeaderNode("n" + other)).build()
          : null);
    }
    Simulation.Ended<?> put = sim.await(sim.put("a", "1"));
    assertThat(put.why).isInstanceOfSatisfying(RefusedException.class, e -> assertThat(e.code()).isEqualTo(RefusedCode.DEADLINE));
    long writes = 0;
    for (int i = 1; i <= 3; i++) {
      writes += sim.node(i).requests().stream().filter(Request::hasCommand).count();
    }
    assertThat(writes).isBetween(10L, 300L);
  }

  @Test
  @DisplayName("CL-01 a write whose connection broke before the answer is sent again as the same bytes and takes effect once")
  void brokenConnection() {
    Simulation sim = new Simulation();
    sim.node(1).script(firstWrites(1, FakeNode.SERVE_AND_CUT));
    assertThat(sim.done(sim.put("a", "1")).revision()).isEqualTo(2);
    assertThat(sim.cluster.applied()).isEqualTo(1);
    assertThat(sim.cluster.commands()).hasSize(2);
    assertThat(sim.cluster.commands().get(1)).isEqualTo(sim.cluster.commands().get(0));
  }

  @Test
  @DisplayName("CL-01 a write that the leader calls unknown is sent again under its sequence")
  void unknownIsRetried() {
    Simulation sim = new Simulation();
    sim.node(1).script(firstWrites(2, FakeCluster.error(ErrorKind.UNKNOWN, ErrorCode.OUTCOME_UNKNOWN, "leadership lost")));
    sim.done(sim.put("a", "1"));
    assertThat(sim.cluster.applied()).isEqualTo(1);
  }

  @Test
  @DisplayName("CL-07 a write without an answer ends by its deadline, as unknown")
  void silenceIsUnknown() {
    Simulation sim = new Simulation();
    for (int i = 1; i <= 3; i++) {
      sim.node(i).script(request -> request.hasCommand() ? FakeNode.SILENCE : null);
    }
    Simulation.Ended<?> put = sim.await(sim.put("a", "1"));
    assertThat(put.why).isInstanceOf(UnknownOutcomeException.class);
    assertThat(put.tookNanos).isEqualTo(Simulation.DEADLINE_NANOS);
  }

  @Test
  void aWriteThatOnlyEverMetARefusalIsRefusedAtItsDeadline() {
    Simulation sim = new Simulation();
    for (int i = 1; i <= 3; i++) {
      sim.node(i).script(request -> request.hasCommand()
          ? FakeCluster.error(ErrorKind.REFUSED, ErrorCode.NO_QUORUM, "no quorum") : null);
    }
    Simulation.Ended<?> put = sim.await(sim.put("a", "1"));
    assertThat(put.why).isInstanceOf(RefusedException.class).hasMessageContaining("NO_QUORUM");
  }

  @Test
  void withoutAClusterAWriteIsRefusedAsUnavailableAndTheFailuresAreNamed() {
    Simulation sim = new Simulation();
    for (int i = 1; i <= 3; i++) {
      sim.node(i).kill();
    }
    Simulation.Ended<?> put = sim.await(sim.put("a", "1"));
    assertThat(put.why)
        .isInstanceOfSatisfying(RefusedException.class, e -> assertThat(e.code()).isEqualTo(RefusedCode.UNAVAILABLE))
        .hasMessageContaining("127.0.0.1:7002")
        .hasMessageContaining("connection refused");
  }

  @Test
  void overloadIsWaitedOutWhenThereIsTimeAndToldWhenThereIsNone() {
    Simulation sim = new Simulation();
    sim.node(1).script(firstWrites(1, overloaded(300)));
    Simulation.Ended<?> put = sim.put("a", "1");
    sim.done(put);
    assertThat(put.tookNanos).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(300));

    sim.node(1).script(firstWrites(1, overloaded(60_000)));
    Simulation.Ended<?> hopeless = sim.await(sim.put("a", "1"));
    assertThat(hopeless.why).isInstanceOfSatisfying(RefusedException.class, e -> {
      assertThat(e.code()).isEqualTo(RefusedCode.OVERLOADED);
      assertThat(e.retryAfter()).hasSeconds(60);
    });
    assertThat(hopeless.tookNanos).isLessThan(TimeUnit.MILLISECONDS.toNanos(10));
  }

  private static Response overloaded(int millis) {
    return Response.newBuilder().setError(Error.newBuilder()
        .setKind(ErrorKind.REFUSED).setCode(ErrorCode.OVERLOADED).setRetryAfterMillis(millis)).build();
  }

  private static Response horizon(long revision) {
    return Response.newBuilder().setError(Error.newBuilder()
        .setKind(ErrorKind.REFUSED).setCode(ErrorCode.HORIZON).setRevision(revision)).build();
  }

  @Test
  void behindTheHorizonAFirstAttemptIsSentAgainWithTheRevisionHandedOut() {
    Simulation sim = new Simulation();
    List<Command> sent = new ArrayList<>();
    sim.node(1).script(request -> {
      if (request.hasCommand()) {
        sent.add(parse(request));
        return sent.size() == 1 ? horizon(500) : null;
      }
      return null;
    });
    sim.done(sim.put("a", "1"));
    assertThat(sent.get(1).getSeen()).isEqualTo(500);
    assertThat(sent.get(1).getSequence()).isEqualTo(sent.get(0).getSequence());
  }

  @Test
  void behindTheHorizonARetryIsOfUnknownOutcomeAndNotSentAgain() {
    Simulation sim = new Simulation();
    int[] count = {0};
    sim.node(1).script(request -> !request.hasCommand() ? null : ++count[0] == 1 ? FakeNode.SERVE_AND_CUT : horizon(500));
    Simulation.Ended<?> put = sim.await(sim.put("a", "1"));
    assertThat(put.why).isInstanceOf(UnknownOutcomeException.class);
    assertThat(count[0]).isEqualTo(2);
  }

  @Test
  void aRetryKeepsItsSeenWhileTheClientHasSeenMore() throws IOException {
    Simulation sim = new Simulation();
    sim.node(1).script(firstWrites(1, FakeNode.SILENCE));
    Simulation.Ended<?> silent = sim.put("a", "1");
    sim.loop.runFor(TimeUnit.MILLISECONDS.toNanos(10));
    sim.done(sim.put("b", "1"));
    sim.done(silent);
    List<Command> commands = sim.cluster.commands();
    assertThat(commands.get(commands.size() - 1).getSeen()).isEqualTo(1);
    assertThat(sim.core.seen()).isEqualTo(3);
  }

  @Test
  void seenNeverGoesBack() {
    Simulation sim = new Simulation();
    sim.done(sim.put("a", "1"));
    sim.core.saw(1);
    assertThat(sim.core.seen()).isEqualTo(2);
  }

  @Test
  void anOldMapIsFetchedAnewAndTheWriteGoesToTheRightShard() {
    Simulation sim = new Simulation();
    sim.done(sim.put("x", "1"));
    sim.cluster.split("m");
    sim.cluster.lead(2, "n2");
    sim.done(sim.put("x", "2"));
    assertThat(sim.cluster.value("x")).isEqualTo("2");
    assertThat(sim.core.cluster().epoch()).isEqualTo(2);
  }

  @Test
  void aHintThatNamesAnUnknownNodeLeavesTheMapUsable() {
    Simulation sim = new Simulation();
    sim.node(1).script(firstWrites(3, Response.newBuilder().setError(Error.newBuilder()
        .setKind(ErrorKind.REFUSED).setCode(ErrorCode.NOT_LEADER).setLeaderNode("n9")).build()));
    sim.done(sim.put("a", "1"));
    assertThat(sim.done(sim.start(new Operation.Map())).epoch()).isEqualTo(1);
  }

  @Test
  void aMapEpochThatNobodyHasDoesNotHoldUpWhatComesLater() {
    Simulation sim = new Simulation();
    sim.node(1).script(firstWrites(1, Response.newBuilder().setError(Error.newBuilder()
        .setKind(ErrorKind.REFUSED).setCode(ErrorCode.WRONG_SHARD).setMapEpoch(99)).build()));
    sim.done(sim.put("a", "1"));
    assertThat(sim.done(sim.start(new Operation.Map())).epoch()).isEqualTo(1);
    sim.done(sim.put("a", "2"));
  }

  @Test
  void sequencesRunFromOneAndTheLowestOpenOneIsNamed() {
    Simulation sim = new Simulation();
    sim.done(sim.put("a", "1"));
    sim.done(sim.put("a", "2"));
    List<Command> commands = sim.cluster.commands();
    assertThat(commands).extracting(Command::getSequence).containsExactly(1L, 2L);
    assertThat(commands).extracting(Command::getLowestOpen).containsExactly(1L, 2L);
  }

  @Test
  void noMoreWritesOfAShardAreOpenThanAServerRemembersAndTheRestWaitsInOrder() {
    Simulation sim = new Simulation(s -> new ClientSettings(
        s.endpoints(), s.attemptNanos(), s.connectNanos(), s.openBytesMax(), s.answerBytesMax(), 4));
    sim.done(sim.put("warm", "1"));
    List<Simulation.Ended<?>> puts = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      puts.add(sim.put("k", "v" + i));
    }
    puts.forEach(sim::done);
    for (Command command : sim.cluster.commands()) {
      assertThat(command.getSequence() - command.getLowestOpen()).isLessThan(4);
    }
    assertThat(sim.cluster.commands()).extracting(Command::getSequence).isSorted();
    assertThat(sim.cluster.value("k")).isEqualTo("v99");
  }

  @Test
  void overItsBytesTheClientRefusesAtOnceAndWhatEndedMakesRoom() {
    Simulation sim = new Simulation(s -> new ClientSettings(
        s.endpoints(), s.attemptNanos(), s.connectNanos(), 10_000, s.answerBytesMax(), s.openSequencesMax()));
    Simulation.Ended<?> large = sim.put("a", "v".repeat(9_000));
    Simulation.Ended<?> more = sim.put("b", "v".repeat(1_000));
    assertThat(more.why).isInstanceOfSatisfying(RefusedException.class, e -> assertThat(e.code()).isEqualTo(RefusedCode.OVERLOADED));
    sim.done(large);
    sim.done(sim.put("b", "v".repeat(1_000)));
    assertThat(sim.core.openBytes()).isZero();
  }

  @Test
  void whatIsStartedTogetherLeavesInOneFlush() {
    Simulation sim = new Simulation();
    sim.done(sim.put("a", "1"));
    int before = sim.transport.flushes();
    List<Simulation.Ended<?>> puts = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      puts.add(sim.put("k" + i, "v"));
    }
    puts.forEach(sim::done);
    assertThat(sim.transport.flushes() - before).isEqualTo(1);
  }

  private static Command parse(Request request) {
    try {
      return Command.parseFrom(request.getCommand());
    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }
}
