package io.cairn.storage.engine;

import io.cairn.storage.StorageFailure;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/**
 * Remembers the first failure of an engine and hands it on, once. Nothing is retried and nothing resumes (ST-01, ST-11): should
 * RocksDB recover by itself, this engine does not.
 *
 * <p>Failures in the background are found by RocksDB's count of them, which never falls, at the next write or flush, and whenever the room on
 * the disk is looked at: until something is written nothing can be lost by them. Its listener is not used for this: the Java side of 11.8.1 does not know the reason "flush
 * without a write-ahead log", the very one that matters here, and throws on the native thread instead of calling.
 */
final class RocksFailures {
  private final AtomicReference<StorageFailure> first = new AtomicReference<>();
  private final String directory;
  private final Consumer<StorageFailure> told;

  RocksFailures(String directory, Consumer<StorageFailure> told) {
    this.directory = directory;
    this.told = told;
  }

  /** @throws StorageFailure if there was a failure before: after one no answer of this engine can be trusted */
  void check() {
    StorageFailure failure = first.get();
    if (failure != null) {
      throw new StorageFailure(failure.kind(), failure.getMessage(), failure);
    }
  }

  /** @throws StorageFailure if a flush or compaction in the background has failed */
  void checkBackground(RocksDB db) throws RocksDBException {
    long errors = db.getLongProperty("rocksdb.background-errors");
    if (errors > 0) {
      throw raise(new StorageFailure(StorageFailure.Kind.DISK,
          "engine " + directory + ": a flush or compaction in the background has failed; RocksDB's LOG file says why"));
    }
  }

  /** Makes the failure of a call known and gives it back to be thrown. */
  StorageFailure raise(String what, RocksDBException cause) {
    boolean corrupt = isCorrupt(cause);
    var kind = corrupt ? StorageFailure.Kind.CORRUPT : StorageFailure.Kind.DISK;
    return raise(new StorageFailure(kind, "engine " + directory + ": " + what + ": " + plain(String.valueOf(cause.getMessage()))
        + (corrupt ? ". " + StorageFailure.REPLACE : ""), cause));
  }

  static boolean isCorrupt(RocksDBException cause) {
    Status status = cause.getStatus();
    String message = String.valueOf(cause.getMessage());
    boolean gone = message.contains("No such file") && message.contains("for random read"); // Those are tables: they are written and then never go.
    return gone || status != null && status.getCode() == Status.Code.Corruption || message.startsWith("Corruption") || message.contains("Corruption:");
  }

  /** RocksDB shows bytes that it found, which may be anything. */
  static String plain(String message) {
    return message.strip().replaceAll("\\p{Cntrl}", " ");
  }

  private StorageFailure raise(StorageFailure failure) {
    if (first.compareAndSet(null, failure)) {
      told.accept(failure);
    }
    return failure;
  }
}
