package io.cairn.storage.snapshot;

import io.cairn.raft.Invariant;
import io.cairn.storage.OnDiskFormat;
import io.cairn.storage.bytes.BytesOut;
import io.cairn.storage.catalog.ReplicaCatalog;
import io.cairn.storage.catalog.ReplicaRecord;
import io.cairn.storage.engine.Engine;
import io.cairn.storage.engine.EngineCursor;
import io.cairn.storage.engine.EngineView;
import io.cairn.storage.engine.Family;
import io.cairn.storage.mvcc.ShardStore;
import io.cairn.storage.mvcc.StoreState;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * Reads one replica as it was at one moment and cuts it into chunks. Everything comes from one view of the engine: data, applied
 * index, members (SN-08); applying goes on meanwhile. Holds one chunk and one entry in memory, and in the engine what the view
 * pins: to be closed. For one thread.
 */
public final class SnapshotSource implements AutoCloseable {
  private final EngineView view;
  private final long store;
  private final SnapshotHeader header;
  private final BytesOut stream = new BytesOut(64 << 10);
  private final CRC32C whole = new CRC32C();
  /** Bytes of {@link #stream} that are in chunks already. */
  private int sent;
  private int chunk;
  private long entries;
  /** The family that is read, by ordinal; behind the last one, the end is in the stream. */
  private int family;
  private EngineCursor cursor;
  private boolean done;

  private SnapshotSource(EngineView view, long store, SnapshotHeader header) {
    this.view = view;
    this.store = store;
    this.header = header;
    byte[] encoded = header.encode();
    stream.int32(1 + encoded.length).int8(SnapshotStream.HEADER).bytes(encoded);
    cursor = cursor(Family.values()[0]);
  }

  /**
   * @param replica must be in the catalog; its members are those that the store has applied, as of the view, or those of its birth
   * @param clusterId goes into the header
   */
  public static SnapshotSource open(Engine engine, ShardStore store, ReplicaRecord replica, byte[] clusterId) {
    EngineView view = engine.view();
    try {
      ReplicaRecord record = ReplicaCatalog.replica(view, replica.shard()).orElse(null);
      Invariant.check(record != null && record.store() == store.store(), "shard %d lies in store %d", replica.shard(), store.store());
      StoreState state = StoreState.decode(view.get(Family.SMALL, OnDiskFormat.stateKey(store.store())));
      byte[] changed = ShardStore.members(view, store.store());
      byte[] members = changed == null ? record.membership() : changed;
      var header = new SnapshotHeader(clusterId, 0, record.shard(), record.rangeEpoch(), record.membershipEpoch(), record.start(),
          record.end(), members, record.nodes(), state);
      return new SnapshotSource(view, store.store(), header);
    } catch (RuntimeException e) {
      view.close();
      throw e;
    }
  }

  public SnapshotHeader header() {
    return header;
  }

  /** The number that the next chunk will have; the first is 0. */
  public int nextChunk() {
    return chunk;
  }

  /**
   * @param bytesMax of the whole chunk; 64 or more
   * @return the next chunk, or null after the last one
   */
  public byte[] next(int bytesMax) {
    int room = bytesMax - SnapshotStream.CHUNK_HEAD_BYTES - 2 * SnapshotStream.CRC_BYTES;
    Invariant.check(room > 0, "a chunk of %d bytes has room for something", bytesMax);
    if (done) {
      return null;
    }
    while (stream.length() - sent < room && family < Family.values().length) {
      readOn();
    }
    int length = Math.min(room, stream.length() - sent);
    done = family == Family.values().length && sent + length == stream.length();
    whole.update(stream.buffer(), sent, length);
    var out = new BytesOut(SnapshotStream.CHUNK_HEAD_BYTES + length + 2 * SnapshotStream.CRC_BYTES);
    out.int32(chunk++).int8(done ? SnapshotStream.LAST : 0).int32(length).bytes(stream.buffer(), sent, length);
    if (done) {
      out.int32((int) whole.getValue());
    }
    var crc = new CRC32C();
    crc.update(out.buffer(), 0, out.length());
    sent += length;
    if (sent == stream.length()) {
      stream.clear();
      sent = 0;
    }
    return out.int32((int) crc.getValue()).toArray();
  }

  /** Adds the next entry, or goes on to the next family, or adds the end. */
  private void readOn() {
    dropSent();
    if (cursor.valid()) {
      byte[] key = cursor.key();
      int prefix = Family.values()[family] == Family.SMALL ? 5 : 4;
      byte[] own = Arrays.copyOfRange(key, prefix, key.length);
      if (prefix == 4 || own[0] != OnDiskFormat.STORE_STATE && own[0] != OnDiskFormat.STORE_HASH) {
        entry(own, cursor.value());
        entries++;
      }
      cursor.next();
      return;
    }
    cursor.close();
    family++;
    if (family < Family.values().length) {
      cursor = cursor(Family.values()[family]);
    } else {
      var end = new BytesOut(16).int8(SnapshotStream.END).varint(entries);
      stream.int32(end.length()).bytes(end.buffer(), 0, end.length());
    }
  }

  private void entry(byte[] key, byte[] value) {
    var head = new BytesOut(16).int8(SnapshotStream.ENTRY).int8(family).varint(key.length);
    stream.int32(head.length() + key.length + value.length).bytes(head.buffer(), 0, head.length()).bytes(key).bytes(value);
  }

  /** Keeps the buffer from growing with what was sent long ago. */
  private void dropSent() {
    if (sent > 1 << 20) {
      byte[] rest = Arrays.copyOfRange(stream.buffer(), sent, stream.length());
      stream.clear().bytes(rest);
      sent = 0;
    }
  }

  private EngineCursor cursor(Family of) {
    return switch (of) {
      case NEWEST, DELETED -> view.cursor(of, OnDiskFormat.storePrefix(store), OnDiskFormat.storeEnd(store));
      case EVENTS -> view.cursor(of, OnDiskFormat.eventKey(store, header.state().compacted() + 1, 0), OnDiskFormat.storeEnd(store));
      case SMALL -> view.cursor(of, OnDiskFormat.smallPrefix(store), OnDiskFormat.smallEnd(store));
    };
  }

  @Override
  public void close() {
    done = true;
    view.close();
  }
}
