package io.cairn.protocol.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HostPortTest {
  /** Of these, addresses that mean something else on a second reading were made. */
  private static final String AWKWARD = "[]:.a1 \t\n\u0001\u007f\u00a0%-";

  @Test
  void whatIsWrittenIsReadAgainAsTheSame() {
    var random = new Random(7);
    int read = 0;
    for (int i = 0; i < 200_000; i++) {
      var text = new StringBuilder();
      for (int length = random.nextInt(7); length >= 0; length--) {
        text.append(AWKWARD.charAt(random.nextInt(AWKWARD.length())));
      }
      HostPort address;
      try {
        address = HostPort.parse(text.append(":7101").toString());
      } catch (IllegalArgumentException e) {
        continue;
      }
      read++;
      assertThat(HostPort.parse(address.toString())).as("'%s'", text).isEqualTo(address);
    }
    assertThat(read).isGreaterThan(100);
  }

  @Test
  void whatIsNoAddressIsRefused() {
    for (String text : List.of("[[]]:7101", "[\u0001]:7101", "[ a]:7101", "a b:7101", "a\nb:7101", "[]:7101", ":7101", "a:", "a", "", "a:-1",
        "a:65536", "a:b", "a:b:1")) {
      assertThatThrownBy(() -> HostPort.parse(text)).as("'%s'", text).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void aLongOneIsRefusedInAShortMessage() {
    assertThatThrownBy(() -> HostPort.parse("a".repeat(1_000_000) + ":7101")).isInstanceOf(IllegalArgumentException.class)
        .message().hasSizeLessThan(200);
    assertThatThrownBy(() -> HostPort.parse("a".repeat(256) + ":7101")).hasMessageContaining("at most 255");
  }

  @Test
  void aScopedAddressStands() {
    assertThat(HostPort.parse("[fe80::1%eth0]:7101")).isEqualTo(new HostPort("fe80::1%eth0", 7101)).hasToString("[fe80::1%eth0]:7101");
  }
}
