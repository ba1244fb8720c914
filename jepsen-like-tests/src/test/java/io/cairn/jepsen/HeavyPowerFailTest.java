package io.cairn.jepsen;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The full size; HACKING.md has the command. {@link PowerFailTest} is the short form. */
@Tag("heavy")
final class HeavyPowerFailTest {

  @Test
  @DisplayName("A-01 ST-01 LG-01 SM-17 three nodes on ext4 lose their power under load, one of them 50 times, all at once 15 times: nothing acknowledged is lost")
  void nothingAcknowledgedIsLost() throws Exception {
    PowerFails.run(50, 15);
  }
}
