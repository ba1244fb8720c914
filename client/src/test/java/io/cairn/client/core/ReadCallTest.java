package io.cairn.client.core;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.cairn.client.ByteSeq;
import io.cairn.client.DeleteRangeResult;
import io.cairn.client.KeyRange;
import io.cairn.client.KeyValue;
import io.cairn.client.RangeResult;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.UnknownOutcomeException;
import io.cairn.client.fake.FakeNode;
import io.cairn.protocol.wire.RangeChunk;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ReadCallTest {

  private static void fill(Simulation sim, int count) {
    for (int i = 0; i < count; i++) {
      sim.cluster.put(ByteString.copyFromUtf8("k" + i), ByteString.copyFromUtf8("v" + i), false);
    }
  }

  @Test
  void aGetIsServedByAnyNodeAndNeedsOneConnection() {
    Simulation sim = new Simulation();
    fill(sim, 1);
    assertThat(sim.done(sim.get("k0")).valueUtf8()).contains("v0");
    assertThat(sim.done(sim.get("none")).found()).isEmpty();
    assertThat(sim.transport.connects()).isEqualTo(1);
  }

  @Test
  @DisplayName("CL-05 a node that accepts and never answers costs a read one attempt's time, and later reads nothing")
  void oneSilentNode() {
    Simulation sim = new Simulation();
    fill(sim, 1);
    sim.node(1).script(request -> request.hasGet() ? FakeNode.SILENCE : null);
    sim.done(sim.put("warm", "1"));
    Simulation.Ended<?> first = sim.get("k0");
    sim.done(first);
    assertThat(first.tookNanos).isBetween(ClientSettings.ATTEMPT_NANOS, 2 * ClientSettings.ATTEMPT_NANOS);
    Simulation.Ended<?> second = sim.get("k0");
    sim.done(second);
    assertThat(second.tookNanos).isLessThan(TimeUnit.MILLISECONDS.toNanos(5));
  }

  @Test
  @DisplayName("CL-05 while one shard's leader is a black hole, full of writes, the writes of another shard go on")
  void oneBlackHole() {
    Simulation sim = new Simulation(s -> new ClientSettings(
        s.endpoints(), s.attemptNanos(), s.connectNanos(), s.openBytesMax(), s.answerBytesMax(), 4), "m");
    sim.cluster.lead(2, "n2");
    sim.done(sim.put("a", "0"));
    sim.done(sim.put("z", "0"));
    sim.transport.blackHole(sim.node(2).address(), true);
    for (int i = 0; i < 20; i++) {
      sim.put("z", "stuck");
    }
    for (int i = 0; i < 100; i++) {
      Simulation.Ended<?> other = sim.put("a", "v" + i);
      sim.done(other);
      assertThat(other.tookNanos).isLessThan(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }

  @Test
  void aRangeGathersItsChunksAtOneRevision() {
    Simulation sim = new Simulation();
    fill(sim, 10);
    RangeResult all = sim.done(sim.range(KeyRange.all(), 0));
    assertThat(all.keyValues()).hasSize(10).extracting(KeyValue::keyUtf8).isSorted();
    assertThat(all.revision()).isEqualTo(11);
    assertThat(all.more()).isFalse();
    RangeResult some = sim.done(sim.range(KeyRange.prefix("k"), 4));
    assertThat(some.count()).isEqualTo(4);
    assertThat(some.more()).isTrue();
  }

  @Test
  void aRangeThatIsAskedForElsewhereIsGivenUpWhereItWas() {
    Simulation sim = new Simulation();
    fill(sim, 10);
    sim.node(1).script(request -> request.hasRange() ? FakeNode.FIRST_CHUNK : null);
    RangeResult all = sim.done(sim.range(KeyRange.all(), 0));
    assertThat(all.keyValues()).hasSize(10);
    assertThat(sim.node(1).requests()).anyMatch(Request::hasRange);
    assertThat(sim.node(1).cancelled()).isEqualTo(1);
  }

  @Test
  void aRangeCutInTheMiddleGoesOnFromAnotherNodeAtTheSameRevision() {
    Simulation sim = new Simulation();
    fill(sim, 10);
    boolean[] begun = {false};
    for (int i = 1; i <= 3; i++) {
      int number = i;
      sim.node(i).script(request -> {
        if (request.hasRange() && !begun[0]) {
          begun[0] = true;
          sim.loop.schedule(TimeUnit.MILLISECONDS.toNanos(3), () -> sim.transport.cut(sim.node(number).address()));
          return FakeNode.FIRST_CHUNK;
        }
        return null;
      });
    }
    RangeResult all = sim.done(sim.range(KeyRange.all(), 0));
    assertThat(all.keyValues()).hasSize(10).extracting(KeyValue::keyUtf8).isSorted().doesNotHaveDuplicates();
    Request resumed = null;
    for (int i = 1; i <= 3; i++) {
      for (Request request : sim.node(i).requests()) {
        resumed = request.hasRange() && request.getRange().getRevision() != 0 ? request : resumed;
      }
    }
    assertThat(resumed).isNotNull();
    assertThat(resumed.getRange().getRevision()).isEqualTo(11);
    assertThat(resumed.getRange().getStart()).isEqualTo(ByteString.copyFromUtf8("k2\0"));
  }

  @Test
  void anAnswerOverTheClientsBoundIsRefused() {
    Simulation sim = new Simulation(s -> new ClientSettings(
        s.endpoints(), s.attemptNanos(), s.connectNanos(), s.openBytesMax(), 2_000, s.openSequencesMax()));
    fill(sim, 10);
    Simulation.Ended<?> range = sim.await(sim.range(KeyRange.all(), 0));
    assertThat(range.why).isInstanceOfSatisfying(
        RefusedException.class, e -> assertThat(e.code()).isEqualTo(RefusedCode.ANSWER_TOO_LARGE));
  }

  @Test
  void anAnswerOfTheWrongKindIsRefusedAsInternal() {
    Simulation sim = new Simulation();
    Response wrong = Response.newBuilder().setRange(RangeChunk.getDefaultInstance()).build();
    for (int i = 1; i <= 3; i++) {
      sim.node(i).script(request -> request.hasGet() ? wrong : null);
    }
    assertThat(sim.await(sim.get("a")).why).isInstanceOfSatisfying(
        RefusedException.class, e -> assertThat(e.code()).isEqualTo(RefusedCode.INTERNAL));
  }

  @Test
  void aDeleteRangeOverABorderIsRefusedWithTheBorder() {
    Simulation sim = new Simulation("m");
    Simulation.Ended<?> del = sim.await(sim.start(new Operation.DeleteRange(KeyRange.all(), false)));
    assertThat(del.why).isInstanceOfSatisfying(RefusedException.class, e -> {
      assertThat(e.code()).isEqualTo(RefusedCode.RANGE_CROSSES_SHARDS);
      assertThat(e.border()).contains(ByteSeq.utf8("m"));
    });
  }

  @Test
  void aDeleteRangeInPartsDeletesShardByShardAlsoWithAnOldMap() {
    Simulation sim = new Simulation("g");
    for (String key : new String[] {"a", "h", "p", "z"}) {
      sim.done(sim.put(key, "1"));
    }
    sim.cluster.split("q");
    DeleteRangeResult result = sim.done(sim.start(new Operation.DeleteRange(KeyRange.of("b", "zz"), true)));
    assertThat(result.deleted()).isEqualTo(3);
    assertThat(result.parts()).extracting(DeleteRangeResult.Part::range).containsExactly(
        KeyRange.of("b", "g"), KeyRange.of("g", "q"), KeyRange.of("q", "zz"));
    assertThat(sim.cluster.value("a")).isEqualTo("1");
    assertThat(sim.core.openBytes()).isZero();
  }

  @Test
  void aDeleteRangeInPartsThatStopsHalfWayIsOfUnknownOutcomeAndSaysHowFarItCame() {
    Simulation sim = new Simulation("m");
    sim.done(sim.put("a", "1"));
    sim.cluster.lead(2, "n2");
    sim.node(2).kill();
    Simulation.Ended<?> del = sim.await(sim.start(new Operation.DeleteRange(KeyRange.all(), true)));
    assertThat(del.why).isInstanceOf(UnknownOutcomeException.class).hasMessageContaining("Up to m");
    assertThat(sim.cluster.value("a")).isNull();
  }

  @Test
  void theNodeThatIsNamedAnswersAndNoOther() {
    Simulation sim = new Simulation();
    fill(sim, 1);
    sim.done(sim.start(new Operation.Get(ByteSeq.utf8("k0"), 0, Optional.of("n3"))));
    assertThat(sim.node(3).requests()).anyMatch(request -> request.hasGet() && request.getThisNode());
    Simulation.Ended<?> unknown = sim.await(sim.start(new Operation.Get(ByteSeq.utf8("k0"), 0, Optional.of("n9"))));
    assertThat(unknown.why).isInstanceOfSatisfying(
        RefusedException.class, e -> assertThat(e.code()).isEqualTo(RefusedCode.NO_SUCH_NODE));
  }

  @Test
  void theStatusOfADeadNodeIsKnownBeforeTheDeadline() {
    Simulation sim = new Simulation();
    sim.done(sim.get("a"));
    sim.node(3).kill();
    Simulation.Ended<?> status = sim.await(sim.start(new Operation.Status("n3")));
    assertThat(status.why).isInstanceOfSatisfying(
        RefusedException.class, e -> assertThat(e.code()).isEqualTo(RefusedCode.UNAVAILABLE));
    assertThat(status.tookNanos).isLessThan(TimeUnit.SECONDS.toNanos(1));
  }
}
