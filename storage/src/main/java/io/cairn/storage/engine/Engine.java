package io.cairn.storage.engine;

import java.util.List;

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

  /** Counts views: what {@link #isViewedBefore} compares with. */
  long viewMark();

  /** Whether a view is open that was taken before the mark was asked for. */
  boolean isViewedBefore(long mark);

  /**
   * Gives back the space of ranges of which nothing is left: whole files at once and for good, not waiting for a flush; the rest, when
   * it has become more than what lives, by rewriting what lives. May take long, and is cut off by {@link #close()}.
   *
   * <p>The caller vouches that what deleted them is durable, since a crash would not bring them back, and that no view is open that
   * was taken before they were deleted ({@link #isViewedBefore}), since it might find them or not.
   */
  void reclaim(Family family, List<Range> gone);

  /** Whether the files hold so much between the two keys that it would be worth it. */
  boolean isWorthReclaiming(Family family, Range range);

  /** About how many bytes the keys between the two take, in files and beside them: an estimate, found without reading them. */
  long approximateBytes(Family family, Range range);

  /** Keys in {@code [start, end)}. */
  record Range(byte[] start, byte[] end) {}

  /**
   * How much room the disk has, to be told again and again: a merge of files for which there may be too little does not begin until there is
   * enough. Not from two loops at once.
   */
  default void roomOnDisk(long freeBytes) {}

  /**
   * Rewrites the family's files when much of what they hold are deletes of other things that they hold, and the disk has the room for it;
   * whether it did. May take long, and is cut off by {@link #close()}.
   */
  default boolean reclaimDeletes(Family family) {
    return false;
  }

  /** Bytes of the files. */
  long diskBytes();

  /**
   * How merges of files keep up, as of the last flush.
   *
   * @param late files beyond those with which a merge begins, those being merged included, in the family that has most of them
   * @param bytesPerSecond that merges are charged with for their reads at most
   */
  record Merges(int late, long bytesPerSecond) {}

  Merges merges();

  @Override
  void close();
}
