package io.cairn.storage.engine;

/**
 * An ordered map of bytes in {@link Family families}: the seam in front of RocksDB. Keys are ordered as unsigned bytes.
 *
 * <p>Writes come from one loop (the engine's apply loop); reads from anywhere. There is no write-ahead log: after a crash the
 * engine holds a prefix of the batches written, each whole or not at all over all families, and at least all that the last
 * {@link #flush()} covered. Every failure is a {@link io.cairn.storage.StorageFailure}.
 */
public interface Engine extends AutoCloseable {

  /** The value, or null. */
  byte[] get(Family family, byte[] key);

  /** The value as far as it is durable, passing over what is not flushed yet; or null. */
  byte[] durable(Family family, byte[] key);

  /** A consistent view of all families at this moment; to be closed. */
  EngineView view();

  /** Writes the batch atomically, not durably, and leaves it empty. */
  void write(EngineBatch batch);

  EngineBatch newBatch();

  /** Makes everything written so far durable, atomically over all families; returns when it is. */
  void flush();

  /** Bytes written since the last flush began, about: what a crash would make the log replay. */
  long unflushedBytes();

  /** Bytes of the files. */
  long diskBytes();

  @Override
  void close();
}
