package io.cairn.jepsen.damage;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All of the table; HACKING.md has the command. {@link DamageTest} is the short form. {@code -Dcairn.damage=PART} takes those with it in their name. */
@Tag("heavy")
final class HeavyDamageTest {

  @Test
  @DisplayName("ST-02 ST-05 each kind of file and record damaged in each way on one of three nodes: repaired, or halted with a reason, and nothing is wrong or lost")
  void repairedOrHalted(@TempDir Path scratch) {
    String part = System.getProperty("cairn.damage", "");
    List<DamageCase> cases = DamageCases.all().stream().filter(each -> each.toString().contains(part)).toList();
    Damages.run(cases, scratch);
  }
}
