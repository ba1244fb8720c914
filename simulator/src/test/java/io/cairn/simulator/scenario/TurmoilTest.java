package io.cairn.simulator.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.simulator.SimWorld;
import io.cairn.simulator.schedule.SimFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Clusters of all sizes under all mixtures of faults keep what they acknowledge; and a cluster that cannot is found out. */
class TurmoilTest {
  private static final int SEEDS = 60;
  private static final int SEEDS_WITH_LIARS = 60;
  private static final long LIARS_FROM_NANOS = 1_500_000_000L;

  @Test
  @DisplayName("A-01 A-02 A-04 A-11 JV-03 nothing acknowledged is lost or goes back, whatever faults a seed draws")
  void nothingAcknowledgedIsLost() {
    List<Result> results = LongStream.rangeClosed(1, SEEDS).parallel().mapToObj(Turmoil::run).toList();

    assertThat(results).hasSize(SEEDS);
    assertThat(results).as("what the seeds must have met")
        .anyMatch(result -> result.unknown() > 0).anyMatch(result -> result.refused() > 0).anyMatch(result -> result.reads() > 100);
    assertThat(results.stream().mapToLong(Result::acknowledged).sum()).isGreaterThan(SEEDS * 50L);
  }

  @Test
  @DisplayName("TI-04 disks that do not keep what they synced are found out")
  void lyingDisksAreFoundOut() {
    List<String> failures = LongStream.rangeClosed(1, SEEDS_WITH_LIARS).parallel().mapToObj(TurmoilTest::failureWithLiars)
        .filter(Objects::nonNull).toList();

    assertThat(new ArrayList<>(failures)).as("a read that misses an acknowledged write").anyMatch(text -> text.contains("was acknowledged"))
        .allMatch(text -> text.contains("SEED="));
  }

  private static String failureWithLiars(long seed) {
    try {
      SimWorld world = new SimWorld(seed);
      // Not from the start: a log without its header would be found out by the log itself.
      Turmoil.run(world, cluster -> world.scheduler().at(LIARS_FROM_NANOS, "lie",
          () -> cluster.nodes().forEach(node -> node.machine().disk().lie())));
      return null;
    } catch (SimFailure found) {
      return found.getMessage();
    }
  }
}
