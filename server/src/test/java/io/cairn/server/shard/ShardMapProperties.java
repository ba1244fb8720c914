package io.cairn.server.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.raft.ReplicaId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.NotEmpty;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;

class ShardMapProperties {

  private static ShardMap map(List<byte[]> borders, Random order) {
    var sorted = new TreeSet<byte[]>(Arrays::compareUnsigned);
    borders.forEach(border -> sorted.add(Keyspace.stored(Keyspace.DEFAULT, border)));
    sorted.remove(Keyspace.start(Keyspace.DEFAULT));
    var shards = new ArrayList<ShardDescriptor>();
    byte[] start = Keyspace.start(Keyspace.SYSTEM);
    int id = 0;
    var ends = new ArrayList<byte[]>();
    ends.add(Keyspace.start(Keyspace.DEFAULT));
    ends.addAll(sorted);
    ends.add(Keyspace.start(Keyspace.DEFAULT + 1));
    for (byte[] end : ends) {
      shards.add(new ShardDescriptor(id++, 1, 1, start, end, new TreeMap<>()));
      start = end;
    }
    Collections.shuffle(shards, order);
    return new ShardMap(1, shards);
  }

  @Property(tries = 300)
  void everyKeyLiesInExactlyTheShardThatContainsIt(@ForAll @Size(max = 12) List<@Size(max = 3) byte[]> borders,
      @ForAll @Size(max = 4) byte[] key, @ForAll Random order) {
    ShardMap map = map(borders, order);
    byte[] stored = Keyspace.stored(Keyspace.DEFAULT, key);

    List<ShardDescriptor> naive = map.shards().stream().filter(shard -> shard.contains(stored)).toList();

    assertThat(naive).hasSize(1);
    assertThat(map.locate(stored)).isSameAs(naive.getFirst());
    assertThat(map.shard(naive.getFirst().id())).isSameAs(naive.getFirst());
  }

  @Property(tries = 300)
  void aRangeMeetsTheShardsOfItsKeysInOrder(@ForAll @Size(max = 12) List<@Size(max = 3) byte[]> borders,
      @ForAll @Size(max = 3) byte[] one, @ForAll @Size(max = 3) byte[] other, @ForAll Random order) {
    ShardMap map = map(borders, order);
    byte[] start = Keyspace.stored(Keyspace.DEFAULT, Arrays.compareUnsigned(one, other) <= 0 ? one : other);
    byte[] end = Keyspace.stored(Keyspace.DEFAULT, Arrays.compareUnsigned(one, other) <= 0 ? other : one);

    List<ShardDescriptor> met = map.overlapping(start, end);

    if (Arrays.equals(start, end)) {
      assertThat(met).isEmpty();
      return;
    }
    assertThat(met.getFirst()).isSameAs(map.locate(start));
    for (int i = 1; i < met.size(); i++) {
      assertThat(met.get(i).start()).isEqualTo(met.get(i - 1).end());
    }
    assertThat(Arrays.compareUnsigned(met.getLast().end(), end)).isNotNegative();
    assertThat(Arrays.compareUnsigned(met.getLast().start(), end)).isNegative();
  }

  @Property(tries = 50)
  void shardsThatDoNotMeetAreNoMap(@ForAll @Size(min = 3, max = 3) @net.jqwik.api.constraints.UniqueElements List<@LongRange(min = 1, max = 100) Long> cuts) {
    List<Long> sorted = cuts.stream().sorted().toList();
    var first = new ShardDescriptor(1, 1, 1, new byte[] {0}, new byte[] {sorted.get(0).byteValue()}, new TreeMap<>());
    var second = new ShardDescriptor(2, 1, 1, new byte[] {sorted.get(1).byteValue()}, new byte[] {sorted.get(2).byteValue()}, new TreeMap<>());

    assertThatThrownBy(() -> new ShardMap(1, List.of(second, first))).hasMessageContaining("do not meet");
  }

  @Property(tries = 200)
  void whichNodeHoldsWhichReplicaReadsBack(@ForAll @Size(max = 7) Map<@LongRange(min = 1) Long, @NotEmpty @StringLength(max = 40) String> nodes) {
    var replicas = new TreeMap<ReplicaId, String>();
    nodes.forEach((id, name) -> replicas.put(new ReplicaId(id), whole(name)));

    assertThat(DescriptorCodec.decodeNodes(DescriptorCodec.encodeNodes(replicas))).isEqualTo(replicas);
  }

  /** Half of a surrogate pair is no character and has no bytes. */
  private static String whole(String name) {
    StringBuilder kept = new StringBuilder();
    name.chars().filter(c -> !Character.isSurrogate((char) c)).forEach(c -> kept.append((char) c));
    return kept.toString();
  }
}
