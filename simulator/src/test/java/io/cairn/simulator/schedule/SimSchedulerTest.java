package io.cairn.simulator.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.platform.EventLoop;
import io.cairn.simulator.schedule.SimScheduler.End;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SimSchedulerTest {
  private static final long MILLI = 1_000_000;

  private final SimScheduler scheduler = new SimScheduler(7);
  private final SimProcess node = scheduler.process("n1", 1);
  private final List<String> seen = new ArrayList<>();

  @Test
  void tasksOfOneLoopRunInTheOrderGiven_eachToItsEnd() {
    EventLoop loop = node.start("a");
    loop.execute(() -> {
      loop.execute(() -> seen.add("nested"));
      assertThat(loop.inLoop()).isTrue();
      seen.add("first");
    });
    loop.execute(() -> seen.add("second"));

    assertThat(scheduler.runFor(MILLI)).isEqualTo(End.QUIET);

    assertThat(seen).containsExactly("first", "second", "nested");
    assertThat(loop.inLoop()).isFalse();
  }

  @Test
  void loopsInterleaveInAnOrderThatTheSeedDecides() {
    assertThat(interleaving(1)).isEqualTo(interleaving(1));
    List<List<String>> others = new ArrayList<>();
    for (long seed = 2; seed < 12; seed++) {
      others.add(interleaving(seed));
    }
    assertThat(others).as("ten seeds do not all give one order").anyMatch(order -> !order.equals(interleaving(1)));
  }

  private static List<String> interleaving(long seed) {
    SimScheduler scheduler = new SimScheduler(seed);
    SimProcess node = scheduler.process("n1", 1);
    List<String> order = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      EventLoop loop = node.start("loop-" + i);
      for (int k = 0; k < 3; k++) {
        String label = i + "." + k;
        loop.execute(() -> order.add(label));
      }
    }
    scheduler.runFor(MILLI);
    assertThat(order).hasSize(15);
    return order;
  }

  @Test
  void timerFiresOnceItsDelayHasGoneBy_notBefore_andLateWhenTheLoopIsBusy() {
    EventLoop loop = node.start("a");
    long[] firedAt = new long[2];
    loop.execute(() -> {
      long begun = scheduler.now();
      loop.schedule(5 * MILLI, () -> firedAt[0] = scheduler.now() - begun);
      loop.schedule(MILLI, () -> {
        firedAt[1] = scheduler.now() - begun;
        scheduler.elapse(20 * MILLI);
      });
    });

    scheduler.runFor(100 * MILLI);

    assertThat(firedAt[1]).isBetween(MILLI, MILLI + 100_000);
    assertThat(firedAt[0]).as("after the loop's 20 ms of work").isBetween(21 * MILLI, 22 * MILLI);
  }

  @Test
  void cancelledTimerNeverRuns_evenOnceItIsDueAndWaitsInTheInbox() {
    EventLoop loop = node.start("a");
    loop.execute(() -> {
      EventLoop.Timer early = loop.schedule(MILLI, () -> seen.add("early"));
      early.cancel();
      early.cancel();
      EventLoop.Timer due = loop.schedule(MILLI, () -> seen.add("due"));
      loop.schedule(MILLI / 2, () -> {
        scheduler.elapse(3 * MILLI);
        due.cancel();
      });
    });

    scheduler.runFor(10 * MILLI);

    assertThat(seen).isEmpty();
  }

  @Test
  void whatATaskPostsAfterWaitingForADevice_arrivesWhenItsWaitIsOver() {
    EventLoop writer = node.start("writer");
    EventLoop other = node.start("other");
    long[] times = new long[2];
    writer.execute(() -> {
      long begun = scheduler.now();
      other.execute(() -> times[0] = scheduler.now() - begun);
      scheduler.elapse(10 * MILLI);
      other.execute(() -> times[1] = scheduler.now() - begun);
    });

    scheduler.runFor(100 * MILLI);

    assertThat(times[0]).isLessThan(MILLI);
    assertThat(times[1]).isBetween(10 * MILLI, 11 * MILLI);
  }

  @Test
  void postsFromOneLoopToAnother_keepTheirOrderThoughTheyArriveAtOneTime() {
    for (long seed = 0; seed < 50; seed++) {
      SimScheduler one = new SimScheduler(seed);
      SimProcess process = one.process("n1", 1);
      EventLoop from = process.start("from");
      EventLoop to = process.start("to");
      List<Integer> order = new ArrayList<>();
      from.execute(() -> {
        one.elapse(MILLI);
        for (int i = 0; i < 10; i++) {
          int number = i;
          to.execute(() -> order.add(number));
        }
      });
      one.process("n2", 1);
      process.pauseUntil(10 * MILLI);
      one.runFor(100 * MILLI);
      assertThat(order).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    }
  }

  @Test
  void pausedNodeRunsNothing_thenItsTimersFireTogether() {
    EventLoop loop = node.start("a");
    List<Long> fired = new ArrayList<>();
    for (int i = 1; i <= 5; i++) {
      loop.schedule(i * MILLI, () -> fired.add(scheduler.now()));
    }
    scheduler.at(MILLI / 2, "pause", () -> node.pauseUntil(1_000 * MILLI));

    scheduler.runFor(999 * MILLI);
    assertThat(fired).isEmpty();

    scheduler.runFor(10 * MILLI);
    assertThat(fired).hasSize(5).allMatch(at -> at >= 1_000 * MILLI && at < 1_001 * MILLI);
  }

  @Test
  void nothingOfALifeRunsAfterItsEnd() {
    EventLoop loop = node.start("a");
    loop.schedule(2 * MILLI, () -> seen.add("timer"));
    loop.execute(() -> {
      seen.add("before");
      scheduler.elapse(5 * MILLI);
      loop.execute(() -> seen.add("posted ahead of its time"));
    });
    scheduler.at(MILLI, "kill", () -> node.kill(false));

    scheduler.runFor(100 * MILLI);

    assertThat(seen).containsExactly("before");
    assertThat(node.lived(MILLI)).isTrue();
    assertThat(node.lived(MILLI + 1)).isFalse();
    loop.execute(() -> seen.add("late"));
    assertThat(scheduler.runFor(MILLI)).isEqualTo(End.QUIET);
    assertThat(seen).containsExactly("before");
  }

  @Test
  void taskThatKillsItsOwnProcess_isUnwoundAtItsNextCallToADevice() {
    EventLoop loop = node.start("a");
    loop.execute(() -> {
      node.kill(true);
      seen.add("still here");
      try {
        node.checkAlive();
      } finally {
        seen.add("unwound");
      }
      seen.add("never");
    });

    scheduler.runFor(MILLI);

    assertThat(seen).containsExactly("still here", "unwound");
  }

  @Test
  void stoppedLoopRunsWhatItHadAccepted_andNothingMore() {
    EventLoop loop = node.start("a");
    loop.execute(() -> seen.add("accepted"));
    node.stop(loop);
    loop.execute(() -> seen.add("dropped"));

    scheduler.runFor(MILLI);

    assertThat(seen).containsExactly("accepted");
  }

  @Test
  void failureInATask_failsTheRunAndNamesTimeLoopAndSeed() {
    node.start("a").execute(() -> {
      throw new IllegalStateException("broken");
    });

    assertThatThrownBy(() -> scheduler.runFor(MILLI))
        .isInstanceOf(SimFailure.class)
        .hasMessageContaining("n1#1/a")
        .hasMessageContaining("broken")
        .hasMessageContaining("SEED=7L");
  }

  @Test
  void loopWhoseTaskFailed_runsNothingMore() {
    EventLoop loop = node.start("a");
    node.onUncaught((failed, cause) -> seen.add(failed.name() + ": " + cause.getMessage()));
    loop.execute(() -> {
      throw new IllegalStateException("broken");
    });
    loop.execute(() -> seen.add("after"));

    scheduler.runFor(MILLI);

    assertThat(seen).containsExactly("a: broken");
  }

  @Test
  void blockingOnALoopThatMustNot_failsTheRun() {
    node.startNonBlocking("net-0").execute(() -> scheduler.elapseBlocking(MILLI, "syncing the log"));

    assertThatThrownBy(() -> scheduler.runFor(MILLI)).hasMessageContaining("syncing the log on loop n1#1/net-0, which must never block");
  }

  @Test
  void runTellsHowItEnded() {
    EventLoop loop = node.start("a");
    Runnable[] again = new Runnable[1];
    again[0] = () -> loop.execute(again[0]);
    assertThat(scheduler.runUntil(() -> false, MILLI, 100)).isEqualTo(End.QUIET);
    loop.execute(again[0]);
    assertThat(scheduler.runUntil(() -> false, Long.MAX_VALUE, 100)).isEqualTo(End.EVENTS_SPENT);
    assertThat(scheduler.runUntil(() -> false, MILLI, 1_000_000)).as("a loop that only turns still lets time go on")
        .isEqualTo(End.TIME_OUT);
    assertThat(scheduler.runUntil(() -> scheduler.events() > 500, MILLI, 1_000)).isEqualTo(End.REACHED);
  }

  @Test
  @DisplayName("JV-03 a clock that runs slow or fast fires timers by its own time, and goes on during a pause")
  void clocksRunAtTheirOwnRate() {
    SimProcess slow = scheduler.process("n2", 1);
    slow.clock().rate(-100_000);
    long[] fired = new long[2];
    long origin = slow.clock().nanoTime();
    slow.start("a").schedule(90 * MILLI, () -> {
      fired[0] = scheduler.now();
      fired[1] = slow.clock().nanoTime() - origin;
    });
    long fastOrigin = node.clock().nanoTime();
    node.clock().rate(50_000);
    node.pauseUntil(50 * MILLI);

    scheduler.runFor(100 * MILLI);
    scheduler.runFor(100 * MILLI);

    assertThat(fired[0]).isBetween(100 * MILLI, 101 * MILLI);
    assertThat(fired[1]).isBetween(90 * MILLI, 91 * MILLI);
    assertThat(node.clock().nanoTime() - fastOrigin).isEqualTo(210 * MILLI);
  }

  @Test
  void timersKeepTheirDueTimeWhenTheRateOfTheClockChanges() {
    long origin = node.clock().nanoTime();
    long[] local = new long[1];
    node.start("a").schedule(100 * MILLI, () -> local[0] = node.clock().nanoTime() - origin);
    scheduler.at(50 * MILLI, "slower", () -> node.clock().rate(-400_000));

    scheduler.runFor(1_000 * MILLI);

    assertThat(local[0]).as("not before 100 ms of its own").isBetween(100 * MILLI, 101 * MILLI);
  }

  @Test
  void wallClockStepsWithoutMovingTheOther() {
    long before = node.clock().nanoTime();
    long wall = node.clock().wallMillis();

    node.clock().wallOffsetMillis(-3_600_000);

    assertThat(node.clock().wallMillis()).isEqualTo(wall - 3_600_000);
    assertThat(node.clock().nanoTime()).isEqualTo(before);
  }
}
