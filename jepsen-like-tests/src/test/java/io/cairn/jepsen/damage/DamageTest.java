package io.cairn.jepsen.damage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Issue 7, "To show": some of the table, others each day. {@link HeavyDamageTest} does all of it. */
final class DamageTest {
  private static final int BY_TURNS = 3;

  @Test
  @DisplayName("ST-02 ST-05 a file of one of three nodes is damaged under load, again and again: repaired, or halted with a reason; nothing is wrong or lost")
  void repairedOrHalted(@TempDir Path scratch) {
    Damages.run(ofTheDay(), scratch);
  }

  @Test
  @DisplayName("the table of damages has at least 60 cases, no two the same")
  void theTable() {
    assertThat(DamageCases.all()).hasSizeGreaterThanOrEqualTo(60);
    assertThat(DamageCases.all().stream().map(DamageCase::toString)).doesNotHaveDuplicates();
  }

  /** Spread over the table: of neighbours one alone. */
  private static List<DamageCase> ofTheDay() {
    List<DamageCase> all = DamageCases.all();
    long day = Long.getLong("sim.day", LocalDate.now(ZoneOffset.UTC).toEpochDay());
    var chosen = new ArrayList<DamageCase>();
    for (int i = 0; i < BY_TURNS; i++) {
      chosen.add(all.get((int) ((day + (long) i * all.size() / BY_TURNS) % all.size())));
    }
    return chosen;
  }
}
