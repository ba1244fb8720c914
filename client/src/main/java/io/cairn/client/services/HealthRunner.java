package io.cairn.client.services;

import io.cairn.client.seams.ClientSeams;
import io.cairn.client.seams.Turns;
import io.cairn.client.services.health.HealthCheck;
import io.cairn.client.services.health.HealthSchedule;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** Makes a check again and again, one at a time, in the turns of its registration; tells when enough results agree. */
final class HealthRunner implements AutoCloseable {
  private final ClientSeams seams;
  private final Turns turns;
  private final HealthCheck check;
  private final HealthSchedule schedule;
  private final Consumer<ServiceHealth> told;
  private Runnable timer = () -> { };
  private CompletionStage<Void> underWay = CompletableFuture.completedFuture(null);
  private ServiceHealth health;
  /** Results in a row that say otherwise than {@link #health}. */
  private int against;
  private long number;
  private boolean closed;

  HealthRunner(ClientSeams seams, Turns turns, HealthCheck check, HealthSchedule schedule, Consumer<ServiceHealth> told) {
    this.seams = seams;
    this.turns = turns;
    this.check = check;
    this.schedule = schedule;
    this.told = told;
  }

  void begin() {
    if (closed) {
      return;
    }
    long now = ++number;
    timer = seams.timers().after(schedule.timeout(), () -> turns.execute(() -> ended(now, ServiceHealth.FAILING)));
    try {
      underWay = Objects.requireNonNull(check.check(), "the stage of a check");
    } catch (RuntimeException e) {
      underWay = CompletableFuture.failedFuture(e);
    }
    underWay.whenComplete((done, why) ->
        turns.execute(() -> ended(now, why == null ? ServiceHealth.PASSING : ServiceHealth.FAILING)));
  }

  private void ended(long of, ServiceHealth result) {
    if (of != number || closed) {
      return; // Its time was over, or it has ended already.
    }
    number++;
    timer.run();
    if (underWay instanceof CompletableFuture<Void> future) {
      future.cancel(true); // Of a check whose time is over: it may hold a connection.
    }
    count(result);
    timer = seams.timers().after(schedule.interval(), () -> turns.execute(this::begin));
  }

  private void count(ServiceHealth result) {
    against = result == health ? 0 : against + 1;
    int enough = health == null ? 1 : result == ServiceHealth.FAILING ? schedule.fall() : schedule.rise();
    if (against >= enough) {
      health = result;
      against = 0;
      told.accept(result);
    }
  }

  @Override
  public void close() {
    closed = true;
    timer.run();
  }
}
