package io.cairn.platform;

import java.io.IOException;
import java.util.List;

/**
 * The file system, as little of it as a log needs. Paths are strings with {@code /} between names.
 *
 * <p>What is durable when: bytes of a file after {@link StoredFile#sync()}; a created, renamed or deleted name after
 * {@link #syncDirectory(String)} on its folder. Nothing else survives a power failure, and unsynced writes may survive in
 * part and out of order. All calls may block and are made only from loops that may.
 */
public interface Files {

  /** Names in the folder, sorted; empty if there is no such folder. */
  List<String> list(String directory) throws IOException;

  boolean exists(String path) throws IOException;

  /** Makes the folder and those above it, and syncs each parent that gained a name. */
  void createDirectories(String directory) throws IOException;

  /** Opens for reading and writing; {@code create} makes a missing file (and fails if it exists already). */
  StoredFile open(String path, boolean create) throws IOException;

  /** Opens an existing file for reading alone. */
  StoredFile openReadOnly(String path) throws IOException;

  /** Replaces {@code to} if it exists. Durable after {@link #syncDirectory(String)}. */
  void rename(String from, String to) throws IOException;

  void delete(String path) throws IOException;

  void syncDirectory(String directory) throws IOException;

  /** Bytes that may still be written to the file system that holds {@code directory}. */
  long freeBytes(String directory) throws IOException;

  /**
   * Takes the folder for this process by a lock on the named file, which lasts until it is closed or the process ends.
   *
   * @throws IOException when another process holds it; the message names the file
   */
  AutoCloseable lock(String path) throws IOException;

  /**
   * Keeps others from taking the folder by {@link #lock} until it is closed or the process ends, beside others that do the same. The
   * named file must be there: nothing is made and nothing is written.
   *
   * @throws IOException when a process holds the lock, or there is no such file; the message names the file
   */
  AutoCloseable lockForReading(String path) throws IOException;
}
