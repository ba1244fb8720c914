package io.cairn.client;

import io.cairn.client.core.Operation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * One run of a body: what it read, with the revisions of what it found, and what it means to write.
 *
 * <p><b>Invariant.</b> Whatever was read is as of {@link #revision}, and the conditions of {@link #txn()} hold exactly while none of it
 * has changed since: a key read has the same mod revision, or is still missing; in a range read no key is younger than the revision, and
 * their number is the same (a key that came is younger, and so is one that was written again; one that went is missing in the number).
 */
final class Attempt implements Transaction {

  private record RangeRead(KeyRange range, long count) {}

  private final SyncCalls sync;
  /** What is left of the time for all tries; throws when nothing is. */
  private final Supplier<Duration> timeLeft;
  private final Map<ByteSeq, Optional<KeyValue>> reads = new TreeMap<>();
  private final List<RangeRead> ranges = new ArrayList<>();
  /** Empty for a delete. */
  private final TreeMap<ByteSeq, Optional<ByteSeq>> writes = new TreeMap<>();
  /** At which everything is read; 0 until the first read. */
  private long revision;
  private boolean ended;

  Attempt(SyncCalls sync, Supplier<Duration> timeLeft) {
    this.sync = sync;
    this.timeLeft = timeLeft;
  }

  @Override
  public Optional<KeyValue> get(ByteSeq key) {
    checkOpen();
    Optional<ByteSeq> written = writes.get(key);
    if (written != null) {
      Optional<KeyValue> stored = reads.getOrDefault(key, Optional.empty());
      return written.map(value -> own(key, value, stored));
    }
    if (!reads.containsKey(key)) {
      reads.put(key, read(key));
    }
    return reads.get(key);
  }

  /** A get says at which revision it is the newest, a range at which one it is shown: the first read must know the latter. */
  private Optional<KeyValue> read(ByteSeq key) {
    if (revision == 0) {
      return read(KeyRange.single(key)).stream().findFirst();
    }
    GetOptions at = GetOptions.DEFAULT.withRevision(revision).withDeadline(timeLeft.get());
    return sync.await(new Operation.Get(key, at), at.deadline()).found();
  }

  private List<KeyValue> read(KeyRange range) {
    RangeOptions at = RangeOptions.DEFAULT.withRevision(revision).withDeadline(timeLeft.get());
    RangeResult result = sync.await(new Operation.Range(range, at), at.deadline());
    revision = result.revision();
    return result.keyValues();
  }

  @Override
  public List<KeyValue> range(KeyRange range) {
    checkOpen();
    List<KeyValue> stored = read(range);
    ranges.add(new RangeRead(range, stored.size()));
    TreeMap<ByteSeq, KeyValue> shown = new TreeMap<>();
    stored.forEach(kv -> shown.put(kv.key(), kv));
    writes.forEach((key, value) -> {
      if (!range.contains(key)) {
        return;
      }
      if (value.isPresent()) {
        shown.put(key, own(key, value.get(), Optional.ofNullable(shown.get(key))));
      } else {
        shown.remove(key);
      }
    });
    return List.copyOf(shown.values());
  }

  private static KeyValue own(ByteSeq key, ByteSeq value, Optional<KeyValue> stored) {
    return new KeyValue(key, value, stored.map(KeyValue::createRevision).orElse(0L), 0, stored.map(KeyValue::version).orElse(0L) + 1, 0);
  }

  @Override
  public void put(ByteSeq key, ByteSeq value) {
    checkOpen();
    writes.put(key, Optional.of(value));
  }

  @Override
  public void delete(ByteSeq key) {
    checkOpen();
    writes.put(key, Optional.empty());
  }

  private void checkOpen() {
    if (ended) {
      throw new IllegalStateException("the transaction has ended with its body; what is read or written now belongs to none");
    }
  }

  /** The body has returned or thrown. */
  void end() {
    ended = true;
  }

  /** Whether there is nothing to write: then what was read is one view of one revision, and nobody needs to be asked again. */
  boolean isReadOnly() {
    return writes.isEmpty();
  }

  /** Writes what is to be written if nothing has changed of what was read. */
  Txn txn() {
    List<Compare> conditions = new ArrayList<>();
    reads.forEach((key, found) -> conditions.add(found.isPresent()
        ? Compare.modRevision(key).equalTo(found.get().modRevision()) : Compare.missing(key)));
    for (RangeRead read : ranges) {
      conditions.add(Compare.count(read.range()).equalTo(read.count()));
      conditions.add(Compare.modRevision(read.range()).atMost(revision));
    }
    List<TxnOp> operations = new ArrayList<>();
    writes.forEach((key, value) -> operations.add(value.isPresent() ? TxnOp.put(key, value.get()) : TxnOp.delete(key)));
    return Txn.ifAll(conditions).then(operations);
  }
}
