package io.cairn.storage.snapshot;

import io.cairn.raft.Invariant;
import io.cairn.storage.OnDiskFormat;
import io.cairn.storage.StorageFailure;
import io.cairn.storage.bytes.BytesIn;
import io.cairn.storage.bytes.BytesOut;
import io.cairn.storage.catalog.ReplicaCatalog;
import io.cairn.storage.engine.Engine;
import io.cairn.storage.engine.EngineBatch;
import io.cairn.storage.engine.Family;
import io.cairn.storage.mvcc.HashOfKeys;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * Writes the chunks of a snapshot under a fresh store number, while the replica they are for stays as it is. It becomes the
 * replica's data only by the caller's switch of pieces in the catalog, after {@link #finish()}; a crash before that leaves a store
 * that no replica refers to, which boot sweeps.
 *
 * <p>Holds one chunk, one entry and at most 1 MiB of unwritten entries. It writes to the engine, so it belongs to the apply loop.
 */
public final class SnapshotSink {
  private static final int WRITE_BYTES = 1 << 20;

  private final Engine engine;
  private final long store;
  private final EngineBatch batch;
  private final BytesOut stream = new BytesOut(64 << 10);
  private final CRC32C whole = new CRC32C();
  /** Of what is written here, not of what was there: the next comparison of replicas shows whether that is the same. */
  private final HashOfKeys hash;
  private SnapshotHeader header;
  private int nextChunk;
  private long entries;
  private boolean ended;
  private boolean last;
  private boolean closed;

  /** @param newStore a number from {@link ReplicaCatalog#newStore}, under which nothing was written yet */
  public SnapshotSink(Engine engine, long newStore) {
    OnDiskFormat.checkStore(newStore);
    this.engine = engine;
    this.store = newStore;
    this.hash = new HashOfKeys(newStore);
    this.batch = engine.newBatch();
  }

  public long store() {
    return store;
  }

  /** The number of the chunk that is wanted next: where a broken transfer goes on. */
  public int nextChunk() {
    return nextChunk;
  }

  /** What the stream began with, or null while that is not complete. */
  public SnapshotHeader header() {
    return header;
  }

  /** Whether every chunk is in and what they say about themselves is true. */
  public boolean complete() {
    return last && ended;
  }

  /**
   * Takes the next chunk.
   *
   * @return false for a chunk that was taken before (a repeated message): nothing is done
   * @throws BadSnapshotException for anything else that is not the next chunk as it was sent; then only {@link #abort()} is left
   */
  public boolean add(byte[] chunk) throws BadSnapshotException {
    Invariant.check(!closed, "a finished or aborted snapshot takes no chunk");
    try {
      return take(chunk);
    } catch (StorageFailure e) {
      if (e.kind() == StorageFailure.Kind.DISK) {
        throw e;
      }
      throw new BadSnapshotException("chunk " + nextChunk + " does not decode: " + e.getMessage());
    }
  }

  private boolean take(byte[] chunk) throws BadSnapshotException {
    int least = SnapshotStream.CHUNK_HEAD_BYTES + SnapshotStream.CRC_BYTES;
    if (chunk.length < least) {
      throw new BadSnapshotException("a chunk of " + chunk.length + " bytes, the least is " + least);
    }
    int crcAt = chunk.length - SnapshotStream.CRC_BYTES;
    checkCrc("chunk " + nextChunk, chunk, crcAt, OnDiskFormat.readInt32(chunk, crcAt));
    var in = new BytesIn(chunk).over(chunk, 0, crcAt);
    int number = in.int32();
    boolean isLast = (in.int8() & SnapshotStream.LAST) != 0;
    int length = in.int32();
    if (number >= 0 && number < nextChunk) {
      return false;
    }
    if (number != nextChunk || last || length < 0 || length != in.left() - (isLast ? SnapshotStream.CRC_BYTES : 0)) {
      throw new BadSnapshotException("chunk " + number + " of " + length + " bytes, wanted was number " + nextChunk
          + (last ? ", which is behind the last" : "") + " with " + in.left() + " bytes");
    }
    int at = in.skip(length);
    whole.update(chunk, at, length);
    if (isLast && in.int32() != (int) whole.getValue()) {
      throw new BadSnapshotException("the whole stream has checksum " + Integer.toHexString((int) whole.getValue()) + ", not the one sent");
    }
    stream.bytes(chunk, at, length);
    nextChunk++;
    last = isLast;
    readFrames();
    if (last && (!ended || stream.length() > 0)) {
      throw new BadSnapshotException("the stream ends in the middle of a frame");
    }
    return true;
  }

  /** Completes the store; it holds everything when this returns, and is not durable yet. */
  public SnapshotHeader finish() throws BadSnapshotException {
    Invariant.check(!closed, "a snapshot is finished once");
    if (!complete()) {
      throw new BadSnapshotException("chunk " + nextChunk + " is missing");
    }
    batch.put(Family.SMALL, OnDiskFormat.stateKey(store), header.state().encode());
    hash.write(batch, header.state());
    engine.write(batch);
    closed = true;
    return header;
  }

  /** Deletes what was written. */
  public void abort() {
    if (closed) {
      return;
    }
    closed = true;
    batch.clear();
    ReplicaCatalog.deleteStore(batch, store);
    engine.write(batch);
  }

  private void readFrames() throws BadSnapshotException {
    int at = 0;
    while (stream.length() - at >= 4) {
      int length = OnDiskFormat.readInt32(stream.buffer(), at);
      if (length < 1 || length > SnapshotStream.FRAME_BYTES_MAX) {
        throw new BadSnapshotException("a frame of " + length + " bytes, possible are 1 to " + SnapshotStream.FRAME_BYTES_MAX);
      }
      if (stream.length() - at - 4 < length) {
        break;
      }
      frame(new BytesIn(stream.buffer()).over(stream.buffer(), at + 4, length));
      at += 4 + length;
    }
    if (at > 0) {
      byte[] rest = Arrays.copyOfRange(stream.buffer(), at, stream.length());
      stream.clear().bytes(rest);
    }
  }

  private void frame(BytesIn in) throws BadSnapshotException {
    int kind = in.int8();
    boolean inOrder = kind == SnapshotStream.HEADER ? header == null : header != null && !ended;
    if (!inOrder) {
      throw new BadSnapshotException("a frame of kind " + kind + " stands in the wrong place");
    }
    switch (kind) {
      case SnapshotStream.HEADER -> header = SnapshotHeader.decode(in.bytes(in.left()));
      case SnapshotStream.ENTRY -> entry(in);
      case SnapshotStream.END -> {
        long sent = in.varint();
        if (sent != entries) {
          throw new BadSnapshotException(entries + " entries have come, " + sent + " were sent");
        }
        ended = true;
      }
      default -> throw new BadSnapshotException("a frame of kind " + kind + " is unknown to this version");
    }
  }

  private void entry(BytesIn in) throws BadSnapshotException {
    int ordinal = in.int8();
    if (ordinal >= Family.values().length) {
      throw new BadSnapshotException("family " + ordinal + " is unknown to this version");
    }
    Family family = Family.values()[ordinal];
    byte[] key = in.sized();
    byte[] prefix = family == Family.SMALL ? OnDiskFormat.smallPrefix(store) : OnDiskFormat.storePrefix(store);
    byte[] stored = Arrays.copyOf(prefix, prefix.length + key.length);
    System.arraycopy(key, 0, stored, prefix.length, key.length);
    byte[] value = in.bytes(in.left());
    batch.put(family, stored, value);
    if (family == Family.NEWEST) {
      hash.add(stored, value);
    }
    entries++;
    if (batch.bytes() >= WRITE_BYTES) {
      engine.write(batch);
    }
  }

  private static void checkCrc(String what, byte[] bytes, int length, int sent) throws BadSnapshotException {
    var crc = new CRC32C();
    crc.update(bytes, 0, length);
    if ((int) crc.getValue() != sent) {
      throw new BadSnapshotException(what + " has checksum " + Integer.toHexString((int) crc.getValue()) + ", sent was "
          + Integer.toHexString(sent));
    }
  }
}
