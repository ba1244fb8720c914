package io.cairn.client.services;

import io.cairn.client.WatchBatch;
import io.cairn.client.WatchEvent;
import io.cairn.client.seams.ClientSeams;
import io.cairn.client.services.choosers.Chooser;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The instances of a service in memory, kept up to date by a watch until this is closed: {@link Discovery#service}. A look costs no network.
 *
 * <p>While the store is away it shows what it knew last, and says how old that is ({@link #staleness}). When entries vanish in a storm it keeps
 * showing them, as suspected, within bounds ({@link DiscoveryOptions}); those that go on purpose go at once. Safe for any number of threads; make
 * one of a service and share it.
 */
public final class ServiceView implements AutoCloseable {
  private final ClientSeams seams;
  private final SteadyWatch watch;
  private final List<ListenerTurn> listeners = new CopyOnWriteArrayList<>();
  private final CountDownLatch synced = new CountDownLatch(1);
  private final Members members;
  private final ConnectedTime time = new ConnectedTime();
  private Runnable timer = () -> { };
  private volatile ServiceSnapshot now;
  private volatile long toldAt;
  private volatile boolean connected;

  ServiceView(Store store, ClientSeams seams, String service, DiscoveryOptions options) {
    this.seams = seams;
    this.members = new Members(service, options);
    this.now = members.snapshot(0);
    this.toldAt = seams.nanoTime().getAsLong();
    this.watch = new SteadyWatch(store, seams, ServiceKeys.range(service), new Following());
  }

  void begin() {
    watch.begin();
  }

  /** What is known now. */
  public ServiceSnapshot now() {
    return now;
  }

  /** All instances that are known now: {@link ServiceSnapshot#instances}. */
  public List<KnownInstance> instances() {
    return now.instances();
  }

  /** Those that calls may go to now: {@link ServiceSnapshot#candidates}. */
  public List<KnownInstance> candidates() {
    return now.candidates();
  }

  /** One that a call may go to; empty when nobody is known. */
  public Optional<KnownInstance> choose(Chooser chooser) {
    return chooser.choose(now.candidates());
  }

  /** The same for a call that belongs to a key: {@link io.cairn.client.services.choosers.ConsistentHash} looks at that. */
  public Optional<KnownInstance> choose(Chooser chooser, String key) {
    return chooser.choose(now.candidates(), key);
  }

  /** Waits until the instances there are have come; false when that took longer. */
  public boolean awaitSynced(Duration most) throws InterruptedException {
    return synced.await(most.toNanos(), TimeUnit.NANOSECONDS);
  }

  public boolean isSynced() {
    return synced.getCount() == 0;
  }

  /** Whether it is told what happens at present. While it is not, it shows what it knew last. */
  public boolean isConnected() {
    return connected;
  }

  /** How long ago it was last told that nothing is missing here; about a second at most while all is well. */
  public Duration staleness() {
    return Duration.ofNanos(Math.max(0, seams.nanoTime().getAsLong() - toldAt));
  }

  /** Is told of changes from now on, those that come while it is busy as one; {@code run} of what is returned ends that. */
  public Runnable listen(ServiceListener listener) {
    ListenerTurn turn = new ListenerTurn(Objects.requireNonNull(listener, "listener"), seams.callbacks(), this::now);
    listeners.add(turn);
    return () -> listeners.remove(turn);
  }

  /** What it knew last stays to be looked at. */
  @Override
  public void close() {
    watch.close();
    synchronized (members) {
      timer.run();
      timer = null;
    }
  }

  private long connectedNow() {
    return time.at(seams.nanoTime().getAsLong());
  }

  /** With the members' lock. */
  private void publish(long revision) {
    members.forget(connectedNow());
    ServiceSnapshot before = now;
    ServiceSnapshot after = members.snapshot(revision);
    now = after;
    if (!after.showsAs(before)) {
      listeners.forEach(ListenerTurn::look);
    }
    if (timer != null) {
      timer.run();
      long next = members.nextIn(connectedNow());
      timer = next < 0 || !time.isConnected() ? () -> { } : seams.timers().after(Duration.ofNanos(next), this::due);
    }
  }

  private void due() {
    synchronized (members) {
      if (timer != null) {
        publish(now.revision());
      }
    }
  }

  private final class Following implements SteadyWatch.Follower {
    @Override
    public void begins() {
      synchronized (members) {
        members.stateBegins();
      }
    }

    @Override
    public void batch(WatchBatch batch) {
      synchronized (members) {
        for (WatchEvent event : batch.events()) {
          if (event.isPut()) {
            members.put(event.kv(), connectedNow());
          } else {
            members.delete(event.key(), connectedNow());
          }
        }
        if (batch.kind() == WatchBatch.Kind.STATE || batch.kind() == WatchBatch.Kind.RESYNC) {
          return; // A part: more of it comes.
        }
        members.stateEnds(connectedNow());
        publish(batch.revision());
      }
      toldAt = seams.nanoTime().getAsLong();
      synced.countDown();
    }

    @Override
    public void connected(boolean is) {
      synchronized (members) {
        time.connected(is, seams.nanoTime().getAsLong());
        connected = is;
        publish(now.revision());
      }
    }
  }
}
