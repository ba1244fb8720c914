package io.cairn.cli.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutcomesTest {

  private final List<String> named = new ArrayList<>();

  @Test
  void theReportHasALineForEachOutcome() throws IOException {
    ByteArrayOutputStream report = new ByteArrayOutputStream();
    Outcomes outcomes = new Outcomes(named::add, report);
    outcomes.written(2, 17);
    outcomes.refused(1, Outcomes.Refusal.FAULT, "no\ttab\nin it");
    outcomes.unknown(3, "no answer");
    outcomes.written(4, 12);
    outcomes.close();
    assertThat(report.toString(StandardCharsets.UTF_8))
        .isEqualTo("2\twritten\t17\t\n1\trefused\t-\tno tab in it\n3\tunknown\t-\tno answer\n4\twritten\t12\t\n");
    assertThat(outcomes.totals()).isEqualTo(new Outcomes.Totals(2, 1, 1, 0, 1, 12, 17, List.of("1"), 0, List.of("3"), 0));
    assertThat(named).containsExactly("line 1: refused: no\ttab\nin it", "line 3: outcome unknown: no answer");
  }

  @Test
  void aFileOfTheWrongKindDoesNotFillTheTerminalNorTheMemory() {
    Outcomes outcomes = new Outcomes(named::add, null);
    for (int line = 1; line <= 100_000; line += 2) {
      outcomes.refused(line, Outcomes.Refusal.FAULT, "no tab");
    }
    assertThat(named).hasSize(21);
    assertThat(named.get(20)).contains("from here on they are counted").contains("--report");
    assertThat(outcomes.totals().refused()).isEqualTo(50_000);
    assertThat(outcomes.totals().refusedLines()).hasSize(1_000).startsWith("1", "3");
    assertThat(outcomes.totals().refusedUnlisted()).isEqualTo(49_000);
  }

  @Test
  void aReportThatCannotBeWrittenStopsNothingAndIsToldAtTheEnd() {
    Outcomes outcomes = new Outcomes(named::add, new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        throw new IOException("No space left on device");
      }
    });
    outcomes.written(1, 5);
    outcomes.written(2, 6);
    assertThat(outcomes.totals().written()).isEqualTo(2);
    assertThatThrownBy(outcomes::close).hasMessage("No space left on device");
  }
}
