package io.cairn.simulator.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What operators ask for is bounded, and all of it is asked for by some seed. */
class OperatorPlanTest {
  private static final Set<FaultKind> COMING = EnumSet.of(FaultKind.ADD_MEMBER, FaultKind.REPLACE_MEMBER, FaultKind.REPLACE_LOST_MEMBER);

  @Test
  void aSeedHasFewChangesOfFewNodes() {
    EnumSet<FaultKind> drawn = EnumSet.noneOf(FaultKind.class);
    for (long seed = 1; seed <= 500; seed++) {
      SwarmOptions options = SwarmOptions.draw(seed);
      List<Fault> plan = Swarm.plan(options);
      plan.forEach(fault -> drawn.add(fault.kind()));
      List<Fault> changes = plan.stream().filter(fault -> fault.kind().faultClass() == FaultClass.MEMBERS).toList();
      Set<Integer> newcomers = new TreeSet<>();
      changes.stream().filter(fault -> COMING.contains(fault.kind())).forEach(fault -> newcomers.add(fault.node()));

      assertThat(changes.size()).as("changes of seed %d, a call-off or a promotion with each", seed).isLessThanOrEqualTo(10);
      assertThat(newcomers).as("newcomers of seed %d", seed).allMatch(node -> node > options.nodes() && node <= 7);
      assertThat(plan).filteredOn(fault -> fault.kind() == FaultKind.REPLACE_LOST_MEMBER).hasSizeLessThanOrEqualTo(1);
      assertThat(plan).isSortedAccordingTo((one, other) -> Long.compare(one.atNanos(), other.atNanos()));
      assertThat(changes.isEmpty()).isEqualTo(!options.classes().contains(FaultClass.MEMBERS));
    }
    assertThat(drawn).as("all but those that are never drawn").isEqualTo(EnumSet.complementOf(EnumSet.copyOf(FaultPlan.NAMED_ONLY)));
  }
}
