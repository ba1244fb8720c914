package io.cairn.jepsen;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Issue 7, "To show": the short form. {@link HeavyPowerFailTest} is the long one. */
final class PowerFailTest {

  @Test
  @DisplayName("A-01 ST-01 ST-07 LG-01 SM-17 three nodes on ext4 lose their power under load, one of them 6 times, all at once 2 times: nothing acknowledged is lost")
  void nothingAcknowledgedIsLost() throws Exception {
    PowerFails.run(6, 2);
  }
}
