package io.cairn.storage.directory;

import io.cairn.platform.Files;
import io.cairn.platform.RandomSource;
import io.cairn.platform.StoredFile;
import io.cairn.storage.StorageFailure;
import io.cairn.storage.StorageFailure.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.TreeMap;

/**
 * A node's data directory, held by this process from {@link #open} to {@link #close}.
 *
 * <p>{@link #identity()} may be read anywhere; what changes it blocks on the disk and is called from one loop that may.
 */
public final class NodeDirectory implements AutoCloseable {
  /** What may lie in a folder that is still nobody's: what a crash at the first opening leaves, and what mkfs makes. */
  private static final List<String> HARMLESS = List.of(OnDiskFormat.LOCK, OnDiskFormat.IDENTITY_NEW, "lost+found");

  private final Files files;
  private final String directory;
  private final AutoCloseable lock;
  private volatile Identity identity;

  private NodeDirectory(Files files, String directory, AutoCloseable lock, Identity identity) {
    this.files = files;
    this.directory = directory;
    this.lock = lock;
    this.identity = identity;
  }

  /**
   * Takes the directory for this process, and makes it this node's when it is new.
   *
   * @param bootstrapDigest kept when the directory is new, else the one kept stays
   * @param random gives the incarnation of a new directory
   * @throws StorageFailure {@code WRONG_DIRECTORY} when another process holds it, when it is another node's or another
   *     cluster's, or a folder with something else in it; {@code NEWER_FORMAT}; {@code CORRUPT}. Nothing was touched then
   */
  public static NodeDirectory open(Files files, String directory, String clusterId, String nodeName, long bootstrapDigest,
      RandomSource random) {
    Identity fresh = new Identity(OnDiskFormat.FORMAT_VERSION, clusterId, nodeName, Incarnation.random(random), bootstrapDigest,
        false, new TreeMap<>(), 0, false);
    try {
      read(files, directory, fresh); // before the lock, which would leave a file in a folder that is not ours
      files.createDirectories(directory);
      return locked(files, directory, fresh);
    } catch (IOException failed) {
      throw disk("opening " + directory, failed);
    }
  }

  private static NodeDirectory locked(Files files, String directory, Identity fresh) throws IOException {
    AutoCloseable lock;
    try {
      lock = files.lock(directory + "/" + OnDiskFormat.LOCK);
    } catch (IOException held) {
      throw new StorageFailure(Kind.WRONG_DIRECTORY, directory + " cannot be taken by this process: " + held.getMessage(), held);
    }
    try {
      Identity found = read(files, directory, fresh);
      NodeDirectory node = new NodeDirectory(files, directory, lock, found == null ? fresh : found);
      if (found == null) {
        node.write(fresh);
      }
      return node;
    } catch (IOException | RuntimeException failed) {
      release(lock, failed);
      throw failed;
    }
  }

  public Identity identity() {
    return identity;
  }

  /** The room held back for a start on a full disk; given up, now, when the disk is full. Before engine and log are opened. */
  public Ballast ballast() {
    try {
      return Ballast.open(files, directory);
    } catch (IOException failed) {
      throw disk("opening " + directory + "/" + OnDiskFormat.BALLAST, failed);
    }
  }

  /** Where the shared Raft log lies. */
  public String logDirectory() {
    return directory + "/" + OnDiskFormat.LOG;
  }

  /** Where the engines lie. */
  public String engineDirectory() {
    return directory + "/" + OnDiskFormat.ENGINE;
  }

  /**
   * Makes the engine's folder where there is none. Before the engine is opened: RocksDB takes a folder without this one file for a new one, begins
   * another database there and deletes what was in it.
   *
   * @throws StorageFailure {@code CORRUPT} when the file is missing beside others; nothing was touched
   */
  public void makeEngineDirectory() {
    try {
      files.createDirectories(engineDirectory());
      List<String> names = files.list(engineDirectory());
      if (!names.contains(OnDiskFormat.ENGINE_CURRENT) && names.stream().anyMatch(name -> name.endsWith(OnDiskFormat.ENGINE_TABLE))) {
        throw new StorageFailure(Kind.CORRUPT, engineDirectory() + "/" + OnDiskFormat.ENGINE_CURRENT + " is missing, though the engine there holds data. "
            + StorageFailure.REPLACE);
      }
    } catch (IOException failed) {
      throw disk("opening " + engineDirectory(), failed);
    }
  }

  /** Notes, durably, that the first state of the shards stands here. */
  public void markBootstrapped() {
    if (!identity.bootstrapped()) {
      write(identity.withBootstrapped());
    }
  }

  /** Notes, durably, that this node was added to the cluster, under which id, and that the first state of its shards stands here. */
  public void markJoined(long nodeId, long bootstrapDigest) {
    write(identity.withJoined(nodeId, bootstrapDigest));
  }

  /** Notes, durably, that the node was removed: no replica that lies here takes part ever again (MB-02). */
  public void markRemoved() {
    if (!identity.removed()) {
      write(identity.withRemoved());
    }
  }

  /**
   * Notes, durably, which incarnation a peer has; to be called before anything else is exchanged with it.
   *
   * @throws IllegalStateException when it was met with another one: that node lost its directory and must not be heard
   */
  public void rememberPeer(String name, Incarnation incarnation) {
    Incarnation known = identity.peers().get(name);
    if (known == null) {
      write(identity.withPeer(name, incarnation));
    } else if (!known.equals(incarnation)) {
      throw new IllegalStateException("node " + name + " was met with incarnation " + known + " and comes with " + incarnation
          + ": its data directory was lost or replaced");
    }
  }

  /** Gives the directory back. */
  @Override
  public void close() {
    try {
      lock.close();
    } catch (Exception failed) {
      throw disk("unlocking " + directory, failed);
    }
  }

  /** The identity that stands there, or null when the folder is nobody's yet. */
  private static Identity read(Files files, String directory, Identity expected) throws IOException {
    String path = directory + "/" + OnDiskFormat.IDENTITY;
    if (!files.exists(path)) {
      List<String> names = files.list(directory);
      String lost = names.contains(OnDiskFormat.LOG) || names.contains(OnDiskFormat.ENGINE) ? ". If it was one, the file is lost. " + StorageFailure.REPLACE : "";
      for (String name : names) {
        if (!HARMLESS.contains(name)) {
          throw new StorageFailure(Kind.WRONG_DIRECTORY, directory + " holds '" + name + "' but no " + OnDiskFormat.IDENTITY
              + ": it is not a node's data directory; give an empty or a new one" + lost);
        }
      }
      return null;
    }
    Identity found = OnDiskFormat.decode(readAll(files, path), path);
    requireSame("cluster", found.clusterId(), expected.clusterId(), directory);
    requireSame("node", found.nodeName(), expected.nodeName(), directory);
    if (found.removed()) {
      throw new StorageFailure(Kind.REMOVED, directory + " is of node '" + found.nodeName()
          + "', which was removed from the cluster: delete it; to come back, the machine is added as a new node under a new name");
    }
    return found;
  }

  private static void requireSame(String what, String found, String expected, String directory) {
    if (!found.equals(expected)) {
      throw new StorageFailure(Kind.WRONG_DIRECTORY,
          directory + " belongs to " + what + " '" + found + "', this is " + what + " '" + expected + "'");
    }
  }

  static byte[] readAll(Files files, String path) throws IOException {
    try (StoredFile file = files.openReadOnly(path)) {
      ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(file.size()));
      file.read(bytes, 0);
      return bytes.array();
    }
  }

  /** Replaces IDENTITY: after a crash either the old one stands there or the new one, each whole. */
  private void write(Identity next) {
    String temporary = directory + "/" + OnDiskFormat.IDENTITY_NEW;
    try {
      if (files.exists(temporary)) {
        files.delete(temporary);
      }
      try (StoredFile file = files.open(temporary, true)) {
        file.write(ByteBuffer.wrap(OnDiskFormat.encode(next)), 0);
        file.sync();
      }
      files.rename(temporary, directory + "/" + OnDiskFormat.IDENTITY);
      files.syncDirectory(directory);
    } catch (IOException failed) {
      throw disk("writing " + directory + "/" + OnDiskFormat.IDENTITY, failed);
    }
    identity = next;
  }

  static void release(AutoCloseable lock, Exception failed) {
    try {
      lock.close();
    } catch (Exception alsoFailed) {
      failed.addSuppressed(alsoFailed);
    }
  }

  private static StorageFailure disk(String what, Exception failed) {
    return new StorageFailure(Kind.DISK, what + " failed: " + failed.getMessage(), failed);
  }
}
