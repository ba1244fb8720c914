package io.cairn.client.services;

import io.cairn.client.ByteSeq;
import io.cairn.client.GetResult;
import io.cairn.client.KeyRange;
import io.cairn.client.KeyValue;
import io.cairn.client.KvException;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.SessionState;
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
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A store in virtual time that can be away, lose answers, and end leases. */
final class FakeStore implements Store {
  static final long CALL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  static final long DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(5);

  final List<String> calls = new ArrayList<>();
  final TreeMap<ByteSeq, KeyValue> keys = new TreeMap<>();
  final List<FakeHold> holds = new ArrayList<>();
  boolean away;
  /** Writes happen, and their answers are lost. */
  boolean losesAnswers;
  private final VirtualMachine machine;
  private final List<FakeWatch> watches = new ArrayList<>();
  private long revision = 1;
  private long lastLease;

  FakeStore(VirtualMachine machine) {
    this.machine = machine;
  }

  final class FakeHold implements Hold {
    final long lease = ++lastLease;
    SessionState state = SessionState.ACTIVE;
    KvException cause;
    private final Consumer<SessionState> changes;

    FakeHold(Consumer<SessionState> changes) {
      this.changes = changes;
      holds.add(this);
    }

    @Override
    public long lease() {
      return lease;
    }

    @Override
    public SessionState state() {
      return state;
    }

    @Override
    public Optional<KvException> cause() {
      return Optional.ofNullable(cause);
    }

    @Override
    public CompletionStage<Void> release() {
      state = SessionState.CLOSED;
      calls.add("release");
      CompletableFuture<Void> ended = answer(() -> {
        endLease(lease);
        return null;
      }, false);
      return ended.exceptionally(why -> null);
    }

    /** As the client says it; what the store makes of the lease is another matter. */
    void lose() {
      state = SessionState.LOST;
      changes.accept(SessionState.LOST);
    }
  }

  private final class FakeWatch {
    final KeyRange range;
    final WatchListener listener;

    FakeWatch(KeyRange range, WatchListener listener) {
      this.range = range;
      this.listener = listener;
    }

    void show(WatchBatch.Kind kind, List<WatchEvent> events) {
      WatchBatch batch = new WatchBatch(kind, revision, revision, events);
      machine.after(CALL_NANOS, () -> {
        if (watches.contains(this)) {
          listener.batch(batch);
        }
      });
    }
  }

  /** Everything the lease had goes, and holders of it hear of that when they look. */
  void endLease(long lease) {
    List.copyOf(keys.values()).stream().filter(kv -> kv.lease() == lease).forEach(kv -> delete(kv.key()));
  }

  void delete(ByteSeq key) {
    KeyValue gone = keys.remove(key);
    if (gone != null) {
      revision++;
      KeyValue shown = new KeyValue(key, ByteSeq.EMPTY, 0, revision, 0, 0);
      tell(new WatchEvent(WatchEvent.Type.DELETE, revision, shown, Optional.empty()));
    }
  }

  long put(ByteSeq key, ByteSeq value, long lease) {
    KeyValue before = keys.get(key);
    revision++;
    KeyValue kv = new KeyValue(key, value, before == null ? revision : before.createRevision(), revision, 1, lease);
    keys.put(key, kv);
    tell(new WatchEvent(WatchEvent.Type.PUT, revision, kv, Optional.empty()));
    return revision;
  }

  private void tell(WatchEvent event) {
    watches.stream().filter(watch -> watch.range.contains(event.key())).forEach(watch -> watch.show(WatchBatch.Kind.EVENTS, List.of(event)));
  }

  /** Connections break, or come back. */
  void connected(boolean now) {
    away = !now;
    List.copyOf(watches).forEach(watch ->
        watch.listener.stateChanged(now ? WatchState.ACTIVE : WatchState.RECONNECTING, Optional.empty()));
  }

  /** Every watch fails, as one does for which a node has no room. */
  void failWatches() {
    List<FakeWatch> failed = List.copyOf(watches);
    watches.clear();
    KvException why = new RefusedException(RefusedCode.WATCH_LIMIT, "no room");
    failed.forEach(watch -> watch.listener.stateChanged(WatchState.FAILED, Optional.of(why)));
  }

  int watches() {
    return watches.size();
  }

  private <T> CompletableFuture<T> answer(Supplier<T> does, boolean write) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    boolean unreachable = away;
    machine.after(unreachable ? DEADLINE_NANOS : CALL_NANOS, () -> {
      if (unreachable) {
        answer.completeExceptionally(new RefusedException(RefusedCode.DEADLINE, "away"));
        return;
      }
      try {
        T result = does.get();
        if (write && losesAnswers) {
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
  public CompletionStage<Hold> hold(Duration ttl, Consumer<SessionState> changes) {
    calls.add("hold");
    return answer(() -> new FakeHold(changes), false);
  }

  @Override
  public CompletionStage<GetResult> get(ByteSeq key) {
    calls.add("get");
    return answer(() -> new GetResult(revision, Optional.ofNullable(keys.get(key)), Optional.empty()), false);
  }

  @Override
  public CompletionStage<OptionalLong> putIf(ByteSeq key, long modRevision, ByteSeq value, long lease) {
    calls.add("put");
    return answer(() -> {
      KeyValue there = keys.get(key);
      if ((there == null ? 0 : there.modRevision()) != modRevision) {
        return OptionalLong.empty();
      }
      if (holds.stream().noneMatch(hold -> hold.lease == lease && hold.state == SessionState.ACTIVE)) {
        throw new RefusedException(RefusedCode.LEASE_NOT_FOUND, "ended");
      }
      return OptionalLong.of(put(key, value, lease));
    }, true);
  }

  @Override
  public Runnable watch(KeyRange range, WatchOptions options, WatchListener listener) {
    FakeWatch watch = new FakeWatch(range, listener);
    watches.add(watch);
    List<WatchEvent> state = keys.values().stream().filter(kv -> range.contains(kv.key()))
        .map(kv -> new WatchEvent(WatchEvent.Type.PUT, kv.modRevision(), kv, Optional.empty())).toList();
    if (!away) {
      machine.after(0, () -> listener.stateChanged(WatchState.ACTIVE, Optional.empty()));
    }
    watch.show(WatchBatch.Kind.STATE, state);
    watch.show(WatchBatch.Kind.SYNCED, List.of());
    return () -> watches.remove(watch);
  }
}
