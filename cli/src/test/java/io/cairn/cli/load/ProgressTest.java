package io.cairn.cli.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ProgressTest {

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final StringWriter err = new StringWriter();

  private Progress progress(boolean terminal, long bytes) {
    return new Progress(new PrintWriter(err), terminal, bytes, 0);
  }

  private static Progress.Sample sample(long written, long refused, long bytes) {
    return new Progress.Sample(new Outcomes.Totals(written, refused, 0, 0, 0, 0, 0, List.of(), 0, List.of(), 0), bytes, 7);
  }

  @Test
  void aTerminalShowsABarWithRateAndErrorsOnOneLine() {
    Progress progress = progress(true, 1_000);
    progress.tick(sample(1_500, 2, 500), SECOND);
    assertThat(err.toString())
        .isEqualTo("\r\u001b[K[######------]  50% 1500 written, 2 refused, 0 unknown, 1500/s, 1 s left");
  }

  @Test
  void textOnATerminalComesAboveTheBarAndTheEndTakesItAway() {
    Progress progress = progress(true, 0);
    progress.tick(sample(1, 0, 0), SECOND);
    String bar = err.toString();
    progress.say("line 3: refused:\n why");
    assertThat(err.toString()).isEqualTo(bar + "\r\u001b[Kkvctl: line 3: refused: why\n1 written, 0 refused, 0 unknown, 1/s");
    progress.end(sample(20, 0, 0), 2 * SECOND);
    progress.say("after");
    assertThat(err.toString()).endsWith("\r\u001b[Kkvctl: 20 written, 0 refused, 0 unknown in 2.0 s, 10 written/s\nkvctl: after\n");
  }

  @Test
  void noLineIsWiderThanATerminal() {
    Progress progress = progress(true, 1L << 50);
    progress.tick(sample(Long.MAX_VALUE / 4, Long.MAX_VALUE / 4, 1L << 49), 100_000 * SECOND);
    assertThat(err.toString().replace("\r\u001b[K", "").length()).isEqualTo(79);
  }

  @Test
  void elsewhereAPlainLineComesEveryFewSeconds() {
    Progress progress = progress(false, 1_000);
    for (int tick = 1; tick <= 11 * 5; tick++) {
      progress.tick(sample(tick * 300L, 0, tick * 10L), tick * SECOND / 5);
    }
    assertThat(err.toString()).isEqualTo("""
        kvctl: 7500 written, 0 refused, 0 unknown (25%), 1500/s
        kvctl: 15000 written, 0 refused, 0 unknown (50%), 1500/s
        """);
  }

  @Test
  void aClusterThatDoesNotAnswerShows() {
    Progress progress = progress(false, 0);
    for (int tick = 1; tick <= 10; tick++) {
      progress.tick(sample(100, 0, 0), tick * SECOND);
    }
    assertThat(err.toString()).endsWith("100 written, 0 refused, 0 unknown, no answer for 9 s\n");
  }
}
