package io.cairn.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventRunTest {

  @TempDir
  private Path directory;

  private static Figures p99(long micros) {
    return new Figures(1_000, 1, micros / 2, micros, 0, 1, 2.5);
  }

  @Test
  void theRatioIsTheMedianOfTheRounds() {
    var ratios = Ratios.of(new Ratios.Round(p99(100), p99(150)), new Ratios.Round(p99(100), p99(900)), new Ratios.Round(p99(200), p99(220)));
    assertThat(ratios.line()).isEqualTo("rounds=3 p99_ratio_median=1.50 p99_ratio_lowest=1.10 p99_ratio_highest=9.00 errors=6");
    assertThat(ratios.rounds().getFirst().line(1))
        .isEqualTo("round=1 before_p50_us=50 before_p99_us=100 during_p50_us=75 during_p99_us=150 p99_ratio=1.50 errors=2 before_stolen_percent=2.5 during_stolen_percent=2.5");
  }

  @Test
  void theEventRunsOnceARoundBesideTheLoad() throws Exception {
    Path ran = directory.resolve("ran");
    var run = new EventRun(CompletableFuture::completedFuture, 2, 200, null, "echo . >> " + ran, false);
    assertThat(run.run(0, 2, 0.02, 0.02)).isZero();
    assertThat(Files.readAllLines(ran)).hasSize(2);
  }

  @Test
  void whatTheEventNeedsIsDoneBeforeEachRoundOrNothingIsMeasured() throws Exception {
    Path made = directory.resolve("made");
    var run = new EventRun(CompletableFuture::completedFuture, 2, 200, "touch " + made, "rm " + made, false);
    assertThat(run.run(0, 2, 0.02, 0.02)).isZero();
    assertThat(new EventRun(CompletableFuture::completedFuture, 2, 200, "exit 3", "touch " + made, false).run(0, 2, 0.02, 0.02)).isEqualTo(1);
    assertThat(made).doesNotExist();
  }

  @Test
  void anEventThatWaitsByItselfIsBegunBeforeItsTime() throws Exception {
    for (boolean waits : new boolean[] {true, false}) {
      Path began = directory.resolve("began-" + waits);
      var seenBefore = new AtomicBoolean();
      LongFunction<CompletionStage<?>> request = number -> {
        if (number < 200 && Files.exists(began)) {
          seenBefore.set(true);
        }
        return CompletableFuture.completedFuture(number);
      };
      assertThat(new EventRun(request, 2, 200, null, "touch " + began, waits).run(0, 1, 1, 0.02)).isZero();
      assertThat(seenBefore.get()).isEqualTo(waits);
      assertThat(began).exists();
    }
  }

  @Test
  void anEventThatFailsEndsTheRun() throws Exception {
    assertThat(new EventRun(CompletableFuture::completedFuture, 2, 200, null, "exit 3", false).run(0, 2, 0.02, 0.02)).isEqualTo(1);
  }

  @Test
  void anEventIsEndedWithWhatItStarted() throws Exception {
    Path began = directory.resolve("began");
    Event event = Event.start("sleep 600 & echo $! > " + began + "; wait");
    while (!Files.exists(began) || Files.size(began) == 0) {
      assertThat(event.awaitEnd(0)).isFalse();
    }
    event.close();
    assertThat(event.awaitEnd(20)).isTrue();
    long child = Long.parseLong(Files.readString(began).trim());
    ProcessHandle.of(child).ifPresent(left -> left.onExit().orTimeout(20, TimeUnit.SECONDS).join());
  }
}
