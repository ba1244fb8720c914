package io.cairn.storage.retry;

import io.cairn.storage.OnDiskFormat;
import io.cairn.storage.bytes.BytesOut;
import io.cairn.storage.engine.EngineBatch;
import io.cairn.storage.engine.EngineCursor;
import io.cairn.storage.engine.EngineView;
import io.cairn.storage.engine.Family;
import io.cairn.storage.hash.Fact;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What a shard remembers of its clients, so that a write that is sent again takes effect once. Part of the state machine: it
 * changes only by applying entries, in the same engine batch as the data, and goes along in snapshots.
 *
 * <p>Why {@link Verdict#FRESH} is certain. A command that was applied had, when it was first sent, {@code seen} less than the
 * revision it took (for one that took none: less than {@code seen + 1}), and that is at most its client's last use. Records are
 * evicted whole, and {@code forgotten} is then at least that last use. So for any application that is no longer remembered,
 * {@code seen < forgotten}; a command that is not held and has {@code seen >= forgotten} was never applied. A record counts with
 * {@code forgotten} as of its creation, since everything after that it has itself.
 *
 * <p>Who is evicted first is decided by the place in the log of the last command that <em>took effect</em> (index of the entry,
 * place in it), which is stored: every replica, restarted or restored, forgets the same clients. A repeated or refused command
 * leaves no trace: it needs no write, and no client can keep its record alive by asking for old answers.
 *
 * <p>Used by the apply loop alone.
 */
public final class ClientRecords {
  /** Sequences one client may hold open in one shard. */
  public static final int OPEN_MAX = 1024;

  /** A previous version up to this long is kept with the answer; a longer one is read from its event. */
  public static final int ANSWER_BYTES_MAX = 256;

  private final long store;
  /** Looked up, never iterated: its order must not reach behaviour. */
  private final Map<ClientId, ClientRecord> byId = new HashMap<>();
  /** Changed or evicted since the last save, in that order. */
  private final Map<ClientId, ClientRecord> unsaved = new LinkedHashMap<>();
  private final BytesOut scratch = new BytesOut(1 << 10);
  private final Fact fact = new Fact();
  /** What all records add to the rolling hash. */
  private long sum;
  private ClientRecord oldest;
  private ClientRecord newest;
  private long forgotten;
  /** The client of the last command and its record: commands of one client come in runs. */
  private ClientId lastId;
  private ClientRecord lastRecord;
  private Answer answer;

  private ClientRecords(long store, long forgotten) {
    this.store = store;
    this.forgotten = forgotten;
  }

  /** Reads what is stored. The order of use is rebuilt from the records, so it is the one that every replica has. */
  public static ClientRecords load(EngineView view, long store, long forgotten) {
    var records = new ClientRecords(store, forgotten);
    var found = new ArrayList<ClientRecord>();
    byte[] first = OnDiskFormat.smallKey(store, OnDiskFormat.STORE_CLIENT, new byte[0]);
    byte[] end = OnDiskFormat.smallKey(store, (byte) (OnDiskFormat.STORE_CLIENT + 1), new byte[0]);
    try (EngineCursor cursor = view.cursor(Family.SMALL, first, end)) {
      for (; cursor.valid(); cursor.next()) {
        byte[] key = cursor.key();
        var id = new ClientId(OnDiskFormat.readInt64(key, first.length), OnDiskFormat.readInt64(key, first.length + 8));
        found.add(ClientRecord.decode(id, cursor.value()));
      }
    }
    found.sort(Comparator.comparingLong(ClientRecord::useIndex).thenComparingInt(ClientRecord::usePosition));
    for (ClientRecord record : found) {
      records.byId.put(record.id, record);
      records.append(record);
      records.sum += record.fact(records.fact);
    }
    return records;
  }

  /** The largest revision at which an evicted record was last used. */
  public long forgotten() {
    return forgotten;
  }

  /** What all of it adds to the rolling hash. */
  public long sum() {
    return sum;
  }

  /** Clients remembered. */
  public int size() {
    return byId.size();
  }

  /** Decides about a command without changing anything. */
  public Verdict judge(long high, long low, long sequence, long lowestOpen, long seen, long hash) {
    answer = null;
    ClientRecord record = find(high, low);
    long lowest = record == null ? lowestOpen : Math.max(lowestOpen, record.lowestOpen());
    if (sequence < lowest) {
      return Verdict.CLOSED;
    }
    int at = record == null ? -1 : record.find(sequence);
    if (at >= 0) {
      if (record.hashAt(at) != hash) {
        return Verdict.REUSED;
      }
      answer = record.answerAt(at);
      return Verdict.REPEATED;
    }
    if (seen < (record == null ? forgotten : record.forgotten)) {
      return Verdict.HORIZON;
    }
    return record != null && record.openFrom(lowest) >= OPEN_MAX ? Verdict.TOO_MANY_OPEN : Verdict.FRESH;
  }

  /** After {@link Verdict#REPEATED}: what the command was told when it was applied. */
  public Answer answer() {
    return answer;
  }

  /**
   * Remembers a command that was just applied; the same arguments as {@link #judge} had.
   *
   * @param revision of the answer
   * @param changed keys changed; 0 means that the command took no revision
   * @param previous the previous version as stored, where the answer shows one, else null
   * @param index of the entry
   * @param position of the command in it
   */
  public void remember(long high, long low, long sequence, long lowestOpen, long seen, long hash, long revision, long changed,
      byte[] previous, long index, int position) {
    ClientRecord record = find(high, low);
    if (record == null) {
      record = new ClientRecord(new ClientId(high, low), forgotten);
      byId.put(record.id, record);
      lastId = record.id;
      lastRecord = record;
    } else {
      sum -= record.fact(fact);
      unlink(record);
    }
    append(record);
    record.close(lowestOpen, fact);
    record.hold(sequence, hash, revision, changed, previous, fact);
    record.used(changed > 0 ? revision : seen + 1, index, position);
    sum += record.fact(fact);
    if (!record.dirty) {
      record.dirty = true;
      unsaved.put(record.id, record);
    }
  }

  /** Forgets the clients that were used longest ago, until at most {@code max} are remembered. */
  public void evict(int max) {
    while (byId.size() > max) {
      ClientRecord record = oldest;
      unlink(record);
      byId.remove(record.id);
      sum -= record.fact(fact);
      forgotten = Math.max(forgotten, record.lastUsed());
      record.dirty = false;
      unsaved.put(record.id, null);
      lastId = null;
      lastRecord = null;
    }
  }

  /** Writes what has changed: once for each client, however many of its commands there were. */
  public void save(EngineBatch batch) {
    unsaved.forEach((id, record) -> {
      byte[] key = OnDiskFormat.clientKey(store, id.high(), id.low());
      if (record == null) {
        batch.delete(Family.SMALL, key);
      } else {
        record.encode(scratch);
        batch.put(Family.SMALL, key, key.length, scratch.buffer(), scratch.length());
        record.dirty = false;
      }
    });
    unsaved.clear();
  }

  /** Shows each record as it would be stored, oldest use first; for hashes of the content. Buffers are valid during the call. */
  public void describe(Consumer<BytesOut> each) {
    for (ClientRecord record = oldest; record != null; record = record.newer) {
      record.encode(scratch);
      scratch.int64(record.id.high()).int64(record.id.low());
      each.accept(scratch);
    }
  }

  private ClientRecord find(long high, long low) {
    if (lastId == null || lastId.high() != high || lastId.low() != low) {
      lastId = new ClientId(high, low);
      lastRecord = byId.get(lastId);
    }
    return lastRecord;
  }

  private void append(ClientRecord record) {
    record.older = newest;
    record.newer = null;
    if (newest == null) {
      oldest = record;
    } else {
      newest.newer = record;
    }
    newest = record;
  }

  private void unlink(ClientRecord record) {
    if (record.older == null) {
      oldest = record.newer;
    } else {
      record.older.newer = record.newer;
    }
    if (record.newer == null) {
      newest = record.older;
    } else {
      record.newer.older = record.older;
    }
    record.older = null;
    record.newer = null;
  }
}
