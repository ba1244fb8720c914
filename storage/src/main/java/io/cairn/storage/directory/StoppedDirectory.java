package io.cairn.storage.directory;

import io.cairn.platform.Files;
import io.cairn.storage.StorageFailure;
import io.cairn.storage.StorageFailure.Kind;
import java.io.IOException;

/**
 * The data directory of a node that does not run, to be looked at and not changed: nothing in it is made, written or renamed. While it
 * is held no node can take it.
 *
 * <p>The lock is a shared one on the LOCK file, opened for reading. Where there is no such file (a copy of a directory) there is nothing
 * to hold, and none is made: {@link #requireUntaken} tells afterwards whether a node has come meanwhile.
 */
public final class StoppedDirectory implements AutoCloseable {
  private final Files files;
  private final String directory;
  private final AutoCloseable lock;
  private final Identity identity;
  private final String identityProblem;

  private StoppedDirectory(Files files, String directory, AutoCloseable lock, Identity identity, String identityProblem) {
    this.files = files;
    this.directory = directory;
    this.lock = lock;
    this.identity = identity;
    this.identityProblem = identityProblem;
  }

  /**
   * @throws StorageFailure {@code WRONG_DIRECTORY} when it is no data directory, or a node runs on it; {@code NEWER_FORMAT}; {@code DISK}
   */
  public static StoppedDirectory open(Files files, String directory) {
    AutoCloseable lock = null;
    try {
      requireDataDirectory(files, directory);
      lock = lock(files, directory);
      return read(files, directory, lock);
    } catch (IOException | RuntimeException failed) {
      if (lock != null) {
        NodeDirectory.release(lock, failed);
      }
      throw failed instanceof StorageFailure told ? told
          : new StorageFailure(Kind.DISK, "reading " + directory + " failed: " + failed.getMessage(), failed);
    }
  }

  private static void requireDataDirectory(Files files, String directory) throws IOException {
    if (!files.exists(directory)) {
      throw new StorageFailure(Kind.WRONG_DIRECTORY, "there is no " + directory + "; give a node's data directory, its storage.dir");
    }
    if (files.exists(directory + "/" + OnDiskFormat.IDENTITY)) {
      return;
    }
    boolean inside = files.exists(directory + "/../" + OnDiskFormat.IDENTITY);
    throw new StorageFailure(Kind.WRONG_DIRECTORY, directory + (inside ? " lies in a node's data directory; give the directory above it"
        : " is not a node's data directory: that is its storage.dir, and holds " + OnDiskFormat.IDENTITY + ", " + OnDiskFormat.LOG + "/ and "
            + OnDiskFormat.ENGINE + "/"));
  }

  private static AutoCloseable lock(Files files, String directory) throws IOException {
    String path = directory + "/" + OnDiskFormat.LOCK;
    if (!files.exists(path)) {
      return null;
    }
    try {
      return files.lockForReading(path);
    } catch (IOException held) {
      throw new StorageFailure(Kind.WRONG_DIRECTORY, directory + " is in use: " + held.getMessage()
          + ". It can be looked at when the node is stopped", held);
    }
  }

  private static StoppedDirectory read(Files files, String directory, AutoCloseable lock) throws IOException {
    String path = directory + "/" + OnDiskFormat.IDENTITY;
    try {
      return new StoppedDirectory(files, directory, lock, OnDiskFormat.decode(NodeDirectory.readAll(files, path), path), null);
    } catch (StorageFailure damaged) {
      if (damaged.kind() != Kind.CORRUPT) {
        throw damaged;
      }
      return new StoppedDirectory(files, directory, lock, null, damaged.getMessage());
    }
  }

  /** The cluster whose the directory is, or null when its IDENTITY cannot be read. */
  public String clusterId() {
    return identity == null ? null : identity.clusterId();
  }

  /** What is wrong with IDENTITY, or null. */
  public String identityProblem() {
    return identityProblem;
  }

  /** Where the shared Raft log lies. */
  public String logDirectory() {
    return directory + "/" + OnDiskFormat.LOG;
  }

  /**
   * To be called when all was read.
   *
   * @throws StorageFailure {@code WRONG_DIRECTORY} when a node took a directory that had no LOCK to hold: what was read is of no worth
   */
  public void requireUntaken() {
    try {
      if (lock == null && files.exists(directory + "/" + OnDiskFormat.LOCK)) {
        throw new StorageFailure(Kind.WRONG_DIRECTORY, directory + " was taken by a node while it was read; stop the node and try again");
      }
    } catch (IOException failed) {
      throw new StorageFailure(Kind.DISK, "reading " + directory + " failed: " + failed.getMessage(), failed);
    }
  }

  @Override
  public void close() {
    if (lock != null) {
      try {
        lock.close();
      } catch (Exception failed) {
        throw new StorageFailure(Kind.DISK, "unlocking " + directory + " failed: " + failed.getMessage(), failed);
      }
    }
  }
}
