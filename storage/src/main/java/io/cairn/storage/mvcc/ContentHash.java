package io.cairn.storage.mvcc;

import io.cairn.storage.OnDiskFormat;
import io.cairn.storage.bytes.BytesIn;
import io.cairn.storage.bytes.BytesOut;
import io.cairn.storage.engine.EngineCursor;
import io.cairn.storage.engine.EngineView;
import io.cairn.storage.engine.Family;
import io.cairn.storage.retry.ClientRecords;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * A hash over what a store means, never over how it lies on disk: replicas have different store numbers, and one day different
 * formats. Two replicas that have applied the same entries have the same hash (SM-01, A-12); how their rounds were cut, what was
 * flushed, and whether the data came by the log or by a snapshot does not matter.
 */
final class ContentHash {
  private static final byte[] NONE = {};

  private final EngineView view;
  private final long store;
  private final MessageDigest digest;
  private final BytesOut line = new BytesOut(1 << 10);
  private final StoredVersion version = new StoredVersion();
  private final StoredEvent event = new StoredEvent();

  private ContentHash(EngineView view, long store) {
    this.view = view;
    this.store = store;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** The first 64 bits of the hash. */
  static long of(EngineView view, long store) {
    return new ContentHash(view, store).hash();
  }

  private long hash() {
    StoreState state = StoreState.decode(view.get(Family.SMALL, OnDiskFormat.stateKey(store)));
    Applied applied = state.applied();
    add(line.clear().int8('S').int64(applied.index()).int64(applied.term()).int64(applied.revision())
        .int64(state.compacted()).int64(state.forgotten()));
    byte[] first = OnDiskFormat.storePrefix(store);
    byte[] end = OnDiskFormat.storeEnd(store);
    try (EngineCursor cursor = view.cursor(Family.NEWEST, first, end)) {
      for (; cursor.valid(); cursor.next()) {
        add(newestLine(line, OnDiskFormat.userKey(cursor.key()), version.read(cursor.value())));
      }
    }
    deleted(first, end, state.compacted());
    events(OnDiskFormat.eventKey(store, state.compacted() + 1, 0), end);
    ClientRecords.load(view, store, state.forgotten()).describe(text -> add(line.clear().int8('C').bytes(text.buffer(), 0, text.length())));
    records();
    return OnDiskFormat.readInt64(digest.digest(), 0);
  }

  /** Deletes at or below the compaction revision mean nothing any more and may be swept on one replica before another. */
  private void deleted(byte[] first, byte[] end, long compacted) {
    try (EngineCursor cursor = view.cursor(Family.DELETED, first, end)) {
      for (; cursor.valid(); cursor.next()) {
        long revision = new BytesIn(cursor.value()).varint();
        if (revision > compacted) {
          add(line.clear().int8('D').sized(OnDiskFormat.userKey(cursor.key())).int64(revision));
        }
      }
    }
  }

  private void events(byte[] first, byte[] end) {
    var rules = HistoryRules.decode(view.get(Family.SMALL, NamedRecords.key(store, HistoryRules.RECORD)));
    try (EngineCursor cursor = view.cursor(Family.EVENTS, first, end)) {
      for (; cursor.valid(); cursor.next()) {
        if (rules.isEmpty() || !rules.isGone(event.read(cursor.value()).key(), OnDiskFormat.eventRevision(cursor.key()))) {
          eventLine(line, cursor.key(), event.read(cursor.value()), version);
          add(line);
        }
      }
    }
  }

  private void records() {
    byte[] first = OnDiskFormat.smallKey(store, OnDiskFormat.STORE_RECORD, NONE);
    try (EngineCursor cursor = view.cursor(Family.SMALL, first, OnDiskFormat.smallEnd(store))) {
      for (; cursor.valid(); cursor.next()) {
        byte[] key = cursor.key();
        if (key[first.length - 1] == OnDiskFormat.STORE_HASH) {
          continue; // It follows from the rest, and an older version does not write it.
        }
        // The byte of its kind begins it: the tables of leases lie behind the named records.
        add(line.clear().int8('R').sized(Arrays.copyOfRange(key, first.length - 1, key.length)).sized(cursor.value()));
      }
    }
  }

  /** What a key and its version mean. */
  static BytesOut newestLine(BytesOut line, byte[] key, StoredVersion version) {
    return with(line.clear().int8('N').sized(key), version);
  }

  /** What an event means; {@code version} is overwritten. */
  static BytesOut eventLine(BytesOut line, byte[] eventKey, StoredEvent event, StoredVersion version) {
    line.clear().int8('E').int64(OnDiskFormat.eventRevision(eventKey)).int32(OnDiskFormat.eventOrdinal(eventKey))
        .int64(event.clientHigh).int64(event.clientLow).int64(event.sequence).sized(event.key()).int8(event.put ? 1 : 0);
    if (event.put) {
      with(line, event.current(version));
    }
    line.int8(event.replaced ? 1 : 0);
    if (event.replaced) {
      with(line, event.replaced(version));
    }
    return line;
  }

  private static BytesOut with(BytesOut line, StoredVersion read) {
    return line.int64(read.create).int64(read.mod).int64(read.version).int64(read.lease).int64(read.principal).sized(read.value());
  }

  private void add(BytesOut bytes) {
    digest.update(bytes.buffer(), 0, bytes.length());
  }
}
