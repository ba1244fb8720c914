package io.cairn.storage.engine;

import io.cairn.storage.StorageFailure;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.rocksdb.AbstractEventListener;
import org.rocksdb.BackgroundErrorReason;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/**
 * Remembers the first failure of an engine and hands it on, once. A background error of RocksDB comes on one of RocksDB's own
 * threads, so whoever is told must only pass it to its loop. Nothing is retried and nothing resumes (ST-01, ST-11).
 */
final class RocksFailures extends AbstractEventListener {
  private final AtomicReference<StorageFailure> first = new AtomicReference<>();
  private final String directory;
  private final Consumer<StorageFailure> told;

  RocksFailures(String directory, Consumer<StorageFailure> told) {
    super(EnabledEventCallback.ON_BACKGROUND_ERROR, EnabledEventCallback.ON_ERROR_RECOVERY_BEGIN);
    this.directory = directory;
    this.told = told;
  }

  @Override
  public void onBackgroundError(BackgroundErrorReason reason, Status status) {
    var kind = status != null && status.getCode() == Status.Code.Corruption ? StorageFailure.Kind.CORRUPT : StorageFailure.Kind.DISK;
    raise(new StorageFailure(kind, "engine " + directory + ": background error in " + reason + ": " + describe(status)));
  }

  /** @return false: no recovery by itself */
  @Override
  public boolean onErrorRecoveryBegin(BackgroundErrorReason reason, Status status) {
    return false;
  }

  /** Makes a failure of a call known and gives it back to be thrown. */
  StorageFailure raise(String what, RocksDBException cause) {
    Status status = cause.getStatus();
    var kind = status != null && status.getCode() == Status.Code.Corruption ? StorageFailure.Kind.CORRUPT : StorageFailure.Kind.DISK;
    return raise(new StorageFailure(kind, "engine " + directory + ": " + what + ": " + cause.getMessage(), cause));
  }

  /** @throws StorageFailure if there was a failure before: after one no answer of this engine can be trusted */
  void check() {
    StorageFailure failure = first.get();
    if (failure != null) {
      throw new StorageFailure(failure.kind(), failure.getMessage(), failure);
    }
  }

  private StorageFailure raise(StorageFailure failure) {
    if (first.compareAndSet(null, failure)) {
      told.accept(failure);
    }
    return failure;
  }

  private static String describe(Status status) {
    return status == null ? "unknown" : status.getCodeString() + (status.getState() == null ? "" : " " + status.getState());
  }
}
