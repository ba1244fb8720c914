package io.cairn.storage.log;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/** The log against lists in memory. */
class SharedLogProperties {

  /** LG-02, LG-03, LG-09, LG-10, LG-13, LG-18. */
  @Property(tries = 50, shrinking = ShrinkingMode.OFF)
  void theLogEqualsItsModel(@ForAll long seed) {
    var workload = new LogWorkload(seed);
    workload.run(300, 0);
    assertThat(workload.crashes).isZero();
  }

  /** A-04, LG-01, LG-04, LG-05, LG-06, LG-07: what was acknowledged is there after any crash, what was not is whole or absent. */
  @Property(tries = 200, shrinking = ShrinkingMode.OFF)
  void noCrashLosesWhatWasAcknowledged(@ForAll long seed) {
    new LogWorkload(seed).run(200, 0.1);
  }

  /** A workload that never rolled, tore or cleaned would show nothing. */
  @Example
  void theWorkloadGoesWhereItShould() {
    int[] seen = new int[6];
    for (long seed = 1; seed <= 20; seed++) {
      var workload = new LogWorkload(seed);
      workload.run(200, 0.1);
      seen[0] += workload.crashesWhileOpening;
      seen[1] += workload.keptOfWhatWasUnderWay;
      seen[2] += workload.lostOfWhatWasUnderWay;
      seen[3] += workload.baseMoved;
      seen[4] += workload.segments();
      seen[5] += workload.rewritten;
    }
    assertThat(seen[0]).as("crashes while opening").isGreaterThan(10);
    assertThat(seen[1]).as("calls cut short that took effect").isGreaterThan(10);
    assertThat(seen[2]).as("calls cut short that did not").isGreaterThan(100);
    assertThat(seen[3]).as("bases that moved").isGreaterThan(10);
    assertThat(seen[4]).as("segments begun").isGreaterThan(400);
    assertThat(seen[5]).as("entries written again").isGreaterThan(500);
  }
}
