package io.cairn.client;

import io.cairn.client.core.ClientCore;
import io.cairn.client.core.ClientSettings;
import io.cairn.client.core.LeaseKeeper;
import io.cairn.client.core.LockSpec;
import io.cairn.client.core.Operation;
import io.cairn.client.core.PlaceGuard;
import io.cairn.client.recipes.Recipes;
import io.cairn.client.seams.Closing;
import io.cairn.client.services.Discovery;
import io.cairn.client.services.Registry;
import io.cairn.client.who.LockQueue;
import io.cairn.client.who.Who;
import io.cairn.platform.EventLoop;
import io.cairn.platform.JdkCallbackPool;
import io.cairn.platform.JdkClock;
import io.cairn.platform.JdkSecureRandomSource;
import io.cairn.protocol.link.Handshake;
import io.cairn.protocol.transport.HostPort;
import io.cairn.protocol.transport.Transport;
import io.cairn.protocol.transport.netty.NettyTransport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client of a Cairn cluster. Safe for any number of threads; make one and share it.
 *
 * <p>It finds the nodes and the leader of each shard, and follows them. What may be retried it retries, within the call's one
 * deadline (5 s unless told otherwise); a retried write takes effect once. What it reads is never older than what it has read
 * or written before. A call ends by its deadline with a result or a {@link KvException}: {@link RefusedException} certainly had no effect,
 * {@link UnknownOutcomeException} may have had one. An interrupted thread's call ends at once in one of these two ways.
 *
 * <p>While the cluster is away the client keeps trying to connect, at most every 1.5 s to each node.
 */
public final class KvClient implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(KvClient.class);
  private static final long CLOSE_MILLIS = 2_000;
  private static final long CACHE_BYTES = 64L << 20;

  private final Transport transport;
  private final EventLoop loop;
  private final ClientCore core;
  private final JdkCallbackPool ownCallbacks;
  private final Executor callbacks;
  private final Closing closing;
  private final AsyncKvClient async;
  private final SyncCalls sync;
  private final Attempts attempts;
  private final LockQueueing queueing;
  private final Duration deadline;
  /** Whose threads this one lives on; null when they are its own. */
  private final KvClient host;
  /** Whether it is a way to look at {@link #host}, and no client of its own. */
  private final boolean isView;
  private final List<KvClient> guests = new CopyOnWriteArrayList<>();

  private KvClient(Builder builder) {
    // First what may be refused: a client that is not made must not leave a thread.
    ClientSettings settings = ClientSettings.of(builder.endpoints);
    this.host = builder.host;
    this.transport = host == null ? new NettyTransport("cairn-client", 1, this::broken) : host.transport;
    this.loop = transport.loops().get(0);
    this.core = new ClientCore(loop, new JdkClock(), transport, new JdkSecureRandomSource(), settings);
    Executor given = builder.callbacks == null && host != null ? host.callbacks : builder.callbacks;
    this.ownCallbacks = given == null ? new JdkCallbackPool("cairn-client-callback") : null;
    this.callbacks = given == null ? ownCallbacks : given;
    this.closing = new Closing(callbacks);
    this.isView = false;
    this.deadline = builder.deadline;
    this.sync = new SyncCalls(core, loop, deadline, null);
    this.async = new AsyncKvClient(core, callbacks, deadline, sync, null);
    this.attempts = new Attempts(sync, new JdkClock(), builder.deadline);
    this.queueing = new LockQueueing(core, loop, callbacks, new JdkClock(), this);
    if (host != null) {
      host.guests.add(this);
    }
  }

  /** The same client, whose writes are done only while this holds. Closing it does nothing. */
  private KvClient(KvClient of, PlaceGuard guard) {
    this.transport = of.transport;
    this.loop = of.loop;
    this.core = of.core;
    this.ownCallbacks = null;
    this.callbacks = of.callbacks;
    this.closing = of.closing;
    this.deadline = of.deadline;
    this.sync = new SyncCalls(core, loop, deadline, guard);
    this.async = new AsyncKvClient(core, callbacks, deadline, sync, guard);
    this.attempts = new Attempts(sync, new JdkClock(), deadline);
    this.queueing = of.queueing;
    this.host = of;
    this.isView = true;
  }

  KvClient guardedBy(PlaceGuard guard) {
    return new KvClient(this, guard);
  }

  Duration deadline() {
    return deadline;
  }

  /** A fault of the client's own: nothing is known of its state any more, so its calls end rather than hang. */
  private void broken(Throwable cause) {
    LOG.error("the client has failed and is closed", cause);
    core.close();
    guests.forEach(guest -> guest.core.close());
  }

  public static Builder builder() {
    return new Builder();
  }

  /** The newest version of the protocol that this client speaks. */
  public static int protocolVersion() {
    return Handshake.PROTOCOL_VERSION;
  }

  /** The same calls without waiting. */
  public AsyncKvClient async() {
    return async;
  }

  public PutResult put(String key, String value) {
    return put(ByteSeq.utf8(key), ByteSeq.utf8(value));
  }

  public PutResult put(String key, byte[] value) {
    return put(ByteSeq.utf8(key), ByteSeq.of(value));
  }

  public PutResult put(ByteSeq key, ByteSeq value) {
    return put(key, value, PutOptions.DEFAULT);
  }

  public PutResult put(ByteSeq key, ByteSeq value, PutOptions options) {
    return sync.await(options.operation(key, value), options.deadline());
  }

  /**
   * Puts a value that is deleted after {@code ttl} (1 s to 365 days), unless the key is put again or its lease is renewed before: in one request
   * grants a lease and puts a key under it. {@link PutResult#lease} is its id.
   */
  public PutResult put(ByteSeq key, ByteSeq value, Duration ttl) {
    return put(key, value, PutOptions.DEFAULT.withTtl(ttl));
  }

  public GetResult get(String key) {
    return get(ByteSeq.utf8(key));
  }

  public GetResult get(ByteSeq key) {
    return get(key, GetOptions.DEFAULT);
  }

  /** Linearizable, whichever node answers, unless a past revision or another {@link Consistency} is asked for. */
  public GetResult get(ByteSeq key, GetOptions options) {
    return sync.await(new Operation.Get(key, options), options.deadline());
  }

  public DeleteResult delete(String key) {
    return delete(ByteSeq.utf8(key));
  }

  public DeleteResult delete(ByteSeq key) {
    return delete(key, DeleteOptions.DEFAULT);
  }

  public DeleteResult delete(ByteSeq key, DeleteOptions options) {
    return sync.await(new Operation.Delete(key, options.previous()), options.deadline());
  }

  /** Deletes every key of the range at once; refused with {@link RefusedCode#RANGE_CROSSES_SHARDS} when several shards hold it. */
  public DeleteRangeResult deleteRange(KeyRange range) {
    return deleteRange(range, DeleteRangeOptions.DEFAULT);
  }

  public DeleteRangeResult deleteRange(KeyRange range, DeleteRangeOptions options) {
    return sync.await(new Operation.DeleteRange(range, options.parts(), options.previous()), options.deadline());
  }

  /** Does all of a transaction at one revision, or nothing; sent again it takes effect once, like every write. */
  public TxnResult txn(Txn txn) {
    return sync.await(new Operation.Transaction(txn), Optional.empty());
  }

  /** @param deadline instead of the client's */
  public TxnResult txn(Txn txn, Duration deadline) {
    return sync.await(new Operation.Transaction(txn), Optional.of(CallDeadlines.check(deadline)));
  }

  /** As {@link #transact(TransactOptions, Function)} with what is usual. */
  public <T> T transact(Function<Transaction, T> body) {
    return transact(TransactOptions.DEFAULT, body);
  }

  /**
   * Runs a body that reads and writes as if nobody else did: what it wrote is done at one revision if nothing of what it read has changed
   * until then. Else it is run again, from its beginning, after a wait; so it should do nothing else that counts. All that it writes, and
   * all that it reads when it writes, must lie in one shard.
   *
   * <p>Returns what the body returns. What the body throws is thrown on, and nothing is written. When the tries are used up:
   * {@link RefusedCode#TXN_CONFLICT}, when the time is: {@link RefusedCode#DEADLINE}; in both cases nothing was written. An
   * {@link UnknownOutcomeException} is thrown at once, never answered with another try: the writes may have been done.
   */
  public <T> T transact(TransactOptions options, Function<Transaction, T> body) {
    return attempts.run(options, body);
  }

  /** Adds to a value that is a whole number of 64 bits in decimal text; a key that is not there counts as 0. */
  public AddResult add(String key, long delta) {
    return add(ByteSeq.utf8(key), delta);
  }

  /** What is no number, or would not fit any more, is left as it is: {@link RefusedCode#NOT_A_NUMBER}. */
  public AddResult add(ByteSeq key, long delta) {
    return sync.await(new Operation.Add(key, delta), Optional.empty());
  }

  public SwapResult putIfAbsent(String key, String value) {
    return putIfAbsent(ByteSeq.utf8(key), ByteSeq.utf8(value));
  }

  /** Puts the value unless there is one. */
  public SwapResult putIfAbsent(ByteSeq key, ByteSeq value) {
    return Swaps.result(txn(Swaps.ifAbsent(key, value)));
  }

  public SwapResult compareAndSet(String key, String expected, String value) {
    return compareAndSet(ByteSeq.utf8(key), ByteSeq.utf8(expected), ByteSeq.utf8(value));
  }

  /** Puts the value where the expected one is. */
  public SwapResult compareAndSet(ByteSeq key, ByteSeq expected, ByteSeq value) {
    return Swaps.result(txn(Swaps.ifValue(key, expected, value)));
  }

  public PutResult getAndPut(String key, String value) {
    return getAndPut(ByteSeq.utf8(key), ByteSeq.utf8(value));
  }

  /** A put that shows what it replaced. */
  public PutResult getAndPut(ByteSeq key, ByteSeq value) {
    return put(key, value, PutOptions.DEFAULT.withPrevious());
  }

  public RangeResult range(KeyRange range) {
    return range(range, RangeOptions.DEFAULT);
  }

  /**
   * Reads a range at one revision, over however many shards, into memory: at most 64 MiB. {@link #scan} reads more than that.
   */
  public RangeResult range(KeyRange range, RangeOptions options) {
    return sync.await(new Operation.Range(range, options), options.deadline());
  }

  /**
   * Reads a range of any size at one revision, page by page as the result is iterated; each page has the deadline for itself.
   * A limit bounds the whole.
   */
  public RangeScan scan(KeyRange range, RangeOptions options) {
    return new RangeScan(this, range, options);
  }

  /** Follows a range of keys, batch by batch: {@link Watch#next}. */
  public Watch watch(KeyRange range, WatchOptions options) {
    return Watch.start(core, range, options, null, callbacks);
  }

  /** Follows a range of keys and tells the listener, on the client's callback threads, in order. */
  public Watch watch(KeyRange range, WatchOptions options, WatchListener listener) {
    return Watch.start(core, range, options, Objects.requireNonNull(listener, "listener"), callbacks);
  }

  /** The same for reactive code: each subscriber has a watch of its own, and is told as many batches as it requests. */
  public Flow.Publisher<WatchBatch> watches(KeyRange range, WatchOptions options) {
    return new WatchPublisher(core, range, options, callbacks);
  }

  /** The keys of a range in memory, at most 64 MiB of them, kept up to date until the cache is closed. Returns at once. */
  public KvCache cache(KeyRange range) {
    return cache(range, CACHE_BYTES);
  }

  /** @param bytesMax of keys and values, with what it takes to hold them; a range that grows beyond ends the cache */
  public KvCache cache(KeyRange range, long bytesMax) {
    WatchOptions options = WatchOptions.withInitialState().onCompaction(WatchOptions.OnCompaction.RESYNC).onLag(WatchOptions.OnLag.RESYNC);
    return new KvCache(this, range, bytesMax, new JdkClock(), 
        listener -> Watch.prepare(core, range, options, listener, () -> true, callbacks));
  }

  /** What lies one level below the prefix, at the cost of what is shown and not of the keys below it. */
  public ChildrenResult children(ByteSeq prefix, ChildrenOptions options) {
    return sync.await(new Operation.Children(prefix, options), options.deadline());
  }

  /**
   * What a node's replica of a shard shows at a revision, to compare with other replicas'; it waits until the replica has it. Takes
   * as long as reading all of the shard.
   */
  public ReplicaHash replicaHash(String node, int shard, long revision) {
    return sync.await(new Operation.Hash(node, shard, revision), Optional.empty());
  }

  /**
   * Hands leadership of a shard (0 is the system's) to a node, and returns when that one leads; writes wait for it for some
   * milliseconds. Refused with {@link RefusedCode#LEADER_STAYS} when it cannot lead, or has not taken over in time. Where the servers'
   * {@code raft.leaders} says otherwise it is kept for two minutes.
   */
  public LeaderTransfer transferLeader(int shard, String node) {
    return sync.await(new Operation.Transfer(shard, node), Optional.empty());
  }

  /** Where keys live, asked anew. */
  public ClusterMap clusterMap() {
    return sync.await(new Operation.Map(), Optional.empty());
  }

  /** How much history the cluster keeps, asked linearizably; needs a majority of the system shard. */
  public ClusterHistory history() {
    return sync.await(Operation.History.INFO, Optional.empty());
  }

  /**
   * Drops the history that only reads below the revision need: from then on they are refused with {@link RefusedCode#COMPACTED}. Returns
   * when the cluster has committed that; the shards follow within moments, which {@link ClusterHistory#isCompactedTo} of
   * {@link #history()} shows. A revision at or below an earlier one changes nothing; one that was never handed out is refused with
   * {@link RefusedCode#FUTURE_REVISION}.
   *
   * @param revision 1 or more
   */
  public ClusterHistory compact(long revision) {
    if (revision < 1) {
      throw new IllegalArgumentException("a revision to compact to is 1 or more, was " + revision);
    }
    return sync.await(new Operation.History(revision), Optional.empty());
  }

  /**
   * Has no history kept of keys that begin with the prefix, or has it kept again. Where none is kept, reads of a past revision that would
   * show something else than now, and watches from one, are refused with {@link RefusedCode#COMPACTED}; watches of now are fed as ever, and
   * the space is given back after about a minute. Returns when the cluster has committed it; the shards follow within moments.
   */
  public ClusterHistory keepHistory(ByteSeq prefix, boolean keeps) {
    return sync.await(new Operation.KeepHistory(prefix, keeps), Optional.empty());
  }

  /** What became of a key, newest first, with the last 100 changes at most. */
  public KeyHistory history(String key) {
    return history(ByteSeq.utf8(key), KeyHistoryOptions.DEFAULT);
  }

  /**
   * What became of a key, newest first, as far as history is kept: who changed it, when, and into what. Linearizable at its new end.
   */
  public KeyHistory history(ByteSeq key, KeyHistoryOptions options) {
    return sync.await(new Operation.OfKey(key, options), options.deadline());
  }

  /** The nodes that the cluster has written down, asked linearizably; needs a majority of the system shard. */
  public ClusterMembers members() {
    return sync.await(Operation.Members.LIST, Optional.empty());
  }

  /**
   * Makes a new node a learner of every shard; returns when it is one. The node itself may be started before or after that, with
   * {@code cluster.join} in its configuration. Whatever of this and the calls below cannot be is refused with
   * {@link RefusedCode#MEMBERS} and the reason; each may be made again after an unknown outcome.
   *
   * @param name never used before in this cluster
   * @param peerAddress where other nodes connect to it, as {@code host:port}
   * @param clientAddress where clients connect to it, as {@code host:port}
   */
  public ClusterMembers addMember(String name, String peerAddress, String clientAddress, Duration deadline) {
    return change(new Operation.Members(Operation.Members.Kind.ADD, name, "", peerAddress, clientAddress), deadline);
  }

  /** Makes a learner a voter in every shard; one that lags is refused. */
  public ClusterMembers promoteMember(String name, Duration deadline) {
    return change(new Operation.Members(Operation.Members.Kind.PROMOTE, name, "", "", ""), deadline);
  }

  /** Takes a node out of every shard; what would lose a quorum is refused. */
  public ClusterMembers removeMember(String name, Duration deadline) {
    return change(new Operation.Members(Operation.Members.Kind.REMOVE, name, "", "", ""), deadline);
  }

  /** A new node catches up as a learner, then takes the place of another one, which may be gone for good. */
  public ClusterMembers replaceMember(String old, String name, String peerAddress, String clientAddress, Duration deadline) {
    return change(new Operation.Members(Operation.Members.Kind.REPLACE, name, old, peerAddress, clientAddress), deadline);
  }

  private ClusterMembers change(Operation.Members members, Duration deadline) {
    return sync.await(members, Optional.of(CallDeadlines.check(deadline)));
  }

  /** Leases: time that a client holds, and keys that go with it. */
  public Leases leases() {
    return new Leases(sync);
  }

  /**
   * Grants a lease and keeps it alive until the session is closed, or the client.
   *
   * @param ttl how long the lease outlives this client at most; 1 s to 365 days. Seconds fit most: a shorter one is lost by shorter pauses
   */
  public Session openSession(Duration ttl) {
    LeaseKeeper.Moment asked = core.keeper().now();
    return new Session(leases(), async, core.keeper(), leases().grant(ttl), asked);
  }

  /**
   * Keeps alive a lease that was granted already, by whomever, as {@link #openSession(Duration)} does one of its own: closing the session
   * ends the lease. Refused with {@link RefusedCode#LEASE_NOT_FOUND} when there is no such lease, or its end has begun.
   */
  public Session openSession(long lease) {
    LeaseKeeper.Moment asked = core.keeper().now();
    LeaseRenewal renewed = leases().keepAlive(lease);
    if (!renewed.isAlive()) {
      throw new RefusedException(RefusedCode.LEASE_NOT_FOUND, "The server says that lease " + lease + " is gone");
    }
    return new Session(leases(), async, core.keeper(), new Lease(lease, renewed.ttl()), asked);
  }

  /** Registers instances of services, for as long as this client lives: {@link #discovery} shows them. */
  public Registry registry() {
    return new Registry(this, SeamWiring.seams(loop, callbacks, closing));
  }

  /** Live views of the instances that others have registered. */
  public Discovery discovery() {
    return new Discovery(this, SeamWiring.seams(loop, callbacks, closing));
  }

  /** Numbers, sequences, latches, barriers and queues that processes share. */
  public Recipes recipes() {
    return new Recipes(this, SeamWiring.seams(loop, callbacks, closing));
  }

  /** As {@link #lock(String, LockOptions)} with what is usual. */
  public KvLock lock(String name) {
    return lock(name, LockOptions.DEFAULT);
  }

  /** The lock of that name, for as many threads as like; asking for it here asks nobody yet. What it needs lies under <code>{name}/</code>. */
  public KvLock lock(String name, LockOptions options) {
    return new KvLock(name, LockSpec.exclusive(KvLock.queue(name, LockQueue.Kind.LOCK)), options, queueing);
  }

  /** The read-write lock of that name, as {@link #lock(String, LockOptions)}. */
  public KvReadWriteLock readWriteLock(String name, LockOptions options) {
    return new KvReadWriteLock(name, options, queueing);
  }

  /** The semaphore of that name. @param permits how many there are, the same for all who use it */
  public KvSemaphore semaphore(String name, int permits, LockOptions options) {
    return new KvSemaphore(name, permits, options, queueing);
  }

  /** The election of that name. */
  public LeaderElection election(String name, LockOptions options) {
    return new LeaderElection(name, options, queueing, this);
  }

  /** Who holds and waits for locks, which leases have keys, which watches are open. */
  public Who who() {
    return new Who(this);
  }

  /** How the node of that name is. One that cannot be reached refuses with {@link RefusedCode#UNAVAILABLE}, at once when that is known. */
  public NodeStatus status(String node) {
    return sync.await(new Operation.Status(node), Optional.empty());
  }

  /**
   * Gives back the locks that it holds, ends every open call, as refused or of unknown outcome, and the connections and threads. Returns when
   * that is done, at the latest after some seconds. Idempotent.
   */
  @Override
  public void close() {
    if (isView) {
      return;
    }
    guests.forEach(KvClient::close);
    if (!loop.inLoop()) {
      queueing.close();
    }
    core.close();
    if (!loop.inLoop()) {
      awaitLoop();
    }
    closing.close();
    if (host != null) {
      host.guests.remove(this);
    } else {
      transport.close();
    }
    if (ownCallbacks != null) {
      ownCallbacks.close();
    }
  }

  /** Until the loop has done what {@link ClientCore#close} gave it: then every call has ended. */
  private void awaitLoop() {
    CountDownLatch reached = new CountDownLatch(1);
    loop.execute(reached::countDown);
    try {
      reached.await(CLOSE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * How a client is made. Connections are in plain TCP; when the server's TLS comes, its settings get their place here, as a
   * {@code javax.net.ssl.SSLContext}.
   */
  public static final class Builder {

    private static final Duration DEADLINE = Duration.ofSeconds(5);

    private final List<HostPort> endpoints = new ArrayList<>();
    private Duration deadline = DEADLINE;
    private Executor callbacks;
    private KvClient host;

    private Builder() {}

    /**
     * Where to find the cluster: some of its nodes are enough, the rest is learnt from them.
     *
     * @param addresses as in {@code 127.0.0.1:7001} or {@code [::1]:7001}
     * @throws IllegalArgumentException with what would be right
     */
    public Builder endpoints(String... addresses) {
      for (String address : addresses) {
        endpoints.add(HostPort.parse(address));
      }
      return this;
    }

    /** How long a call may take that names no deadline of its own; 5 s by default, at most an hour. It includes all retries. */
    public Builder deadline(Duration most) {
      deadline = CallDeadlines.check(most);
      return this;
    }

    /**
     * Runs what is attached to the stages of {@link #async()}; by default some threads of the client's own. One that runs tasks in place
     * holds up the client's connections for as long as they take.
     */
    public Builder callbacks(Executor executor) {
      callbacks = Objects.requireNonNull(executor, "executor");
      return this;
    }

    /**
     * Lives on the threads of another client instead of its own: for many clients in one process, each with connections, retries and an
     * identity for itself. When that one is closed, so is this one.
     */
    public Builder threadsOf(KvClient other) {
      host = other.host == null ? other : other.host;
      return this;
    }

    /**
     * Makes the client and returns without waiting for a connection.
     *
     * @throws IllegalArgumentException without endpoints
     */
    public KvClient build() {
      return new KvClient(this);
    }
  }
}
