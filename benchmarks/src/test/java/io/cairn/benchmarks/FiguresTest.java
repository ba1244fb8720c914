package io.cairn.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class FiguresTest {

  @Test
  void theLastLineHasTheFieldsThatScriptsRead() {
    assertThat(new Figures(1_000, 2.0, 120, 900, 50_000, 3, 1.25).line())
        .isEqualTo("throughput=500 p50_us=120 p99_us=900 cpu_us_per_op=50.0 errors=3 stolen_percent=1.3");
  }

  @Test
  void nothingDoneIsNoDivisionByZero() {
    assertThat(new Figures(0, 1.0, 0, 0, 10, 5, Double.NaN).line()).isEqualTo("throughput=0 p50_us=0 p99_us=0 cpu_us_per_op=0.0 errors=5 stolen_percent=unknown");
  }

  @Test
  void failedRequestsCountAsErrorsAndNotAsThroughput() throws InterruptedException {
    var load = new Load(number -> number % 2 == 0 ? CompletableFuture.completedFuture(number)
        : CompletableFuture.failedFuture(new IllegalStateException("odd")), 4, 1_000);
    long next = load.run(0, 0.05);
    Figures figures = load.figures(0.05, 0);
    assertThat(figures.operations() + figures.errors()).isEqualTo(next);
    assertThat(figures.errors()).isEqualTo(next / 2);
  }
}
