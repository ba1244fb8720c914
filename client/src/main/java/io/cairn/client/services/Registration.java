package io.cairn.client.services;

import io.cairn.client.KeyRange;
import io.cairn.client.KvException;
import io.cairn.client.WatchBatch;
import io.cairn.client.WatchEvent;
import io.cairn.client.seams.ClientSeams;
import io.cairn.client.seams.Turns;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * An instance that is registered for as long as this lives: {@link Registry#register}. Its entry stands under a lease of its own, which is kept
 * alive; when that is lost, or the entry is, it is registered again as the next {@link #generation}, and that is tried for ever, with waits.
 *
 * <p>Safe for any number of threads; no call but {@link #close} and {@link #awaitRegistered} waits.
 */
public final class Registration implements AutoCloseable {
  /** To mark the entry and to revoke the lease: each a call with the client's deadline, which is 5 s mostly. */
  private static final long CLOSE_SECONDS = 15;

  private final Turns turns;
  private final Turns tellings;
  private final ClientSeams seams;
  private final String service;
  private final Registering registering;
  private final SteadyWatch watch;
  private final HealthRunner health;
  private final List<RegistrationListener> listeners = new CopyOnWriteArrayList<>();
  private final CountDownLatch registered = new CountDownLatch(1);
  private final CompletableFuture<Void> ended = new CompletableFuture<>();

  Registration(Store store, ClientSeams seams, String service, ServiceInstance instance, RegistrationOptions options) {
    this.seams = seams;
    this.service = service;
    this.turns = new Turns(seams.callbacks());
    this.tellings = new Turns(seams.callbacks());
    var key = ServiceKeys.key(service, instance.id());
    this.registering = new Registering(store, seams, turns, key, instance, options, new Telling());
    this.watch = new SteadyWatch(store, seams, KeyRange.single(key), new OwnEntry());
    this.health = options.check().map(check -> new HealthRunner(seams, turns, check, options.schedule(), registering::want)).orElse(null);
  }

  void begin() {
    watch.begin();
    turns.execute(registering::step);
    if (health != null) {
      turns.execute(health::begin);
    }
  }

  public String service() {
    return service;
  }

  /** As it describes itself now. */
  public ServiceInstance instance() {
    return registering.instance();
  }

  /** As of this very moment: while the lease is not surely alive it is not {@link RegistrationState#REGISTERED}. */
  public RegistrationState state() {
    return registering.state();
  }

  /** How often it has registered: 1 at first, one more each time that its entry had to be made anew. 0 before the first time. */
  public long generation() {
    return registering.generation();
  }

  public ServiceHealth health() {
    return registering.health();
  }

  public boolean isDraining() {
    return registering.lifecycle() != Lifecycle.UP;
  }

  /** What went wrong last, while it is {@link RegistrationState#REGISTERING}. */
  public Optional<KvException> cause() {
    return registering.cause();
  }

  /** Waits until it was registered for the first time, or has ended; false when that took longer. */
  public boolean awaitRegistered(Duration most) throws InterruptedException {
    return registered.await(most.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Describes the instance anew: another weight, say. @throws IllegalArgumentException with another id */
  public void update(ServiceInstance described) {
    if (!described.id().equals(instance().id())) {
      throw new IllegalArgumentException("an instance keeps its id, " + instance().id() + "; another one is registered beside it");
    }
    turns.execute(() -> registering.want(described));
  }

  /** Says how it fares. @throws IllegalStateException when a check does that */
  public void setHealth(ServiceHealth now) {
    if (health != null) {
      throw new IllegalStateException("a check says how " + instance().id() + " fares");
    }
    turns.execute(() -> registering.want(now));
  }

  /** Wants no new calls from now on, and says so. */
  public void drain() {
    turns.execute(() -> registering.want(Lifecycle.DRAINING));
  }

  /** Wants calls again. */
  public void resume() {
    turns.execute(() -> registering.want(Lifecycle.UP));
  }

  /** Drains for a while, then goes on purpose; the stage completes when the entry is gone, or will go with its lease. */
  public CompletionStage<Void> stop(Duration drainFor) {
    drain();
    seams.timers().after(drainFor, this::leave);
    return ended.copy();
  }

  private void leave() {
    turns.execute(() -> registering.want(Lifecycle.LEAVING));
  }

  /**
   * Goes at once and on purpose: returns when the entry is gone. Where the store cannot be reached nothing is thrown: the lease is not renewed
   * any more, and the entry goes within its TTL. Idempotent.
   */
  @Override
  public void close() {
    leave();
    try {
      ended.get(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      // What is left goes on without this thread, and ends by itself.
    }
  }

  public void addListener(RegistrationListener listener) {
    listeners.add(listener);
  }

  public void removeListener(RegistrationListener listener) {
    listeners.remove(listener);
  }

  private void tell(java.util.function.Consumer<RegistrationListener> what) {
    for (RegistrationListener listener : listeners) {
      tellings.execute(() -> what.accept(listener));
    }
  }

  private final class Telling implements Registering.Told {
    @Override
    public void state(RegistrationState now) {
      tell(listener -> listener.changed(Registration.this, now));
      if (now != RegistrationState.REGISTERING) {
        registered.countDown();
      }
      if (now == RegistrationState.ENDED) {
        watch.close();
        if (health != null) {
          health.close();
        }
        ended.complete(null);
      }
    }

    @Override
    public void lifecycle(Lifecycle now) {
      tell(listener -> listener.draining(Registration.this, now != Lifecycle.UP));
    }
  }

  /** What becomes of the entry, whoever changes it. */
  private final class OwnEntry implements SteadyWatch.Follower {
    @Override
    public void begins() {}

    @Override
    public void batch(WatchBatch batch) {
      for (WatchEvent event : batch.events()) {
        turns.execute(() -> registering.seen(event.revision(), event.isPut() ? Optional.of(event.kv()) : Optional.empty()));
      }
    }

    @Override
    public void connected(boolean now) {}
  }
}
