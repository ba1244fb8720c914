package io.cairn.client;

import io.cairn.platform.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * The keys of a range in memory, kept up to date by a watch: {@link KvClient#cache}. A read costs no network; what it shows is what was
 * current {@link #staleness} ago, and each key never goes back. Whoever needs what was acknowledged elsewhere names its revision:
 * {@link #get(ByteSeq, long, Duration)}.
 *
 * <p>It lasts through whatever becomes of nodes and connections. When it was away for so long that events are compacted, it reads what is
 * different; until it has read all of that it shows what was, and its {@link #revision} stands still. What it holds is bounded: a range that grows beyond ends the cache, and its
 * reads say so.
 */
public final class KvCache implements AutoCloseable {
  /** What a key takes beside its bytes: it stands in the cache, and its watch remembers it. */
  private static final int KEY_OVERHEAD_BYTES = 320;

  private final KvClient client;
  private final KeyRange range;
  private final long bytesMax;
  private final Clock clock;
  private final ConcurrentSkipListMap<ByteSeq, KeyValue> keys = new ConcurrentSkipListMap<>();
  private final ConcurrentHashMap<ByteSeq, CompletableFuture<KeyValue>> loads = new ConcurrentHashMap<>();
  private final List<WatchListener> listeners = new CopyOnWriteArrayList<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Watch watch;
  /** Parts of a difference of which the end has not come: until then all stays as it was at one revision. */
  private final List<WatchBatch> heldBack = new ArrayList<>();
  private long heldBytes;
  private long bytes;
  private boolean synced;
  private volatile long revision;
  private volatile long toldAt;
  private volatile RefusedException overflow;

  KvCache(KvClient client, KeyRange range, long bytesMax, Clock clock, Function<WatchListener, Watch> watcher) {
    this.client = client;
    this.range = range;
    this.bytesMax = bytesMax;
    this.clock = clock;
    this.toldAt = clock.nanoTime();
    this.watch = watcher.apply(new Keeper());
    this.watch.start();
  }

  /** Waits until the keys there are have come; false when that took longer. */
  public boolean awaitSynced(Duration most) throws InterruptedException {
    return await(() -> synced, most);
  }

  /**
   * What the key is here, without waiting.
   *
   * @throws RefusedException when nothing has come yet, or the cache has failed or was closed
   */
  public Optional<KeyValue> get(ByteSeq key) {
    check(key);
    if (revision == 0) {
      throw new RefusedException(RefusedCode.UNAVAILABLE, "The cache of " + range + " has not read its keys yet; wait with awaitSynced");
    }
    return Optional.ofNullable(keys.get(key));
  }

  public Optional<KeyValue> get(String key) {
    return get(ByteSeq.utf8(key));
  }

  /**
   * What the key is here once the cache has come to {@code atLeast}: an answer's revision, of which the effect is then seen.
   *
   * @throws RefusedException with {@link RefusedCode#DEADLINE} when it does not come there within {@code most}
   */
  public Optional<KeyValue> get(ByteSeq key, long atLeast, Duration most) throws InterruptedException {
    check(key);
    if (revision < atLeast) {
      watch.requestProgress(atLeast);
    }
    if (!await(() -> synced && revision >= atLeast, most)) {
      check(key);
      throw new RefusedException(RefusedCode.DEADLINE, "The cache of " + range + " is at revision " + revision + ", and did not come to "
          + atLeast + " within " + most);
    }
    return Optional.ofNullable(keys.get(key));
  }

  /**
   * All keys, in order, as they were at one revision.
   *
   * @throws RefusedException when the cache has failed or was closed
   */
  public List<KeyValue> snapshot() {
    lock.lock();
    try {
      check();
      return List.copyOf(keys.values());
    } finally {
      lock.unlock();
    }
  }

  /**
   * What the key is; when there is none, what {@code loader} gives is put, and that. However many ask for a missing key at once,
   * it is loaded once for all of them. What another client has put meanwhile stays, and is what is shown.
   *
   * @param most how long is waited for another caller's load, and for the cache to come to what was put
   * @throws RuntimeException what {@code loader} throws, for each of those who waited for it; the next one tries again
   */
  public KeyValue getOrLoad(ByteSeq key, Function<ByteSeq, ByteSeq> loader, Duration most) throws InterruptedException {
    Optional<KeyValue> here = get(key);
    if (here.isPresent()) {
      return here.get();
    }
    CompletableFuture<KeyValue> load = new CompletableFuture<>();
    CompletableFuture<KeyValue> underWay = loads.putIfAbsent(key, load);
    if (underWay != null) {
      return result(key, underWay, most);
    }
    try {
      load.complete(load(key, loader, most));
    } catch (RuntimeException | Error e) {
      load.completeExceptionally(e);
      throw e;
    } catch (InterruptedException e) {
      load.completeExceptionally(new RefusedException(RefusedCode.INTERRUPTED, "The load of " + key + " was interrupted; ask again"));
      throw e;
    } finally {
      loads.remove(key, load);
    }
    return load.join();
  }

  private KeyValue load(ByteSeq key, Function<ByteSeq, ByteSeq> loader, Duration most) throws InterruptedException {
    Optional<KeyValue> present = client.get(key).found(); // The cache may be behind.
    if (present.isPresent()) {
      return present.get();
    }
    ByteSeq value = Objects.requireNonNull(loader.apply(key), "the value that was loaded");
    SwapResult put = client.putIfAbsent(key, value);
    KeyValue stands = put.found().orElseGet(() -> new KeyValue(key, value, put.revision(), put.revision(), 1, 0));
    try {
      return get(key, stands.modRevision(), most).orElse(stands); // Deleted again since, if it is not there.
    } catch (RefusedException e) {
      return stands; // It was put, whatever became of the cache.
    }
  }

  private static KeyValue result(ByteSeq key, CompletableFuture<KeyValue> load, Duration most) throws InterruptedException {
    try {
      return load.get(most.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new RefusedException(RefusedCode.DEADLINE, "The load of " + key + " by another caller did not end within " + most);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException("the load that was waited for has failed", e.getCause());
    }
  }

  /** Up to here it shows everything; 0 before it has read its keys. */
  public long revision() {
    return revision;
  }

  /** How long ago its node last said that nothing is missing here. */
  public Duration staleness() {
    return Duration.ofNanos(Math.max(0, clock.nanoTime() - toldAt));
  }

  public WatchState state() {
    return overflow != null ? WatchState.FAILED : watch.state();
  }

  /** Why it has failed, or why it is not told anything at present. */
  public Optional<KvException> failure() {
    return overflow != null ? Optional.of(overflow) : watch.failure();
  }

  /** Keys here. */
  public int size() {
    return keys.size();
  }

  /** Is told of each batch once it is in the cache, in order, on the client's callback threads; {@code remove} ends that. */
  public Runnable listen(WatchListener listener) {
    listeners.add(Objects.requireNonNull(listener, "listener"));
    return () -> listeners.remove(listener);
  }

  @Override
  public void close() {
    watch.close();
  }

  private void check(ByteSeq key) {
    if (!range.contains(key)) {
      throw new IllegalArgumentException(key + " does not lie in the cache's range " + range);
    }
    check();
  }

  private void check() {
    WatchState state = state();
    if (state == WatchState.FAILED || state == WatchState.CLOSED) {
      KvException why = failure().orElseGet(() -> new RefusedException(RefusedCode.CLOSED, "The cache was closed"));
      throw why;
    }
  }

  private interface Claim {
    boolean holds();
  }

  private boolean await(Claim condition, Duration most) throws InterruptedException {
    long left = most.toNanos();
    lock.lockInterruptibly();
    try {
      while (!condition.holds() && left > 0 && state() != WatchState.FAILED && state() != WatchState.CLOSED) {
        left = changed.awaitNanos(left);
      }
      return condition.holds();
    } finally {
      lock.unlock();
    }
  }

  /** Keeps it up to date. */
  private final class Keeper implements WatchListener {
    @Override
    public void batch(WatchBatch batch) {
      if (overflow != null) {
        return; // On its way when the watch was closed.
      }
      var taken = new ArrayList<WatchBatch>();
      lock.lock();
      try {
        if (batch.kind() == WatchBatch.Kind.RESYNC) {
          heldBack.add(batch);
          heldBytes += batch.events().stream().mapToLong(event -> weight(event.kv())).sum();
        } else {
          taken.addAll(heldBack);
          taken.add(batch);
          taken.forEach(each -> each.events().forEach(this::apply));
          letGo();
        }
        if (bytes > bytesMax || heldBytes > bytesMax) {
          overflow = new RefusedException(RefusedCode.ANSWER_TOO_LARGE, "The cache of " + range + " would hold more than its " + bytesMax
              + " bytes and has ended; give it more, or a smaller range");
          keys.clear();
          letGo();
        } else if (batch.kind() != WatchBatch.Kind.STATE && batch.kind() != WatchBatch.Kind.RESYNC) {
          synced = true;
          revision = batch.revision();
          toldAt = clock.nanoTime();
        }
        changed.signalAll();
      } finally {
        lock.unlock();
      }
      if (overflow == null) {
        taken.forEach(each -> listeners.forEach(listener -> listener.batch(each)));
      } else {
        watch.close();
        tell(WatchState.FAILED, Optional.of(overflow));
      }
    }

    private void letGo() {
      heldBack.clear();
      heldBytes = 0;
    }

    private void apply(WatchEvent event) {
      KeyValue before = event.isPut() ? keys.put(event.key(), event.kv()) : keys.remove(event.key());
      bytes += event.isPut() ? weight(event.kv()) : 0;
      bytes -= before == null ? 0 : weight(before);
    }

    private long weight(KeyValue kv) {
      return KEY_OVERHEAD_BYTES + 2L * kv.key().size() + kv.value().size();
    }

    @Override
    public void stateChanged(WatchState state, Optional<KvException> why) {
      if (overflow == null) {
        tell(state, why);
      }
    }

    private void tell(WatchState state, Optional<KvException> why) {
      lock.lock();
      try {
        changed.signalAll();
      } finally {
        lock.unlock();
      }
      listeners.forEach(listener -> listener.stateChanged(state, why));
    }
  }
}
