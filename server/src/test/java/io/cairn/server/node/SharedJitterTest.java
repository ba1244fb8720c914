package io.cairn.server.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.platform.JdkRandomSource;
import io.cairn.server.testing.VirtualLoops;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SharedJitterTest {
  private static final long SPELL = 2_000_000_000L;

  private final VirtualLoops time = new VirtualLoops();
  private final SharedJitter jitter = new SharedJitter(time, new JdkRandomSource(5), SPELL);

  @Test
  void allShardsDrawTheSameWithinASpell() {
    long drawn = jitter.next(1_000_000);

    assertThat(jitter.next(1_000_000)).isEqualTo(drawn);
    time.pause(SPELL / 4);
    assertThat(jitter.next(1_000_000)).isEqualTo(drawn);
  }

  @Test
  void eachSpellDrawsAnewAndStaysBelowTheBound() {
    var seen = new TreeSet<Long>();
    for (int i = 0; i < 100; i++) {
      time.pause(SPELL);
      long drawn = jitter.next(1_000);
      assertThat(drawn).isBetween(0L, 999L);
      seen.add(drawn);
    }

    assertThat(seen).hasSizeGreaterThan(50);
  }
}
