package io.cairn.client.core;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.cairn.client.ByteSeq;
import io.cairn.client.Child;
import io.cairn.client.ChildrenOptions;
import io.cairn.client.ChildrenResult;
import io.cairn.client.Consistency;
import io.cairn.client.GetOptions;
import io.cairn.client.GetResult;
import io.cairn.client.KeyRange;
import io.cairn.client.KeyValue;
import io.cairn.client.RangeOptions;
import io.cairn.client.RangeResult;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.ReplicaHash;
import io.cairn.client.fake.FakeNode;
import io.cairn.protocol.wire.Request;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Ranges with limits and direction, children, and how fresh a read is, as calls of the client's core. */
class ReadChoiceTest {

  private static Simulation filled() {
    Simulation sim = new Simulation();
    for (int i = 0; i < 10; i++) {
      sim.cluster.put(ByteString.copyFromUtf8("k" + i), ByteString.copyFromUtf8("v" + i), false);
    }
    return sim;
  }

  private static List<String> keys(RangeResult result) {
    return result.keyValues().stream().map(KeyValue::keyUtf8).toList();
  }

  @Test
  void aRangeGoesBackwardAndOnByItsToken() {
    Simulation sim = filled();
    List<String> all = new ArrayList<>();
    RangeOptions options = RangeOptions.DEFAULT.withReverse().withLimit(4);
    while (true) {
      RangeResult page = sim.done(sim.range(KeyRange.all(), options));
      all.addAll(keys(page));
      assertThat(page.more()).isEqualTo(page.resume().isPresent());
      if (page.resume().isEmpty()) {
        break;
      }
      options = options.withResume(page.resume().get());
    }
    assertThat(all).containsExactly("k9", "k8", "k7", "k6", "k5", "k4", "k3", "k2", "k1", "k0");
  }

  @Test
  void aLimitInBytesIsTheServers() {
    Simulation sim = filled();
    RangeResult page = sim.done(sim.range(KeyRange.all(), RangeOptions.DEFAULT.withBytesLimit(17)));
    assertThat(keys(page)).containsExactly("k0", "k1", "k2");
    assertThat(page.more()).isTrue();
  }

  @Test
  void aBackwardRangeThatLosesItsNodeInTheMiddleGoesOnBelowWhatIsHere() {
    Simulation sim = filled();
    boolean[] cut = {false};
    for (int i = 1; i <= 3; i++) {
      FakeNode node = sim.node(i);
      node.script(request -> {
        if (!request.hasRange() || cut[0]) {
          return null;
        }
        cut[0] = true;
        sim.loop.schedule(1_000_000, node::kill);
        return FakeNode.FIRST_CHUNK;
      });
    }
    RangeResult whole = sim.done(sim.range(KeyRange.all(), RangeOptions.DEFAULT.withReverse()));
    assertThat(keys(whole)).containsExactly("k9", "k8", "k7", "k6", "k5", "k4", "k3", "k2", "k1", "k0");
    List<Request> ranges = new ArrayList<>();
    for (int i = 1; i <= 3; i++) {
      sim.node(i).requests().stream().filter(Request::hasRange).forEach(ranges::add);
    }
    assertThat(ranges).hasSize(2).anyMatch(request -> request.getRange().getEnd().toStringUtf8().equals("k7")
        && request.getRange().getRevision() == 11);
  }

  @Test
  void aTokenThatWasMadeUpIsRefusedAndNotTriedAgain() {
    Simulation sim = filled();
    var ended = sim.await(sim.range(KeyRange.all(), RangeOptions.DEFAULT.withResume(ByteSeq.utf8("made up"))));
    assertThat(ended.why).isInstanceOfSatisfying(RefusedException.class, why -> {
      assertThat(why.code()).isEqualTo(RefusedCode.BAD_REQUEST);
      assertThat(why).hasMessageContaining("cut or made up");
    });
  }

  @Test
  void aSerializableReadSaysHowOldItMayBeAndMovesNothingBack() {
    Simulation sim = filled();
    sim.done(sim.get("k1"));
    assertThat(sim.core.seen()).isEqualTo(11);
    GetResult old = sim.done(sim.start(new Operation.Get(
        ByteSeq.utf8("k1"), GetOptions.DEFAULT.withConsistency(Consistency.SERIALIZABLE))));
    assertThat(old.revision()).isEqualTo(10);
    assertThat(old.staleness()).hasValueSatisfying(age -> assertThat(age.sinceLeader()).contains(Duration.ofMillis(70)));
    assertThat(sim.core.seen()).isEqualTo(11);
    RangeResult range = sim.done(sim.range(KeyRange.all(), RangeOptions.DEFAULT.withConsistency(Consistency.SERIALIZABLE)));
    assertThat(range.revision()).isEqualTo(10);
    assertThat(range.staleness()).isPresent();
    assertThat(sim.done(sim.get("k1")).staleness()).isEmpty();
  }

  @Test
  void anAtLeastReadCarriesItsRevision() {
    Simulation sim = filled();
    sim.done(sim.start(new Operation.Get(ByteSeq.utf8("k1"), GetOptions.DEFAULT.withConsistency(Consistency.atLeast(7)))));
    List<Request> gets = new ArrayList<>();
    for (int i = 1; i <= 3; i++) {
      sim.node(i).requests().stream().filter(Request::hasGet).forEach(gets::add);
    }
    assertThat(gets).singleElement().satisfies(request -> {
      assertThat(request.getConsistency()).isEqualTo(io.cairn.protocol.wire.Consistency.AT_LEAST);
      assertThat(request.getAtLeast()).isEqualTo(7);
    });
  }

  @Test
  void childrenComeInOrderOnceEachAndInPages() {
    Simulation sim = new Simulation();
    for (String key : List.of("a", "a/1", "a/2", "b", "c/d/e")) {
      sim.cluster.put(ByteString.copyFromUtf8(key), ByteString.EMPTY, false);
    }
    ChildrenResult all = sim.done(sim.start(new Operation.Children(ByteSeq.EMPTY, ChildrenOptions.DEFAULT)));
    assertThat(all.children()).containsExactly(new Child(ByteSeq.utf8("a"), false), new Child(ByteSeq.utf8("a/"), true),
        new Child(ByteSeq.utf8("b"), false), new Child(ByteSeq.utf8("c/"), true));
    assertThat(all.revision()).isEqualTo(6);
    ChildrenResult first = sim.done(sim.start(new Operation.Children(ByteSeq.EMPTY, ChildrenOptions.DEFAULT.withLimit(3))));
    assertThat(first.more()).isTrue();
    ChildrenResult rest = sim.done(sim.start(
        new Operation.Children(ByteSeq.EMPTY, ChildrenOptions.DEFAULT.withResume(first.resume().orElseThrow()))));
    assertThat(rest.children()).containsExactly(new Child(ByteSeq.utf8("c/"), true));
  }

  @Test
  void aHashIsAskedOfTheNodeThatIsNamedAndOneThatIsAwayIsSaidAtOnce() {
    Simulation sim = filled();
    sim.node(2).hash(77);
    ReplicaHash hash = sim.done(sim.start(new Operation.Hash("n2", 1, 11)));
    assertThat(hash).isEqualTo(new ReplicaHash(1, "n2", 11, 77, 2, 64, 0));
    sim.node(3).kill();
    var away = sim.await(sim.start(new Operation.Hash("n3", 1, 11)));
    assertThat(away.why).isInstanceOfSatisfying(RefusedException.class, why -> assertThat(why.code()).isEqualTo(RefusedCode.UNAVAILABLE));
  }
}
