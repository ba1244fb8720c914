package io.cairn.client.core;

import io.cairn.client.ByteSeq;
import io.cairn.client.AddResult;
import io.cairn.client.DeleteRangeResult;
import io.cairn.client.DeleteResult;
import io.cairn.client.KeyRange;
import io.cairn.client.KvException;
import io.cairn.client.PutResult;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.TxnResult;
import io.cairn.client.WatchOptions;
import io.cairn.platform.Clock;
import io.cairn.platform.EventLoop;
import io.cairn.platform.RandomSource;
import io.cairn.protocol.link.Handshake;
import io.cairn.protocol.link.Link;
import io.cairn.protocol.link.LinkSettings;
import io.cairn.protocol.transport.HostPort;
import io.cairn.protocol.transport.Transport;
import io.cairn.protocol.wire.Command;
import io.cairn.protocol.wire.Delete;
import io.cairn.protocol.wire.Role;
import io.cairn.protocol.wire.ShardMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;

/**
 * The client below its threads: everything it does, on one loop, on the seams. {@link io.cairn.client.KvClient} runs it on
 * sockets, the simulator in virtual time.
 *
 * <p>{@link #start} and {@link #close} may be called from any thread; all else happens on the loop.
 */
public final class ClientCore implements AutoCloseable {

  private static final long MAP_FETCH_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long RECONNECT_NANOS_MIN = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long RECONNECT_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(1_500);

  private final EventLoop loop;
  private final Clock clock;
  private final RandomSource random;
  private final RandomSource ids;
  private final ClientSettings settings;
  private final Cluster cluster;

  /** What callers have started and the loop has not seen: one wake-up serves all that gathers meanwhile. */
  private final ConcurrentLinkedQueue<Started<?>> inbox = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean inboxScheduled = new AtomicBoolean();
  /** Of every call from {@link #start} to its end, also those still in the inbox. */
  private final AtomicLong openBytes = new AtomicLong();
  private volatile boolean closed;

  private final Set<Call<?>> open = new LinkedHashSet<>();
  private Set<Call<?>> parked = new LinkedHashSet<>();
  private final Set<WatchCall> watches = new LinkedHashSet<>();
  private Set<WatchCall> watchesThatWait = new LinkedHashSet<>();
  private final Map<Integer, SequenceLane> lanes = new LinkedHashMap<>();
  private final LeaseKeeper keeper;
  private String clusterId = "";
  private MapCall mapCall;
  private long wantedEpoch;
  private long seen;

  /**
   * @param loop one of the transport's
   * @param random for waits and for client ids: unforeseeable in production, since an id tells one client's writes from
   *     another's, and seeded in a simulation
   */
  public ClientCore(EventLoop loop, Clock clock, Transport transport, RandomSource random, ClientSettings settings) {
    this.loop = loop;
    this.clock = clock;
    this.random = random.split("client-waits");
    this.ids = random.split("client-ids");
    this.settings = settings;
    this.keeper = new LeaseKeeper(this, loop, clock);
    RandomSource reconnects = random.split("client-reconnects");
    BiFunction<HostPort, NodeLink.Watcher, NodeLink> opener = (address, watcher) -> new NodeConnection(
        watcher,
        listener -> new Link(
            transport, loop, address,
            () -> Handshake.hello(Role.CLIENT).setSoftware("cairn-client").setClusterId(clusterId).build(),
            linkSettings(settings), clock, reconnects, listener));
    this.cluster = new Cluster(settings.endpoints(), loop, clock, random.split("client-order"), opener, this::connectionsChanged);
  }

  private static LinkSettings linkSettings(ClientSettings settings) {
    LinkSettings defaults = LinkSettings.defaults();
    return defaults
        .withTimeouts(settings.connectNanos(), settings.connectNanos())
        .withBackoff(RECONNECT_NANOS_MIN, RECONNECT_NANOS_MAX)
        .withBytes(defaults.frameBytesMax(), settings.openBytesMax(), defaults.oneWayPendingBytesMax());
  }

  /** Something under way, for whoever started it. */
  public interface Pending {
    /** Ends it now: as refused when it certainly had no effect, as of unknown outcome otherwise. From any thread. */
    void interrupt();
  }

  /**
   * Starts an operation. From any thread; how it ends is heard on the loop, or, when the client is closed or full, from within
   * this very call.
   *
   * @param timeoutNanos from now to its end at the latest
   */
  public <T> Pending start(Operation<T> operation, long timeoutNanos, Completion<T> completion) {
    long now = clock.nanoTime();
    Started<T> started = new Started<>(this, operation, new Deadline(now, now + timeoutNanos), completion);
    RefusedException fault = operation.fault();
    if (fault != null) {
      completion.failed(fault);
      return started;
    }
    if (closed) {
      started.refuse(RefusedCode.CLOSED, "The client is closed");
      return started;
    }
    long bytes = operation.bytes();
    long sum = openBytes.addAndGet(bytes);
    if (sum > settings.openBytesMax() && sum != bytes) {
      release(bytes);
      started.refuse(RefusedCode.OVERLOADED, "Calls of " + settings.openBytesMax() + " bytes are open in this client, its most");
      return started;
    }
    inbox.add(started);
    if (closed) {
      refuseInbox();
    } else if (inboxScheduled.compareAndSet(false, true)) {
      loop.execute(this::drainInbox);
    }
    return started;
  }

  /** A watch, to be begun with {@link WatchCall#start}; what it shows, and its end, comes on the loop. */
  public WatchCall watch(KeyRange range, WatchOptions options, WatchSink sink) {
    return new WatchCall(this, range, options, sink);
  }

  void watchBegins(WatchCall watch) {
    watches.add(watch);
    if (closed) {
      watch.clientClosed();
    }
  }

  void watchEnded(WatchCall watch) {
    watches.remove(watch);
    watchesThatWait.remove(watch);
  }

  /** Wakes the watch when a connection has come or gone. */
  void awaitConnection(WatchCall watch) {
    watchesThatWait.add(watch);
  }

  private void drainInbox() {
    inboxScheduled.set(false);
    for (Started<?> next = inbox.poll(); next != null; next = inbox.poll()) {
      next.begin();
    }
  }

  private void refuseInbox() {
    for (Started<?> next = inbox.poll(); next != null; next = inbox.poll()) {
      release(next.bytes());
      next.refuse(RefusedCode.CLOSED, "The client was closed");
    }
  }

  /** Ends every open call and all connections. From any thread; idempotent. The loop stays its owner's. */
  @Override
  public void close() {
    closed = true;
    loop.run(() -> {
      refuseInbox();
      keeper.close();
      for (Call<?> call : List.copyOf(open)) {
        call.giveUp(RefusedCode.CLOSED, "The client was closed");
      }
      List.copyOf(watches).forEach(WatchCall::clientClosed);
      cluster.close();
    });
  }

  /** What keeps this client's leases alive. */
  public LeaseKeeper keeper() {
    return keeper;
  }

  /** The sum of what open calls hold, for tests and metrics. From any thread. */
  public long openBytes() {
    return openBytes.get();
  }

  /** Runs something after a wait as between two sendings of a call. From any thread. @param tried waits before this one, from 0 */
  public void pause(int tried, long nanosMax, Runnable then) {
    loop.execute(() -> loop.schedule(Math.min(nanosMax, Backoff.nanos(tried, random)), then));
  }

  // What follows is for calls, on the loop.

  EventLoop loop() {
    return loop;
  }

  long nowNanos() {
    return clock.nanoTime();
  }

  RandomSource random() {
    return random;
  }

  /** A number that nobody else has drawn. */
  long newId() {
    return ids.nextLong();
  }

  boolean isClosed() {
    return closed;
  }

  ClientSettings settings() {
    return settings;
  }

  Cluster cluster() {
    return cluster;
  }

  /** The highest revision that any answer has shown; it never goes back. */
  long seen() {
    return seen;
  }

  void saw(long revision) {
    seen = Math.max(seen, revision);
  }

  SequenceLane lane(int shard) {
    return lanes.computeIfAbsent(shard, id -> new SequenceLane(ids.nextLong(), ids.nextLong(), settings.openSequencesMax()));
  }

  <C extends Call<?>> C begin(C call) {
    open.add(call);
    if (closed) {
      call.giveUp(RefusedCode.CLOSED, "The client was closed");
    } else {
      call.attempt();
    }
    return call;
  }

  void callEnded(Call<?> call) {
    open.remove(call);
    parked.remove(call);
    release(call.bytes());
  }

  /** What was admitted with {@link #start} is no longer held. */
  void release(long bytes) {
    openBytes.addAndGet(-bytes);
  }

  /** Keeps the call until a connection or the map has changed. */
  void park(Call<?> call) {
    parked.add(call);
  }

  private void connectionsChanged(boolean anyUp) {
    wake(!anyUp);
    Set<WatchCall> awake = watchesThatWait;
    watchesThatWait = new LinkedHashSet<>();
    awake.forEach(WatchCall::wake);
  }

  private void wake(boolean onlyEndingWithConnection) {
    if (parked.isEmpty()) {
      return;
    }
    List<Call<?>> awake = new ArrayList<>();
    for (Call<?> call : parked) {
      if (!onlyEndingWithConnection || call.endsWithConnection()) {
        awake.add(call);
      }
    }
    if (awake.size() == parked.size()) {
      parked = new LinkedHashSet<>();
    } else {
      awake.forEach(parked::remove);
    }
    awake.forEach(Call::wake);
  }

  /** Fetches the map unless that is under way. */
  void needMap() {
    if (mapCall != null || closed) {
      return;
    }
    long now = nowNanos();
    mapCall = new MapCall(this, new Deadline(now, now + MAP_FETCH_NANOS), 0, wantedEpoch, new Completion<>() {
      @Override
      public void done(io.cairn.client.ClusterMap map) {
        mapFetched();
      }

      @Override
      public void failed(KvException why) {
        mapFetched();
      }
    });
    begin(mapCall);
  }

  private void mapFetched() {
    mapCall = null;
    wantedEpoch = 0; // Either it is here, or nobody has it for now and whoever misses it will say so again.
    wake(false);
  }

  /** A node has a map of {@code epoch}, or finds fault with ours (0). */
  void mapIsOld(long epoch) {
    if (epoch == 0 || epoch > cluster.epoch()) {
      wantedEpoch = Math.max(wantedEpoch, epoch);
      needMap();
    }
  }

  void learn(ShardMap map) {
    if (cluster.install(map)) {
      clusterId = map.getClusterId();
    }
  }

  WriteCall<DeleteRangeResult.Part> deleteRange(
      Operation.DeleteRange delete, Deadline deadline, long bytes, Completion<DeleteRangeResult.Part> completion) {
    KeyRange range = delete.range();
    return new WriteCall<>(
        this, deadline, bytes, range.start(), Command.newBuilder().setDeleteRange(TxnWire.deleteRange(range, delete.previous())),
        response -> new DeleteRangeResult.Part(range, response.getRevision(), response.getWrite().getChanged(), Wire.deleted(response)),
        completion);
  }

  WriteCall<TxnResult> transaction(Operation.Transaction operation, Deadline deadline, Completion<TxnResult> completion) {
    return new WriteCall<>(
        this, deadline, operation.bytes(), TxnWire.firstKey(operation.txn()), Command.newBuilder().setTxn(TxnWire.txn(operation.txn())),
        response -> TxnWire.result(operation.txn(), response), completion);
  }

  WriteCall<AddResult> add(Operation.Add add, Deadline deadline, Completion<AddResult> completion) {
    return new WriteCall<>(
        this, deadline, add.bytes(), add.key(), Command.newBuilder().setAdd(TxnWire.add(add.key(), add.delta())),
        response -> new AddResult(response.getRevision(), response.getWrite().getSum()), completion);
  }

  WriteCall<PutResult> put(Operation.Put put, Deadline deadline, Completion<PutResult> completion) {
    return new WriteCall<>(
        this, deadline, put.bytes(), put.key(), Command.newBuilder().setPut(Wire.put(put)),
        response -> new PutResult(response.getRevision(), Wire.previous(response), response.getWrite().getLease().getId()), completion);
  }

  WriteCall<DeleteResult> delete(Operation.Delete delete, Deadline deadline, long bytes, Completion<DeleteResult> completion) {
    Delete.Builder body = Delete.newBuilder().setKey(Wire.byteString(delete.key())).setPrevious(delete.previous());
    return new WriteCall<>(
        this, deadline, bytes, delete.key(), Command.newBuilder().setDelete(body),
        response -> new DeleteResult(response.getRevision(), response.getWrite().getChanged() > 0, Wire.previous(response)),
        completion);
  }
}
