package io.cairn.client.recipes;

import io.cairn.client.ByteSeq;
import io.cairn.client.KeyRange;
import io.cairn.client.KeyValue;
import io.cairn.client.KvException;
import io.cairn.client.PutResult;
import io.cairn.client.RangeOptions;
import io.cairn.client.RangeResult;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.Txn;
import io.cairn.client.TxnOp;
import io.cairn.client.TxnResult;
import io.cairn.client.UnknownOutcomeException;
import io.cairn.client.WatchBatch;
import io.cairn.client.WatchEvent;
import io.cairn.client.WatchListener;
import io.cairn.client.WatchOptions;
import io.cairn.client.WatchState;
import io.cairn.client.seams.VirtualMachine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** A store in virtual time, whose leases end by its clock, that can be away, lose answers, and fail watches. */
final class FakeStore implements Store {
  static final long CALL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  static final long DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** What was asked, a word for each call. */
  final List<String> calls = new ArrayList<>();
  final TreeMap<ByteSeq, KeyValue> keys = new TreeMap<>();
  boolean away;
  /** So many of the next writes happen, and their answers are lost. */
  int losesAnswers;
  int valueBytesMax = Integer.MAX_VALUE;
  private final VirtualMachine machine;
  private final List<FakeWatch> watches = new ArrayList<>();
  private final List<WatchEvent> history = new ArrayList<>();
  /** When each lease ends; those that nobody ends are not in it. */
  private final TreeMap<Long, Long> ends = new TreeMap<>();
  private final TreeMap<Long, Long> ttls = new TreeMap<>();
  private long revision = 1;
  private long lastLease;

  FakeStore(VirtualMachine machine) {
    this.machine = machine;
  }

  private final class FakeWatch {
    private final KeyRange range;
    private final WatchListener listener;

    FakeWatch(KeyRange range, WatchListener listener) {
      this.range = range;
      this.listener = listener;
    }

    void show(List<WatchEvent> events) {
      List<WatchEvent> mine = events.stream().filter(event -> range.contains(event.key())).toList();
      if (mine.isEmpty()) {
        return;
      }
      WatchBatch batch = new WatchBatch(WatchBatch.Kind.EVENTS, revision, revision, mine);
      machine.after(CALL_NANOS, () -> {
        if (watches.contains(this)) {
          listener.batch(batch);
        }
      });
    }
  }

  /** A lease that lives until somebody ends it, as a session's does. */
  long session() {
    return ++lastLease;
  }

  void endLease(long lease) {
    ends.remove(lease);
    TxnRun run = new TxnRun(keys, revision + 1);
    keys.values().stream().filter(kv -> kv.lease() == lease).map(KeyValue::key).toList().forEach(run::delete);
    did(run);
  }

  private void did(TxnRun run) {
    if (!run.events().isEmpty()) {
      revision++;
      history.addAll(run.events());
      List.copyOf(watches).forEach(watch -> watch.show(run.events()));
      forgetLeases();
    }
  }

  /** A lease of a put with a TTL goes with the last of its keys. */
  private void forgetLeases() {
    ends.keySet().removeIf(lease -> keys.values().stream().noneMatch(kv -> kv.lease() == lease));
  }

  private void endAt(long lease, long at) {
    ends.put(lease, at);
    machine.after(at - machine.now(), () -> {
      if (ends.getOrDefault(lease, Long.MAX_VALUE) <= machine.now()) {
        endLease(lease);
      }
    });
  }

  /** Every watch fails, as one does for which a node has no room. */
  void failWatches(RefusedCode code) {
    List<FakeWatch> failed = List.copyOf(watches);
    watches.clear();
    KvException why = new RefusedException(code, "no room");
    failed.forEach(watch -> watch.listener.stateChanged(WatchState.FAILED, Optional.of(why)));
  }

  int watches() {
    return watches.size();
  }

  private <T> CompletableFuture<T> answer(String call, boolean write, Supplier<T> does) {
    calls.add(call);
    CompletableFuture<T> answer = new CompletableFuture<>();
    boolean unreachable = away;
    machine.after(unreachable ? DEADLINE_NANOS : CALL_NANOS, () -> {
      if (unreachable) {
        answer.completeExceptionally(new RefusedException(RefusedCode.DEADLINE, "away"));
        return;
      }
      try {
        T result = does.get();
        if (write && losesAnswers > 0) {
          losesAnswers--;
          answer.completeExceptionally(new UnknownOutcomeException("lost"));
        } else {
          answer.complete(result);
        }
      } catch (KvException e) {
        answer.completeExceptionally(e);
      }
    });
    return answer;
  }

  @Override
  public CompletionStage<RangeResult> range(KeyRange range, RangeOptions options) {
    return answer("range", false, () -> {
      List<KeyValue> all = keys.values().stream().filter(kv -> range.contains(kv.key())).toList();
      long limit = options.limit() == 0 ? Long.MAX_VALUE : options.limit();
      List<KeyValue> shown = options.show() == RangeOptions.Show.COUNT_ONLY ? List.of() : all.stream().limit(limit).toList();
      return new RangeResult(revision, shown, all.size(), shown.size() < all.size() && !shown.isEmpty(), Optional.empty(), Optional.empty());
    });
  }

  @Override
  public CompletionStage<TxnResult> txn(Txn txn) {
    return answer("txn", true, () -> {
      if (txn.then().stream().anyMatch(op -> op instanceof TxnOp.Put put && put.value().size() > valueBytesMax)) {
        throw new RefusedException(RefusedCode.VALUE_TOO_LARGE, "too large");
      }
      TreeMap<ByteSeq, KeyValue> before = new TreeMap<>(keys);
      TxnRun run = new TxnRun(keys, revision + 1);
      try {
        TxnResult result = run.of(txn, this::isAlive);
        did(run);
        return result;
      } catch (RefusedException e) {
        keys.clear();
        keys.putAll(before);
        throw e;
      }
    });
  }

  private boolean isAlive(long lease) {
    return ends.containsKey(lease) || lease <= lastLease && !ttls.containsKey(lease);
  }

  @Override
  public CompletionStage<PutResult> put(ByteSeq key, ByteSeq value, Duration ttl) {
    return answer("put", true, () -> {
      long lease = ++lastLease;
      ttls.put(lease, ttl.toNanos());
      TxnRun run = new TxnRun(keys, revision + 1);
      run.put(key, value, lease);
      endAt(lease, machine.now() + ttl.toNanos());
      did(run);
      return new PutResult(revision, Optional.empty(), lease);
    });
  }

  @Override
  public CompletionStage<Boolean> renew(long lease) {
    return answer("renew", false, () -> {
      boolean alive = ends.containsKey(lease);
      if (alive) {
        endAt(lease, machine.now() + ttls.get(lease));
      }
      return alive;
    });
  }

  @Override
  public Runnable watch(KeyRange range, WatchOptions options, WatchListener listener) {
    calls.add("watch");
    FakeWatch watch = new FakeWatch(range, listener);
    watches.add(watch);
    watch.show(history.stream().filter(event -> event.revision() >= options.revision().orElseThrow()).toList());
    return () -> watches.remove(watch);
  }
}
