package io.cairn.client;

import io.cairn.client.core.ClientCore;
import io.cairn.client.core.Completion;
import io.cairn.client.core.LeaseKeeper;
import io.cairn.client.core.Operation;
import io.cairn.client.core.PlaceGuard;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * The calls of {@link KvClient} without waiting: {@link KvClient#async()}.
 *
 * <p>Every stage completes by the call's deadline, with the answer or exceptionally with a {@link KvException}, on the client's
 * callback threads (or the executor it was built with), never on the thread that serves its connections. So a callback may
 * block, and may itself make calls of this client. Stages of different calls complete in no particular order.
 */
public final class AsyncKvClient {

  private final ClientCore core;
  private final Executor callbacks;
  private final Duration deadline;
  private final SyncCalls sync;
  /** Null when writes are not guarded. */
  private final PlaceGuard guard;

  AsyncKvClient(ClientCore core, Executor callbacks, Duration deadline, SyncCalls sync, PlaceGuard guard) {
    this.guard = guard;
    this.core = core;
    this.callbacks = callbacks;
    this.deadline = deadline;
    this.sync = sync;
  }

  Executor callbacks() {
    return callbacks;
  }

  public CompletionStage<PutResult> put(String key, String value) {
    return put(ByteSeq.utf8(key), ByteSeq.utf8(value), PutOptions.DEFAULT);
  }

  public CompletionStage<PutResult> put(ByteSeq key, ByteSeq value, PutOptions options) {
    return start(options.operation(key, value), options.deadline());
  }

  public CompletionStage<GetResult> get(String key) {
    return get(ByteSeq.utf8(key), GetOptions.DEFAULT);
  }

  public CompletionStage<GetResult> get(ByteSeq key, GetOptions options) {
    return start(new Operation.Get(key, options), options.deadline());
  }

  public CompletionStage<DeleteResult> delete(String key) {
    return delete(ByteSeq.utf8(key), DeleteOptions.DEFAULT);
  }

  public CompletionStage<DeleteResult> delete(ByteSeq key, DeleteOptions options) {
    return start(new Operation.Delete(key, options.previous()), options.deadline());
  }

  public CompletionStage<DeleteRangeResult> deleteRange(KeyRange range, DeleteRangeOptions options) {
    return start(new Operation.DeleteRange(range, options.parts(), options.previous()), options.deadline());
  }

  /** Does all of a transaction at one revision, or nothing; see {@link KvClient#txn(Txn)}. */
  public CompletionStage<TxnResult> txn(Txn txn) {
    return start(new Operation.Transaction(txn), Optional.empty());
  }

  /** @param deadline instead of the client's */
  public CompletionStage<TxnResult> txn(Txn txn, Duration deadline) {
    return start(new Operation.Transaction(txn), Optional.of(CallDeadlines.check(deadline)));
  }

  /** Adds to a number in decimal text; see {@link KvClient#add(ByteSeq, long)}. */
  public CompletionStage<AddResult> add(ByteSeq key, long delta) {
    return start(new Operation.Add(key, delta), Optional.empty());
  }

  /** Puts the value unless there is one. */
  public CompletionStage<SwapResult> putIfAbsent(ByteSeq key, ByteSeq value) {
    return txn(Swaps.ifAbsent(key, value)).thenApply(Swaps::result);
  }

  /** Puts the value where the expected one is. */
  public CompletionStage<SwapResult> compareAndSet(ByteSeq key, ByteSeq expected, ByteSeq value) {
    return txn(Swaps.ifValue(key, expected, value)).thenApply(Swaps::result);
  }

  /** A put that shows what it replaced. */
  public CompletionStage<PutResult> getAndPut(ByteSeq key, ByteSeq value) {
    return put(key, value, PutOptions.DEFAULT.withPrevious());
  }

  public CompletionStage<RangeResult> range(KeyRange range, RangeOptions options) {
    return start(new Operation.Range(range, options), options.deadline());
  }

  /** What lies one level below the prefix, at the cost of what is shown and not of the keys below it. */
  public CompletionStage<ChildrenResult> children(ByteSeq prefix, ChildrenOptions options) {
    return start(new Operation.Children(prefix, options), options.deadline());
  }

  /**
   * What a node's replica of a shard shows at a revision, to compare with other replicas'; it waits until the replica has it. Takes
   * as long as reading all of the shard.
   */
  public CompletionStage<ReplicaHash> replicaHash(String node, int shard, long revision) {
    return start(new Operation.Hash(node, shard, revision), Optional.empty());
  }

  /** Hands leadership of a shard to a node; see {@link KvClient#transferLeader}. */
  public CompletionStage<LeaderTransfer> transferLeader(int shard, String node) {
    return start(new Operation.Transfer(shard, node), Optional.empty());
  }

  /** Where keys live, asked anew. */
  public CompletionStage<ClusterMap> clusterMap() {
    return start(new Operation.Map(), Optional.empty());
  }

  /** Leases; see {@link KvClient#leases()}. */
  public AsyncLeases leases() {
    return new AsyncLeases(this);
  }

  /** Grants a lease and keeps it alive; see {@link KvClient#openSession(Duration)}. */
  public CompletionStage<Session> openSession(Duration ttl) {
    LeaseKeeper.Moment asked = core.keeper().now();
    CompletableFuture<Session> opened = new CompletableFuture<>();
    leases().grant(ttl).whenComplete((lease, why) -> {
      if (why != null) {
        opened.completeExceptionally(why);
      } else {
        opened.complete(new Session(new Leases(sync), this, core.keeper(), lease, asked));
      }
    });
    return opened;
  }

  /** How the node of that name is. One that cannot be reached refuses with {@link RefusedCode#UNAVAILABLE}, at once when that is known. */
  public CompletionStage<NodeStatus> status(String node) {
    return start(new Operation.Status(node), Optional.empty());
  }

  /**
   * Watches of whatever client that the node of that name has, on ranges that meet this one: a page of at most 1,000. Refused as {@link #status} is.
   *
   * @param after the last one of the page before; empty for the first page
   */
  public CompletionStage<OpenWatchPage> openWatches(String node, KeyRange range, Optional<OpenWatch> after) {
    return start(new Operation.WatchesOf(node, range, after.orElse(null)), Optional.empty());
  }

  <T> CompletionStage<T> start(Operation<T> operation, Optional<Duration> ownDeadline) {
    CompletableFuture<T> future = new CompletableFuture<>();
    core.start(guard == null ? operation : new Operation.Guarded<>(operation, guard), ownDeadline.orElse(deadline).toNanos(), new Completion<>() {
      @Override
      public void done(T result) {
        callbacks.execute(() -> future.complete(result));
      }

      @Override
      public void failed(KvException why) {
        callbacks.execute(() -> future.completeExceptionally(why));
      }
    });
    // The future itself: a stage made of it would hand on a CompletionException in place of the KvException.
    return future;
  }
}
