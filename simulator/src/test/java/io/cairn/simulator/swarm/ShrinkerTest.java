package io.cairn.simulator.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** A failing run becomes as small as what makes it fail. */
class ShrinkerTest {
  private static final SwarmOptions OPTIONS = SwarmOptions.parse("seed=9 nodes=5 shards=3 clients=4 seconds=30 in-flight=2 faults=DISK+PROCESS");

  private static Fault fault(long second, FaultKind kind, int node) {
    return new Fault(second * 1_000_000_000L, kind, node, node % 5 + 1, 1_000_000_000L, 0);
  }

  private static final List<Fault> PLAN = List.of(fault(1, FaultKind.KILL, 1), fault(3, FaultKind.DISK_STALL, 2), fault(5, FaultKind.ISOLATE, 5),
      fault(8, FaultKind.KILL, 2), fault(12, FaultKind.PAUSE, 1), fault(20, FaultKind.POWER_LOSS, 2), fault(25, FaultKind.KILL, 4));

  @Test
  void onlyWhatTheFailureNeedsIsLeft() {
    // Fails when node 2 is killed with two clients, and there is a power loss after it.
    Shrinker shrinker = new Shrinker((options, plan) -> {
      List<Fault> struck = plan.stream().filter(each -> each.atNanos() < options.number("seconds") * 1_000_000_000L).toList();
      return options.number("clients") >= 2 && struck.stream().anyMatch(each -> each.kind() == FaultKind.KILL && each.node() == 2)
          && struck.stream().anyMatch(each -> each.kind() == FaultKind.POWER_LOSS);
    }, () -> true);

    Scenario small = shrinker.shrink(new Scenario("a promise", OPTIONS, PLAN));

    assertThat(small.broke()).isEqualTo("a promise");
    assertThat(small.plan()).extracting(Fault::kind).containsExactly(FaultKind.KILL, FaultKind.POWER_LOSS);
    assertThat(small.options().number("clients")).isEqualTo(2);
    assertThat(small.options().number("shards")).isEqualTo(1);
    assertThat(small.options().nodes()).isEqualTo(3);
    assertThat(small.options().number("seconds")).isEqualTo(21);
  }

  @Test
  void withoutTimeNothingIsTried() {
    Shrinker shrinker = new Shrinker((options, plan) -> {
      throw new AssertionError("tried");
    }, () -> false);

    assertThat(shrinker.shrink(new Scenario("a promise", OPTIONS, PLAN)).plan()).isEqualTo(PLAN);
    assertThat(shrinker.tries()).isZero();
  }
}
