package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.jepsen.disk.FailedCalls;
import io.cairn.jepsen.disk.FaultDisk.Fault;
import io.cairn.jepsen.load.Writes.Outcome;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every call; HACKING.md has the command. {@link DiskErrorTest} is the short form. {@code -Dcairn.faults.first=N} begins later. */
@Tag("heavy")
final class HeavyDiskErrorTest {
  private static final int FIRST = Integer.getInteger("cairn.faults.first", 1);
  private static final int MOST = 2_000;

  @ParameterizedTest(name = "A-06 ST-01 ST-11 {0} at each call of 50 puts and a flush, until a run is clean: the node stops, and holds what it acknowledged")
  @EnumSource
  void theNodeStopsAndLosesNothing(Fault kind) throws Exception {
    FaultyDisks.with(1, "HeavyDiskError-" + kind, (cluster, disks) -> {
      var calls = new FailedCalls(cluster, disks.of("n1"), System.out);
      long all = calls.clean(kind);
      int n = FIRST;
      while (n < MOST && calls.fail(kind, n)) {
        n++;
      }
      System.out.printf("failed calls: %s: clean from %d on; %d writes acknowledged, %d unknown, %d refused%n", kind, n,
          calls.book().count(Outcome.WRITTEN), calls.book().count(Outcome.UNKNOWN), calls.book().count(Outcome.REFUSED));
      assertThat(calls.violations()).isEmpty();
      assertThat((long) n).as("the first that was not reached, of about %d calls", all).isBetween(all / 2, 2 * all);
    });
  }
}
