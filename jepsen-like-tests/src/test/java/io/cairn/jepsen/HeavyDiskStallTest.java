package io.cairn.jepsen;

import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The full length, three times in one cluster; HACKING.md has the command. {@link DiskStallTest} is the short form. */
@Tag("heavy")
final class HeavyDiskStallTest {
  private static final int ROUNDS = 3;

  @Test
  @DisplayName("ST-08 the leader's disk stands still for 30 s, three times: another leads meanwhile, nothing is lost or stale, no lease ends early")
  void anotherLeadsMeanwhile() throws Exception {
    FaultyDisks.with(3, "HeavyDiskStall", (cluster, disks) -> {
      for (int round = 0; round < ROUNDS; round++) {
        new StalledDisk(cluster, disks, Duration.ofSeconds(30)).tell();
      }
    });
  }
}
