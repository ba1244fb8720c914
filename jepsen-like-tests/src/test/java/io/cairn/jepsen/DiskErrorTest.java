package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.jepsen.disk.FailedCalls;
import io.cairn.jepsen.disk.FaultDisk.Fault;
import io.cairn.jepsen.load.Writes.Outcome;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Issue 7, "To show": some calls of each kind, others each day of the week. {@link HeavyDiskErrorTest} fails every one. */
final class DiskErrorTest {
  private static final int SPREAD = 3;

  @ParameterizedTest(name = "A-06 ST-01 ST-11 {0} at some calls of 50 puts and a flush: the node stops, and holds afterwards what it acknowledged")
  @EnumSource
  void theNodeStopsAndLosesNothing(Fault kind) throws Exception {
    FaultyDisks.with(1, "DiskError-" + kind, (cluster, disks) -> {
      var calls = new FailedCalls(cluster, disks.of("n1"), System.out);
      long all = calls.clean(kind);
      int today = java.time.LocalDate.now().getDayOfWeek().getValue();
      var chosen = new TreeSet<Long>();
      chosen.add(1L);
      for (int i = 0; i < SPREAD; i++) {
        chosen.add(1 + (all * i + all * today / 8) / SPREAD);
      }
      int reached = 0;
      for (long n : chosen) {
        reached += calls.fail(kind, n) ? 1 : 0;
      }
      System.out.printf("failed calls: %s: %d of about %d, reached %d; %d writes acknowledged, %d unknown, %d refused%n", kind, chosen.size(), all,
          reached, calls.book().count(Outcome.WRITTEN), calls.book().count(Outcome.UNKNOWN), calls.book().count(Outcome.REFUSED));
      assertThat(calls.violations()).isEmpty();
      assertThat(reached).as("of %s", chosen).isGreaterThan(chosen.size() / 2);
      assertThat(all).as("calls of the work").isGreaterThan(50);
    });
  }
}
