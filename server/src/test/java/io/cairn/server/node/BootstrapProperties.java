package io.cairn.server.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.protocol.transport.HostPort;
import io.cairn.server.config.ClusterConfig;
import io.cairn.server.config.ClusterNode;
import io.cairn.server.shard.Keyspace;
import io.cairn.server.shard.ShardDescriptor;
import io.cairn.server.shard.ShardMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** Every node works out the same beginning from its own file. */
class BootstrapProperties {

  private static ClusterConfig cluster(int nodes, int firstPort, List<String> splits, Random order) {
    var listed = new ArrayList<ClusterNode>();
    for (int i = 1; i <= nodes; i++) {
      listed.add(new ClusterNode("n" + i, new HostPort("127.0.0.1", firstPort + 2 * i), new HostPort("127.0.0.1", firstPort + 2 * i + 1)));
    }
    Collections.shuffle(listed, order);
    return new ClusterConfig("n1", "test", listed, splits);
  }

  @Provide
  Arbitrary<List<String>> splits() {
    return Arbitraries.strings().alpha().ofMinLength(1).ofMaxLength(4).set().ofMaxSize(8).map(set -> set.stream().sorted().toList());
  }

  @Property(tries = 200)
  void theShardsTileAllKeysWhateverTheSplitPoints(@ForAll("splits") List<String> splits, @ForAll @IntRange(min = 1, max = 7) int nodes,
      @ForAll Random order) {
    ShardMap map = Bootstrap.shards(cluster(nodes, 7_000, splits, order));

    assertThat(map.shards()).hasSize(splits.size() + 2);
    assertThat(map.shards().getFirst().start()).isEqualTo(Keyspace.start(Keyspace.SYSTEM));
    assertThat(map.shards().getLast().end()).isEqualTo(Keyspace.start(Keyspace.DEFAULT + 1));
    for (int i = 1; i < map.shards().size(); i++) {
      assertThat(map.shards().get(i).start()).isEqualTo(map.shards().get(i - 1).end());
      assertThat(Arrays.compareUnsigned(map.shards().get(i).start(), map.shards().get(i).end())).isNegative();
    }
    assertThat(map.shards().stream().map(ShardDescriptor::id).toList()).isSorted().doesNotHaveDuplicates();
    assertThat(map.shards()).allSatisfy(shard -> assertThat(shard.replicas()).hasSize(nodes));
  }

  @Property(tries = 100)
  void replicaIdsDoNotDependOnTheOrderInWhichNodesAreListed(@ForAll("splits") List<String> splits,
      @ForAll @IntRange(min = 1, max = 7) int nodes, @ForAll Random one, @ForAll Random other) {
    ShardMap first = Bootstrap.shards(cluster(nodes, 7_000, splits, one));
    ShardMap second = Bootstrap.shards(cluster(nodes, 8_000, splits, other));

    for (int i = 0; i < first.shards().size(); i++) {
      assertThat(first.shards().get(i).replicas()).isEqualTo(second.shards().get(i).replicas());
    }
  }

  @Property(tries = 100)
  void theDigestStandsForNamesAndSplitPointsAndNothingElse(@ForAll("splits") List<String> splits,
      @ForAll @IntRange(min = 2, max = 7) int nodes, @ForAll Random one, @ForAll Random other) {
    long digest = Bootstrap.digest(cluster(nodes, 7_000, splits, one));

    assertThat(Bootstrap.digest(cluster(nodes, 9_000, splits, other))).as("addresses and order").isEqualTo(digest);
    assertThat(Bootstrap.digest(cluster(nodes - 1, 7_000, splits, one))).as("names").isNotEqualTo(digest);
    var more = new ArrayList<>(splits);
    more.add("zzzzz");
    assertThat(Bootstrap.digest(cluster(nodes, 7_000, more, one))).as("split points").isNotEqualTo(digest);
  }
}
