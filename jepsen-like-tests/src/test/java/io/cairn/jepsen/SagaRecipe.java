package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.client.ByteSeq;
import io.cairn.client.KeyRange;
import io.cairn.client.KvClient;
import io.cairn.client.KvLock;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.jepsen.cluster.LocalCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** docs/recipes/saga.md: the code that it shows is here, between the lines that say recipe, and runs in {@link RecipePagesTest}. */
abstract class SagaRecipe {
  private static final Duration MOST = Duration.ofSeconds(30);

  // recipe: step
  interface Step {
    /** May run twice, and half. @throws CannotBe the trip is off: what was done is to be undone */
    void run(KvClient kv, String trip) throws CannotBe;

    /** May run twice, and after a run that was cut off, or never began. */
    void undo(KvClient kv, String trip);
  }

  static final class CannotBe extends Exception {
    CannotBe(String why) {
      super(why);
    }
  }
  // end

  // recipe: progress
  /** Forward: so many steps are done. Backward: so many are still to be undone. */
  record Progress(boolean forward, int steps) {
    static Progress of(String text) {
      String[] parts = text.split(" ");
      return new Progress(parts[0].equals("forward"), Integer.parseInt(parts[1]));
    }

    String text() {
      return (forward ? "forward " : "backward ") + steps;
    }

    boolean isOver(int all) {
      return steps == (forward ? all : 0);
    }
  }
  // end

  // recipe: saga
  /** Takes a trip to its end, from wherever it was left: every step done, or every one undone. */
  static Progress take(KvClient client, String trip, List<Step> steps) {
    KvLock lock = client.lock("trips/" + trip);
    lock.lock();
    try {
      KvClient kv = lock.kv(); // Whoever lost the lock writes nothing any more: neither a step's effect nor how far it is.
      String key = "trips/" + trip + "/progress";
      Progress now = Progress.of(kv.get(key).valueUtf8().orElse("forward 0"));
      while (!now.isOver(steps.size())) {
        now = next(kv, trip, steps, now);
        kv.put(key, now.text());
      }
      return now;
    } finally {
      lock.unlock();
    }
  }

  private static Progress next(KvClient kv, String trip, List<Step> steps, Progress now) {
    if (!now.forward()) {
      steps.get(now.steps() - 1).undo(kv, trip);
      return new Progress(false, now.steps() - 1);
    }
    try {
      steps.get(now.steps()).run(kv, trip);
      return new Progress(true, now.steps() + 1);
    } catch (CannotBe e) {
      return new Progress(false, now.steps() + 1); // This one too: part of it may be done.
    }
  }
  // end

  // recipe: booking
  record Booking(String what) implements Step {
    @Override
    public void run(KvClient kv, String trip) throws CannotBe {
      if (kv.get("sold-out/" + what).found().isPresent()) {
        throw new CannotBe(what + " is sold out");
      }
      kv.put("booked/" + trip + "/" + what, "yes");
    }

    @Override
    public void undo(KvClient kv, String trip) {
      kv.delete("booked/" + trip + "/" + what);
    }
  }
  // end

  /** A booking during which its process stands still; all others go through. */
  private static Step pausing(Booking booking, CountDownLatch reached, CountDownLatch awake) {
    return new Step() {
      @Override
      public void run(KvClient kv, String trip) throws CannotBe {
        booking.run(kv, trip);
        reached.countDown();
        try {
          awake.await();
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }

      @Override
      public void undo(KvClient kv, String trip) {
        booking.undo(kv, trip);
      }
    };
  }

  /** Notes in which order steps are undone. */
  private static Step noting(Booking booking, List<String> undone) {
    return new Step() {
      @Override
      public void run(KvClient kv, String trip) throws CannotBe {
        booking.run(kv, trip);
      }

      @Override
      public void undo(KvClient kv, String trip) {
        undone.add(booking.what());
        booking.undo(kv, trip);
      }
    };
  }

  @Test
  @DisplayName("a process stands still in the middle: another one goes on, cannot, and undoes all in reverse; the first wakes and can write nothing")
  void undoneByAnother(LocalCluster cluster) throws Exception {
    try (KvClient first = cluster.client(MOST); KvClient second = cluster.client(MOST)) {
      var reached = new CountDownLatch(1);
      var awake = new CountDownLatch(1);
      var taking = new CompletableFuture<Progress>();
      List<Step> pausing = List.of(new Booking("flight"), pausing(new Booking("hotel"), reached, awake), new Booking("car"));
      Thread.ofVirtual().start(() -> {
        try {
          taking.complete(take(first, "t1", pausing));
        } catch (RuntimeException e) {
          taking.completeExceptionally(e);
        }
      });
      assertThat(reached.await(60, TimeUnit.SECONDS)).isTrue();
      assertThat(second.get("trips/t1/progress").valueUtf8()).contains("forward 1");
      second.put("sold-out/car", "yes");
      second.leases().revoke(second.range(KeyRange.prefix(ByteSeq.utf8("{trips/t1}/lock/"))).keyValues().get(0).lease());
      cluster.leaderOf("trips/").kill();
      var undone = new ArrayList<String>();
      List<Step> steps = List.of(noting(new Booking("flight"), undone), noting(new Booking("hotel"), undone), noting(new Booking("car"), undone));
      assertThat(take(second, "t1", steps)).isEqualTo(new Progress(false, 0));
      assertThat(undone).containsExactly("car", "hotel", "flight");
      awake.countDown();
      assertThatThrownBy(() -> taking.get(60, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class).cause()
          .isInstanceOfSatisfying(RefusedException.class, refused -> assertThat(refused.code()).isEqualTo(RefusedCode.GUARD_PASSED));
      assertThat(second.range(KeyRange.prefix("booked/t1/")).keyValues()).isEmpty();
      second.delete("sold-out/car");
      assertThat(take(second, "t2", steps)).isEqualTo(new Progress(true, 3));
      assertThat(second.range(KeyRange.prefix("booked/t2/")).keyValues()).hasSize(3);
    }
  }
}
