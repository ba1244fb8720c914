package io.cairn.jepsen.record;

import io.cairn.client.ByteSeq;
import io.cairn.client.DeleteOptions;
import io.cairn.client.GetOptions;
import io.cairn.client.KeyRange;
import io.cairn.client.KvClient;
import io.cairn.client.KvException;
import io.cairn.client.PutOptions;
import io.cairn.client.RangeOptions;
import io.cairn.client.RefusedException;
import io.cairn.client.Txn;
import io.cairn.jepsen.history.HistoryRecorder;
import io.cairn.jepsen.history.Op;
import io.cairn.jepsen.history.Result;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;

/** A client whose calls are written down. Each is one session. Safe for any number of threads, as the client is. */
public final class RecordingClient {
  private final KvClient client;
  private final HistoryRecorder recorder;
  private final int session;
  private final Duration deadline;
  private final ClientWords words = new ClientWords(value -> value);
  private final AtomicLong done = new AtomicLong();

  /** @param deadline of each call */
  public RecordingClient(KvClient client, HistoryRecorder recorder, int session, Duration deadline) {
    this.client = client;
    this.recorder = recorder;
    this.session = session;
    this.deadline = deadline;
  }

  public int session() {
    return session;
  }

  /** How many calls have happened for certain. */
  public long done() {
    return done.get();
  }

  /** Makes a call and writes it down; empty when it did not happen for certain. */
  public <T> Optional<T> call(Op op, Supplier<T> call, Function<T, Result> result) {
    long number = recorder.invoke(session, deadline.toNanos(), op);
    T answer;
    try {
      answer = call.get();
    } catch (RefusedException e) {
      recorder.refused(number, e.code().name(), e.revision());
      return Optional.empty();
    } catch (KvException e) {
      recorder.unknown(number);
      return Optional.empty();
    }
    recorder.ok(number, result.apply(answer));
    done.incrementAndGet();
    return Optional.of(answer);
  }

  public Optional<Long> put(String key, String value) {
    return call(new Op.Put(key, value, 0), () -> client.put(ByteSeq.utf8(key), ByteSeq.utf8(value), PutOptions.DEFAULT.withDeadline(deadline)),
        put -> new Result.Written(put.revision(), 1, put.previous().map(words::version))).map(put -> put.revision());
  }

  public void delete(String key) {
    call(new Op.Delete(key), () -> client.delete(ByteSeq.utf8(key), DeleteOptions.DEFAULT.withDeadline(deadline)),
        delete -> new Result.Written(delete.revision(), delete.deleted() ? 1 : 0, Optional.empty()));
  }

  public Optional<Result.Found> get(String key) {
    return call(new Op.Get(key, 0, false), () -> client.get(ByteSeq.utf8(key), GetOptions.DEFAULT.withDeadline(deadline)), this::found)
        .map(this::found);
  }

  private Result.Found found(io.cairn.client.GetResult get) {
    return new Result.Found(get.revision(), get.found().map(words::version));
  }

  public Optional<Result.Shown> range(KeyRange range) {
    return call(ClientWords.range(range, 0), () -> client.range(range, RangeOptions.DEFAULT.withDeadline(deadline)), this::shown).map(this::shown);
  }

  private Result.Shown shown(io.cairn.client.RangeResult range) {
    return new Result.Shown(range.revision(), words.versions(range.keyValues()));
  }

  public Optional<Result.TxnDone> txn(Txn txn) {
    return call(words.txn(txn), () -> client.txn(txn, deadline), words::done).map(words::done);
  }

  /** With the client's own deadline, which is to be this one's. */
  public Optional<Long> add(String key, long delta) {
    return call(new Op.Add(key, delta), () -> client.add(key, delta), add -> new Result.Added(add.revision(), add.value()))
        .map(add -> add.value());
  }
}
