package io.cairn.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class WatchTallyTest {
  private final List<Integer> seenByAll = new ArrayList<>();
  private final WatchTally tally = new WatchTally(2, seenByAll::add);

  private void put(int number, long revision) {
    tally.sending(number);
    tally.acknowledged(number, revision, 1_000_000);
  }

  private void see(int watcher, int... numbers) {
    for (int number : numbers) {
      tally.watcher(watcher).saw(number, 100 + number, 3_000_000);
    }
  }

  private WatchFigures figures() {
    return tally.figures(1, 2);
  }

  private void putThree() {
    put(0, 100);
    put(1, 101);
    put(2, 102);
  }

  @Test
  void everyPutSeenOnceInOrderByEveryWatcherIsExact() {
    putThree();
    see(0, 0, 1, 2);
    assertThat(tally.isComplete()).isFalse();
    see(1, 0, 1, 2);
    assertThat(tally.isComplete()).isTrue();
    assertThat(seenByAll).containsExactly(0, 1, 2);
    assertThat(figures().isExact()).isTrue();
    assertThat(figures().line()).isEqualTo("watchers=2 puts=3 events=6 seconds=1.0 settled_seconds=2.0 events_per_s=3 p50_us=2000 p99_us=2000 "
        + "max_us=2000 holes=0 doubles=0 disorders=0 errors=0 reconnects=0");
  }

  @Test
  void aHoleIsFound() {
    putThree();
    see(0, 0, 1, 2);
    see(1, 0, 2);
    assertThat(tally.isComplete()).isFalse();
    assertThat(figures()).satisfies(figures -> {
      assertThat(figures.holes()).isEqualTo(1);
      assertThat(figures.isExact()).isFalse();
    });
  }

  @Test
  void aDoubleIsFoundAlsoWhereItMakesUpForAHole() {
    putThree();
    see(0, 0, 1, 1, 2);
    see(1, 0, 2, 2);
    assertThat(figures()).satisfies(figures -> {
      assertThat(figures.doubles()).isEqualTo(1);
      assertThat(figures.holes()).isEqualTo(1);
      assertThat(figures.disorders()).isEqualTo(2);
      assertThat(figures.isExact()).isFalse();
    });
  }

  @Test
  void anEventOutOfOrderIsFound() {
    putThree();
    see(0, 0, 1, 2);
    see(1, 1, 0, 2);
    assertThat(figures()).satisfies(figures -> {
      assertThat(figures.disorders()).isEqualTo(1);
      assertThat(figures.holes() + figures.doubles()).isZero();
      assertThat(figures.isExact()).isFalse();
    });
  }

  @Test
  void aPutThatFailedProvesNothingAndOneUnderWayIsWaitedFor() {
    put(0, 100);
    see(0, 0);
    see(1, 0);
    tally.sending(1);
    assertThat(tally.isComplete()).isFalse();
    tally.putFailed();
    assertThat(tally.isComplete()).isTrue();
    assertThat(figures().isExact()).isFalse();
  }

  @Test
  void anEventSeenBeforeItsPutWasAnsweredTookNoTime() {
    tally.sending(0);
    see(0, 0);
    tally.acknowledged(0, 100, 4_000_000);
    assertThat(figures().maxMicros()).isZero();
  }

  @Test
  void whatCannotBeMeasuredIsRefused() {
    assertThat(new CommandLine(new WatchBench()).execute("--watchers", "2", "--connections", "3")).isEqualTo(2);
    assertThat(new CommandLine(new WatchBench()).execute("--value-size", "3")).isEqualTo(2);
  }
}
