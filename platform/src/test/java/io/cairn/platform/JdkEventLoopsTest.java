package io.cairn.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a loop on a thread promises. */
class JdkEventLoopsTest {
  private final AtomicReference<Throwable> failed = new AtomicReference<>();
  private final AtomicReference<EventLoop> failedLoop = new AtomicReference<>();
  private final JdkEventLoops loops = new JdkEventLoops(true, (loop, cause) -> {
    failedLoop.set(loop);
    failed.set(cause);
  });
  private final EventLoop loop = loops.start("test-loop");

  @AfterEach
  void stop() {
    loops.stop(loop);
    assertThat(loops.awaitEnd(loop, TimeUnit.SECONDS.toNanos(10))).isTrue();
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }

  @Test
  void tasksOfEveryGiverRunInTheOrderTheyWereGiven() {
    int givers = 4;
    int each = 20_000;
    int[][] seen = new int[givers][1];
    var outOfOrder = new AtomicInteger();
    var done = new CountDownLatch(givers * each);
    List<EventLoop> others = new ArrayList<>();
    for (int giver = 0; giver < givers; giver++) {
      int[] next = seen[giver];
      EventLoop other = loops.start("giver-" + giver);
      others.add(other);
      other.execute(() -> {
        for (int i = 0; i < each; i++) {
          int number = i;
          loop.execute(() -> {
            if (next[0]++ != number || !loop.inLoop()) {
              outOfOrder.incrementAndGet();
            }
            done.countDown();
          });
        }
      });
    }
    await(done);
    assertThat(outOfOrder).hasValue(0);
    others.forEach(loops::stop);
  }

  /** Each ball goes to a loop that has most likely just gone to sleep: a lost wake-up would end the game. */
  @Test
  void noWakeUpIsLost() {
    EventLoop other = loops.start("other");
    var left = new CountDownLatch(50_000);
    Runnable[] ball = new Runnable[1];
    ball[0] = () -> {
      left.countDown();
      if (left.getCount() > 0) {
        (loop.inLoop() ? other : loop).execute(ball[0]);
      }
    };
    loop.execute(ball[0]);
    await(left);
    loops.stop(other);
  }

  @Test
  void timersRunInTheOrderOfTheirDeadlinesAndNeverEarly() {
    List<Integer> order = Collections.synchronizedList(new ArrayList<>());
    var done = new CountDownLatch(3);
    var early = new AtomicInteger();
    long start = System.nanoTime();
    int[] delaysMillis = {30, 10, 20};
    loop.execute(() -> {
      for (int millis : delaysMillis) {
        loop.schedule(TimeUnit.MILLISECONDS.toNanos(millis), () -> {
          order.add(millis);
          early.addAndGet(System.nanoTime() - start < TimeUnit.MILLISECONDS.toNanos(millis) ? 1 : 0);
          done.countDown();
        });
      }
    });
    await(done);
    assertThat(order).containsExactly(10, 20, 30);
    assertThat(early).hasValue(0);
  }

  @Test
  void aCancelledTimerDoesNotRun() {
    var ran = new AtomicInteger();
    var done = new CountDownLatch(1);
    EventLoop.Timer fromOutside = loop.schedule(TimeUnit.MILLISECONDS.toNanos(20), ran::incrementAndGet);
    fromOutside.cancel();
    fromOutside.cancel();
    loop.execute(() -> {
      EventLoop.Timer inside = loop.schedule(0, ran::incrementAndGet);
      inside.cancel();
      loop.schedule(TimeUnit.MILLISECONDS.toNanos(40), done::countDown);
    });
    await(done);
    assertThat(ran).hasValue(0);
  }

  @Test
  void aBusyInboxDoesNotStarveTimers() {
    var done = new CountDownLatch(1);
    Runnable[] again = new Runnable[1];
    again[0] = () -> {
      if (done.getCount() > 0) {
        loop.execute(again[0]);
      }
    };
    loop.execute(again[0]);
    loop.schedule(1_000_000, done::countDown);
    await(done);
  }

  @Test
  void afterStopWhatWasAcceptedRunsAndWhatComesLaterIsDropped() {
    EventLoop stopped = loops.start("stopped");
    var gate = new CountDownLatch(1);
    var ran = new AtomicInteger();
    stopped.execute(() -> await(gate));
    for (int i = 0; i < 1000; i++) {
      stopped.execute(ran::incrementAndGet);
    }
    loops.stop(stopped);
    stopped.execute(() -> ran.addAndGet(1_000_000));
    gate.countDown();
    assertThat(loops.awaitEnd(stopped, TimeUnit.SECONDS.toNanos(30))).isTrue();
    stopped.execute(() -> ran.addAndGet(1_000_000));
    assertThat(ran).hasValue(1000);
  }

  @Test
  void aTaskThatThrowsEndsTheLoopAndIsTold() {
    EventLoop broken = loops.start("broken");
    var ran = new AtomicInteger();
    broken.execute(() -> {
      broken.execute(ran::incrementAndGet);
      throw new IllegalStateException("half done");
    });
    assertThat(loops.awaitEnd(broken, TimeUnit.SECONDS.toNanos(30))).isTrue();
    assertThat(failed.get()).hasMessage("half done");
    assertThat(failedLoop.get()).isSameAs(broken);
    assertThat(ran).hasValue(0);
  }

  @Test
  void aLoopKnowsItsThreadAndItsName() {
    var name = new AtomicReference<String>();
    var done = new CountDownLatch(1);
    loop.execute(() -> loop.run(() -> {
      name.set(Thread.currentThread().getName());
      done.countDown();
    }));
    await(done);
    assertThat(name).hasValue("test-loop");
    assertThat(loop.inLoop()).isFalse();
    assertThat(loop.name()).isEqualTo("test-loop");
  }

  @Test
  void aLoopOfAnotherKindIsRefused() {
    EventLoop foreign = new EventLoop() {
      @Override
      public String name() {
        return "foreign";
      }

      @Override
      public boolean inLoop() {
        return false;
      }

      @Override
      public void execute(Runnable task) {}

      @Override
      public Timer schedule(long delayNanos, Runnable task) {
        return () -> {};
      }
    };
    assertThatThrownBy(() -> loops.stop(foreign)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("foreign");
  }
}
