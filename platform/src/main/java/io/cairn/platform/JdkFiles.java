package io.cairn.platform;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The file system of the machine, through {@link FileChannel}; nothing is ever mapped into memory (LG-11).
 *
 * <p>The JDK closes a channel when a thread that uses it is interrupted, for all other threads too (ST-09). So files are
 * used by the threads of {@link JdkEventLoops} alone, which cannot be interrupted; a thread that comes with an interrupt
 * pending is refused before it touches the channel.
 */
public final class JdkFiles implements Files {

  @Override
  public List<String> list(String directory) throws IOException {
    Path path = Path.of(directory);
    if (!java.nio.file.Files.isDirectory(path)) {
      return List.of();
    }
    List<String> names = new ArrayList<>();
    try (var stream = java.nio.file.Files.newDirectoryStream(path)) {
      for (Path entry : stream) {
        names.add(entry.getFileName().toString());
      }
    }
    names.sort(null);
    return names;
  }

  @Override
  public boolean exists(String path) {
    return java.nio.file.Files.exists(Path.of(path));
  }

  @Override
  public void createDirectories(String directory) throws IOException {
    createWithParents(Path.of(directory).toAbsolutePath().normalize());
  }

  private void createWithParents(Path directory) throws IOException {
    if (java.nio.file.Files.isDirectory(directory)) {
      return;
    }
    Path parent = directory.getParent();
    if (parent != null) {
      createWithParents(parent);
    }
    java.nio.file.Files.createDirectory(directory);
    if (parent != null) {
      syncDirectory(parent.toString());
    }
  }

  @Override
  public StoredFile open(String path, boolean create) throws IOException {
    Path file = Path.of(path);
    return new JdkStoredFile(create
        ? FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)
        : FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE));
  }

  @Override
  public StoredFile openReadOnly(String path) throws IOException {
    return new JdkStoredFile(FileChannel.open(Path.of(path), StandardOpenOption.READ));
  }

  @Override
  public void rename(String from, String to) throws IOException {
    java.nio.file.Files.move(Path.of(from), Path.of(to), StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void delete(String path) throws IOException {
    java.nio.file.Files.delete(Path.of(path));
  }

  @Override
  public void syncDirectory(String directory) throws IOException {
    refuseInterrupted();
    try (FileChannel channel = FileChannel.open(Path.of(directory), StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  @Override
  public long freeBytes(String directory) throws IOException {
    return java.nio.file.Files.getFileStore(Path.of(directory)).getUsableSpace();
  }

  @Override
  public AutoCloseable lock(String path) throws IOException {
    return locked(path, false,
        FileChannel.open(Path.of(path), StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE));
  }

  @Override
  public AutoCloseable lockForReading(String path) throws IOException {
    try {
      return locked(path, true, FileChannel.open(Path.of(path), StandardOpenOption.READ));
    } catch (AccessDeniedException denied) {
      throw new IOException(path + " may not be read by this user", denied);
    }
  }

  private static FileChannel locked(String path, boolean shared, FileChannel channel) throws IOException {
    FileLock lock;
    try {
      lock = channel.tryLock(0, Long.MAX_VALUE, shared);
    } catch (OverlappingFileLockException held) {
      lock = null; // this very process holds it
    } catch (IOException | RuntimeException failed) {
      channel.close();
      throw failed;
    }
    if (lock == null) {
      channel.close();
      throw new IOException("another process holds the lock on " + path);
    }
    return channel; // closing the channel gives the lock back
  }

  static void refuseInterrupted() throws IOException {
    if (Thread.currentThread().isInterrupted()) {
      throw new IOException("refused: thread " + Thread.currentThread().getName()
          + " is interrupted, and file access would close the file for everyone (ST-09)");
    }
  }

  /** One open channel. */
  private static final class JdkStoredFile implements StoredFile {
    private final FileChannel channel;

    JdkStoredFile(FileChannel channel) {
      this.channel = channel;
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      refuseInterrupted();
      int total = 0;
      while (target.hasRemaining()) {
        int count = channel.read(target, position + total);
        if (count < 0) {
          break;
        }
        total += count;
      }
      return total;
    }

    @Override
    public void write(ByteBuffer source, long position) throws IOException {
      refuseInterrupted();
      long at = position;
      while (source.hasRemaining()) {
        at += channel.write(source, at);
      }
    }

    @Override
    public void sync() throws IOException {
      refuseInterrupted();
      channel.force(false);
    }

    @Override
    public long size() throws IOException {
      return channel.size();
    }

    @Override
    public void truncate(long size) throws IOException {
      refuseInterrupted();
      channel.truncate(size);
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
