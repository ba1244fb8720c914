package io.cairn.jepsen;

import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Issue 7, "To show": the short form. {@link HeavyDiskStallTest} is the long one. */
final class DiskStallTest {

  @Test
  @DisplayName("ST-08 the leader's disk stands still for 6 s: another leads meanwhile, nothing is lost or stale, no lease ends early, and it comes back by itself")
  void anotherLeadsMeanwhile() throws Exception {
    FaultyDisks.with(3, "DiskStall", (cluster, disks) -> new StalledDisk(cluster, disks, Duration.ofSeconds(6)).tell());
  }
}
