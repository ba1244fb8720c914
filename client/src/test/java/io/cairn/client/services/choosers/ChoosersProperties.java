package io.cairn.client.services.choosers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.client.services.KnownInstance;
import io.cairn.client.services.Lifecycle;
import io.cairn.client.services.ServiceHealth;
import io.cairn.client.services.ServiceInstance;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** What each chooser promises. */
class ChoosersProperties {

  private static KnownInstance known(ServiceInstance instance, boolean isSuspected) {
    return new KnownInstance(instance, Lifecycle.UP, ServiceHealth.PASSING, isSuspected, 1, 1, 1);
  }

  private static KnownInstance known(int id, int weight) {
    return known(ServiceInstance.of("i" + id, "h", 80).withWeight(weight), false);
  }

  private static List<KnownInstance> weighted(List<Integer> weights) {
    return IntStream.range(0, weights.size()).mapToObj(i -> known(i, weights.get(i))).toList();
  }

  private static Map<String, Integer> count(Chooser chooser, List<KnownInstance> candidates, int times) {
    Map<String, Integer> chosen = new HashMap<>();
    for (int i = 0; i < times; i++) {
      chosen.merge(chooser.choose(candidates, "key" + i).orElseThrow().id(), 1, Integer::sum);
    }
    return chosen;
  }

  @Property(tries = 200)
  void inTurnEachIsChosenAsOftenAsItsWeightInEveryRound(@ForAll @Size(min = 1, max = 12) List<@IntRange(max = 20) Integer> weights) {
    List<KnownInstance> candidates = weighted(weights);
    int sum = weights.stream().mapToInt(Integer::intValue).sum();
    Chooser chooser = new WeightedRoundRobin();
    for (int round = 0; round < 3; round++) {
      Map<String, Integer> chosen = count(chooser, candidates, sum == 0 ? weights.size() : sum);
      for (int i = 0; i < weights.size(); i++) {
        assertThat(chosen.getOrDefault("i" + i, 0)).isEqualTo(sum == 0 ? 1 : weights.get(i));
      }
    }
  }

  @Example
  void inTurnIsSmooth() {
    Chooser chooser = new WeightedRoundRobin();
    List<KnownInstance> candidates = weighted(List.of(5, 1, 1));
    assertThat(IntStream.range(0, 7).mapToObj(i -> chooser.choose(candidates).orElseThrow().id()))
        .containsExactly("i0", "i0", "i1", "i0", "i2", "i0", "i0");
  }

  @Property(tries = 50)
  void atRandomEachIsAsLikelyAsItsWeight(@ForAll @Size(min = 2, max = 6) List<@IntRange(max = 10) Integer> weights, @ForAll long seed) {
    int sum = weights.stream().mapToInt(Integer::intValue).sum();
    Map<String, Integer> chosen = count(new RandomByWeight(new Random(seed)), weighted(weights), 20_000);
    for (int i = 0; i < weights.size(); i++) {
      double expected = sum == 0 ? 1.0 / weights.size() : (double) weights.get(i) / sum;
      assertThat(chosen.getOrDefault("i" + i, 0) / 20_000.0).isBetween(expected - 0.03, expected + 0.03);
    }
  }

  @Property(tries = 100)
  void theHashMovesOnlyWhatItMust(@ForAll @Size(min = 1, max = 12) List<@IntRange(min = 1, max = 20) Integer> weights,
      @ForAll @IntRange(max = 11) int which) {
    List<KnownInstance> all = weighted(weights);
    KnownInstance one = all.get(which % all.size());
    List<KnownInstance> others = all.stream().filter(each -> each != one).toList();
    Chooser chooser = new ConsistentHash();
    int moved = 0;
    for (int i = 0; i < 1_000; i++) {
      String key = "user-" + i;
      KnownInstance with = chooser.choose(all, key).orElseThrow();
      if (with == one) {
        moved++;
      } else {
        assertThat(chooser.choose(others, key)).as("%s was not of the one that went", key).contains(with);
      }
      assertThat(new ConsistentHash().choose(all, key)).as("every process says the same").contains(with);
    }
    double share = (double) one.instance().weight() / weights.stream().mapToInt(Integer::intValue).sum();
    assertThat(moved / 1_000.0).as("keys that move when one goes").isBetween(share - 0.08, share + 0.08);
  }

  @Property(tries = 50)
  void aChangedWeightMovesKeysOnlyToOrFromThatInstance(@ForAll @IntRange(min = 1, max = 50) int before, @ForAll @IntRange(min = 1, max = 50) int after) {
    List<KnownInstance> old = weighted(List.of(before, 10, 20, 30));
    List<KnownInstance> changed = weighted(List.of(after, 10, 20, 30));
    Chooser chooser = new ConsistentHash();
    for (int i = 0; i < 500; i++) {
      String from = chooser.choose(old, "k" + i).orElseThrow().id();
      String to = chooser.choose(changed, "k" + i).orElseThrow().id();
      assertThat(from.equals(to) || (after > before ? to : from).equals("i0")).as("%s to %s", from, to).isTrue();
    }
  }

  @Example
  void theHashIsTheSameInEveryVersionOfTheClient() {
    List<KnownInstance> candidates = weighted(List.of(100, 100, 100, 50, 1));
    assertThat(IntStream.range(0, 12).mapToObj(i -> new ConsistentHash().choose(candidates, "user-" + i).orElseThrow().id().substring(1)).toList())
        .isEqualTo(List.of("0", "3", "2", "0", "1", "0", "0", "0", "2", "1", "1", "0"));
  }

  @Property(tries = 100)
  void theOneWithFewestInFlightIsChosen(@ForAll @Size(min = 1, max = 8) List<@IntRange(min = 1, max = 5) Integer> weights, @ForAll long seed) {
    List<KnownInstance> candidates = weighted(weights);
    LeastInFlight chooser = new LeastInFlight(new Random(seed));
    List<KnownInstance> open = new ArrayList<>();
    Random random = new Random(seed);
    for (int i = 0; i < 300; i++) {
      if (!open.isEmpty() && random.nextInt(3) == 0) {
        chooser.ended(open.remove(random.nextInt(open.size())));
        continue;
      }
      double least = candidates.stream().mapToDouble(each -> burden(chooser, each)).min().orElseThrow();
      Map<String, Double> before = new HashMap<>();
      candidates.forEach(each -> before.put(each.id(), burden(chooser, each)));
      KnownInstance chosen = chooser.choose(candidates).orElseThrow();
      assertThat(before.get(chosen.id())).isEqualTo(least);
      open.add(chosen);
    }
    for (KnownInstance each : candidates) {
      assertThat(chooser.inFlight(each.id())).isEqualTo((int) open.stream().filter(call -> call == each).count());
    }
  }

  private static double burden(LeastInFlight chooser, KnownInstance instance) {
    return (chooser.inFlight(instance.id()) + 1.0) / instance.instance().weight();
  }

  @Example
  void theSameZoneIsFirstAndOthersAreBetterThanNone() {
    Chooser chooser = new SameZoneFirst("a", new WeightedRoundRobin());
    KnownInstance near = known(ServiceInstance.of("near", "h", 1).withZone("a"), false);
    KnownInstance far = known(ServiceInstance.of("far", "h", 2).withZone("b"), false);
    assertThat(count(chooser, List.of(far, near), 10)).isEqualTo(Map.of("near", 10));
    assertThat(chooser.choose(List.of(far))).contains(far);
    KnownInstance gone = known(ServiceInstance.of("near", "h", 1).withZone("a"), true);
    assertThat(count(chooser, List.of(far, gone), 10)).as("a suspected one is no reason to stay in the zone").isEqualTo(Map.of("near", 5, "far", 5));
    assertThat(chooser.choose(List.of())).isEmpty();
  }

  @Property(tries = 20)
  void aCanaryGetsItsShareHoweverManyInstancesItHas(@ForAll @IntRange(min = 1, max = 30) int ofTheOld, @ForAll @IntRange(min = 1, max = 30) int ofTheNew,
      @ForAll long seed) {
    List<KnownInstance> candidates = new ArrayList<>();
    IntStream.range(0, ofTheOld).forEach(i -> candidates.add(known(ServiceInstance.of("a" + i, "h", 80).withVersion("v1"), false)));
    IntStream.range(0, ofTheNew).forEach(i -> candidates.add(known(ServiceInstance.of("b" + i, "h", 80).withVersion("v2"), false)));
    candidates.add(known(ServiceInstance.of("c", "h", 80).withVersion("v3"), false));
    Chooser chooser = new ByVersion(ByVersion.weights("v1=95,v2=5"), new Random(seed), new WeightedRoundRobin());
    Map<String, Integer> chosen = count(chooser, candidates, 20_000);
    int ofNew = chosen.entrySet().stream().filter(each -> each.getKey().startsWith("b")).mapToInt(Map.Entry::getValue).sum();
    assertThat(ofNew / 20_000.0).isBetween(0.04, 0.06);
    assertThat(chosen).as("no weight, no calls").doesNotContainKey("c");
    IntStream.range(0, ofTheOld).forEach(i -> assertThat(chosen.get("a" + i)).as("smooth within the version")
        .isBetween((20_000 - ofNew) / ofTheOld - 1, (20_000 - ofNew) / ofTheOld + 1));
    List<KnownInstance> onlyOthers = candidates.stream().filter(each -> each.id().equals("c")).toList();
    assertThat(chooser.choose(onlyOthers)).contains(onlyOthers.get(0));
    List<KnownInstance> withoutCanary = candidates.stream().filter(each -> !each.id().startsWith("b")).toList();
    assertThat(count(chooser, withoutCanary, 100)).allSatisfy((id, times) -> assertThat(id).startsWith("a"));
  }

  @Example
  void weightsOfVersionsSayWhatWouldBeRight() {
    assertThat(ByVersion.weights(" v1=95, v2=5")).isEqualTo(Map.of("v1", 95, "v2", 5));
    for (String bad : List.of("", "v1", "v1=x", "=5", "v1=1,v1=2")) {
      assertThatThrownBy(() -> ByVersion.weights(bad)).as(bad).hasMessageContaining("v1=95,v2=5");
    }
    assertThatThrownBy(() -> new ByVersion(Map.of("v1", 0), new Random(1), new WeightedRoundRobin())).hasMessageContaining("not all 0");
    assertThatThrownBy(() -> new ByVersion(Map.of("v1", -1, "v2", 3), new Random(1), new WeightedRoundRobin())).hasMessageContaining("not negative");
  }

  @Example
  void noneOfNobody() {
    for (Chooser chooser : List.of(new WeightedRoundRobin(), new RandomByWeight(new Random(1)), new LeastInFlight(new Random(1)), new ConsistentHash())) {
      assertThat(chooser.choose(List.of())).isEmpty();
      assertThat(chooser.choose(weighted(List.of(0, 0, 0)))).as("weights of 0 alone").isPresent();
    }
  }
}
