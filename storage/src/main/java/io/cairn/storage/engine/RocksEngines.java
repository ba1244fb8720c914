package io.cairn.storage.engine;

import io.cairn.storage.OnDiskFormat;
import io.cairn.storage.StorageFailure;
import io.cairn.storage.StorageFailure.Kind;
import io.cairn.storage.bytes.BytesIn;
import io.cairn.storage.bytes.BytesOut;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.DBOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/**
 * Opens engines on RocksDB.
 *
 * <p>The format number of an engine stands in its small family and is flushed before anything else is written. An existing
 * database is opened <em>read-only</em> first to look at it: that changes no byte of the directory, so an engine of a newer
 * version is refused exactly as it was found. A file beside the database could not do that as well: it can be lost or
 * restored apart from the data it describes.
 */
public final class RocksEngines implements Engines {
  private static final byte[] FORMAT_KEY = {OnDiskFormat.SMALL_FORMAT};

  static {
    RocksDB.loadLibrary();
  }

  private final EngineSettings settings;
  private final Consumer<StorageFailure> onFailure;

  /**
   * @param onFailure told of the first failure of each engine, on the thread whose call met it: it must only hand over. That
   *     call and all later ones throw it as well.
   */
  public RocksEngines(EngineSettings settings, Consumer<StorageFailure> onFailure) {
    this.settings = settings;
    this.onFailure = onFailure;
  }

  /** @throws StorageFailure of kind NEWER_FORMAT with both versions named, and nothing touched */
  @Override
  public Engine open(String directory) {
    checkFormat(directory);
    var engine = new RocksEngine(directory, settings, onFailure);
    try {
      if (engine.get(Family.SMALL, FORMAT_KEY) == null) {
        EngineBatch batch = engine.newBatch();
        batch.put(Family.SMALL, FORMAT_KEY, new BytesOut(2).varint(OnDiskFormat.ENGINE).toArray());
        engine.write(batch);
        engine.flush();
      }
      return engine;
    } catch (RuntimeException e) {
      engine.close();
      throw e;
    }
  }

  private static void checkFormat(String directory) {
    List<byte[]> names;
    try (var options = new Options()) {
      names = RocksDB.listColumnFamilies(options, directory);
    } catch (RocksDBException e) {
      names = List.of();
    }
    if (names.isEmpty()) {
      // No database yet, or one that cannot be read: creating or opening it says which.
      return;
    }
    var handles = new ArrayList<ColumnFamilyHandle>();
    List<ColumnFamilyDescriptor> descriptors = names.stream().map(ColumnFamilyDescriptor::new).toList();
    try (var options = new DBOptions().setMaxOpenFiles(64)) {
      try (RocksDB db = RocksDB.openReadOnly(options, directory, descriptors, handles)) {
        checkFormat(directory, db, handles);
      } finally {
        descriptors.forEach(descriptor -> descriptor.getOptions().close());
      }
    } catch (RocksDBException e) {
      throw openFailed(directory, e);
    }
  }

  private static void checkFormat(String directory, RocksDB db, List<ColumnFamilyHandle> handles) throws RocksDBException {
    boolean empty = true;
    byte[] format = null;
    for (ColumnFamilyHandle handle : handles) {
      if (new String(handle.getName(), StandardCharsets.UTF_8).equals(Family.SMALL.diskName())) {
        format = db.get(handle, FORMAT_KEY);
      }
      try (RocksIterator iterator = db.newIterator(handle)) {
        iterator.seekToFirst();
        empty &= !iterator.isValid();
      }
    }
    handles.forEach(ColumnFamilyHandle::close);
    if (format == null) {
      // A crash between creating the families and flushing the format leaves them empty; anything else is not ours.
      if (!empty) {
        throw new StorageFailure(Kind.CORRUPT, "engine " + directory + " holds data but no format number");
      }
      return;
    }
    long found = new BytesIn(format).varint();
    if (found > OnDiskFormat.ENGINE) {
      throw new StorageFailure(Kind.NEWER_FORMAT, "engine " + directory + " has format " + found + ", this version reads up to "
          + OnDiskFormat.ENGINE + "; nothing was touched");
    }
  }

  static StorageFailure openFailed(String directory, RocksDBException cause) {
    String message = String.valueOf(cause.getMessage());
    if (message.contains("lock ") || message.contains("LOCK")) {
      return new StorageFailure(Kind.WRONG_DIRECTORY, "engine " + directory + " is in use by another process: " + message, cause);
    }
    boolean missing = message.contains("No such file");
    if (missing || RocksFailures.isCorrupt(cause)) {
      return new StorageFailure(Kind.CORRUPT, "engine " + directory + " cannot be opened: " + RocksFailures.plain(message) + ". " + StorageFailure.REPLACE,
          cause);
    }
    return new StorageFailure(Kind.DISK, "engine " + directory + " cannot be opened: " + RocksFailures.plain(message), cause);
  }

  static byte[] diskName(Family family) {
    return family.diskName().getBytes(StandardCharsets.UTF_8);
  }
}
