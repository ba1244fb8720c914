package io.cairn.simulator.reads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.client.ByteSeq;
import io.cairn.client.Child;
import io.cairn.client.ChildrenOptions;
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
import io.cairn.client.core.Operation;
import io.cairn.simulator.SimWorld;
import io.cairn.simulator.cluster.ClusterSettings;
import io.cairn.simulator.cluster.SimClient;
import io.cairn.simulator.cluster.SimCluster;
import io.cairn.simulator.cluster.SimNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReadChoiceTest {
  private static final long SECOND = 1_000_000_000L;

  private final SimWorld world = new SimWorld(11);
  private final SimCluster cluster = new SimCluster(world, ClusterSettings.threeNodes().withSplitPoints("m/b"));
  private final SimClient client = cluster.newClient();

  private void start(String... keys) {
    cluster.start();
    cluster.awaitReady();
    put(keys);
  }

  private long put(String... keys) {
    long last = 0;
    for (String key : keys) {
      last = cluster.await(client.put(key, "v-" + key)).revision();
    }
    return last;
  }

  private <T> T ask(Operation<T> operation) {
    return cluster.await(client.start(operation, 5 * SECOND));
  }

  private GetResult get(SimClient from, String key, Consistency consistency, String node) {
    return cluster.await(from.start(new Operation.Get(ByteSeq.utf8(key),
        GetOptions.DEFAULT.withConsistency(consistency).withNode(node)), 5 * SECOND));
  }

  private SimNode follower(int shard) {
    SimNode leader = cluster.awaitLeader(shard);
    return cluster.nodes().stream().filter(node -> node != leader).findFirst().orElseThrow();
  }

  @Test
  void aFollowerThatIsCutOffFromItsPeersAnswersSerializablyAndSaysHowOldItIs() {
    start("a", "z");
    SimNode follower = follower(1);
    world.runFor(SECOND);
    assertThat(get(client, "a", Consistency.SERIALIZABLE, follower.name()).staleness().orElseThrow().sinceLeader().orElseThrow().toMillis())
        .isLessThan(500);
    for (SimNode other : cluster.nodes()) {
      if (other != follower) {
        world.net().partition(List.of(follower.name()), List.of(other.name()));
      }
    }
    long newer = put("a", "later");
    world.runFor(3 * SECOND);

    GetResult old = get(client, "a", Consistency.SERIALIZABLE, follower.name());
    assertThat(old.valueUtf8()).contains("v-a");
    assertThat(old.revision()).isLessThan(newer);
    assertThat(old.staleness().orElseThrow().sinceLeader().orElseThrow().toMillis()).isBetween(2_500L, 60_000L);
    assertThat(get(client, "later", Consistency.SERIALIZABLE, follower.name()).found()).isEmpty();
    RangeResult range = ask(new Operation.Range(KeyRange.all(),
        RangeOptions.DEFAULT.withConsistency(Consistency.SERIALIZABLE).withNode(follower.name())));
    assertThat(range.keyValues()).extracting(KeyValue::keyUtf8).containsExactly("a", "z");
    assertThat(range.revision()).isLessThan(newer);
    assertThatThrownBy(() -> get(client, "a", Consistency.LINEARIZABLE, follower.name())).hasCauseInstanceOf(RefusedException.class);
    assertThatThrownBy(() -> get(client, "a", Consistency.atLeast(newer), follower.name())).hasCauseInstanceOf(RefusedException.class);

    cluster.heal();
    assertThat(get(client, "later", Consistency.atLeast(newer), follower.name()).found()).isPresent();
  }

  @Test
  void anotherProcessReadsAWriteByItsRevisionFromEveryReplicaAndNotOneOfTheFuture() {
    start();
    SimClient other = cluster.newClient();
    for (int i = 0; i < 20; i++) {
      long revision = put("k" + i);
      for (SimNode node : cluster.nodes()) {
        GetResult found = get(other, "k" + i, Consistency.atLeast(revision), node.name());
        assertThat(found.found()).as("k%d on %s", i, node.name()).isPresent();
        assertThat(found.revision()).isGreaterThanOrEqualTo(revision);
      }
    }
    assertThatThrownBy(() -> get(other, "k0", Consistency.atLeast(1L << 50), "n1"))
        .hasCauseInstanceOf(RefusedException.class)
        .satisfies(e -> assertThat(((RefusedException) e.getCause()).code()).isEqualTo(RefusedCode.FUTURE_REVISION));
  }

  @Test
  void aTokenIsGoodAtAnyNodeInBothDirectionsAndChildrenThatLieInTwoShardsAreShownOnce() {
    start("a", "m/a", "m/b", "m/c", "z");
    for (boolean reverse : new boolean[] {false, true}) {
      var keys = new ArrayList<String>();
      RangeOptions options = reverse ? RangeOptions.DEFAULT.withReverse() : RangeOptions.DEFAULT;
      options = options.withLimit(2);
      for (int page = 0; ; page++) {
        RangeResult result = ask(new Operation.Range(KeyRange.all(), options.withNode(cluster.nodes().get(page % 3).name())));
        result.keyValues().forEach(kv -> keys.add(kv.keyUtf8()));
        if (!result.more()) {
          break;
        }
        options = options.withResume(result.resume().orElseThrow());
        put("m/aa" + page + reverse);
      }
      assertThat(keys).filteredOn(key -> !key.startsWith("m/aa")).containsExactlyElementsOf(
          reverse ? List.of("z", "m/c", "m/b", "m/a", "a") : List.of("a", "m/a", "m/b", "m/c", "z"));
      assertThat(keys).doesNotContain("m/aa0" + reverse);
    }
    assertThat(ask(new Operation.Children(ByteSeq.EMPTY, ChildrenOptions.DEFAULT)).children())
        .containsExactly(new Child(ByteSeq.utf8("a"), false), new Child(ByteSeq.utf8("m/"), true), new Child(ByteSeq.utf8("z"), false));
  }

  @Test
  void allReplicasHaveTheSameHashAtOneRevisionWhileWritesGoOn() {
    start("a", "b", "m/c", "z");
    long revision = ask(new Operation.Range(KeyRange.all(), RangeOptions.DEFAULT.withLimit(1))).revision();
    for (int shard = 1; shard <= 2; shard++) {
      var hashes = new HashSet<Long>();
      for (SimNode node : cluster.nodes()) {
        put("a", "z", "new-" + node.name());
        ReplicaHash hash = ask(new Operation.Hash(node.name(), shard, revision));
        assertThat(hash.keys()).isEqualTo(2);
        hashes.add(hash.hash());
      }
      assertThat(hashes).as("shard %d", shard).hasSize(1);
    }
  }
}
