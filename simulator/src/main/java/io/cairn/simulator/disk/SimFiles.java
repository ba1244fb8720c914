package io.cairn.simulator.disk;

import io.cairn.platform.Files;
import io.cairn.platform.StoredFile;
import io.cairn.simulator.schedule.SimProcess;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;

/** A disk as one process sees it. */
final class SimFiles implements Files {
  private final SimDisk disk;
  private final SimProcess process;

  SimFiles(SimDisk disk, SimProcess process) {
    this.disk = disk;
    this.process = process;
  }

  @Override
  public List<String> list(String directory) throws IOException {
    String folder = Namespace.normal(directory);
    disk.beginOrFail(process, DiskOperation.LIST, folder);
    disk.scheduler().elapse(disk.settings().readNanos());
    return disk.names().list(folder);
  }

  @Override
  public boolean exists(String path) {
    process.checkAlive();
    return disk.names().exists(Namespace.normal(path));
  }

  @Override
  public void createDirectories(String directory) throws IOException {
    List<String> missing = new ArrayList<>();
    for (String folder = Namespace.normal(directory); !disk.names().isFolder(folder); folder = Namespace.folderOf(folder)) {
      missing.addFirst(folder);
    }
    process.checkAlive();
    for (String folder : missing) {
      disk.beginOrFail(process, DiskOperation.CREATE_DIRECTORY, folder);
      long issuedAt = disk.scheduler().now();
      disk.names().createFolder(folder, issuedAt, disk.elapseSync("creating a folder"));
    }
  }

  @Override
  public StoredFile open(String path, boolean create) throws IOException {
    String file = Namespace.normal(path);
    disk.beginOrFail(process, create ? DiskOperation.CREATE : DiskOperation.OPEN, file);
    disk.scheduler().elapse(disk.settings().writeNanos());
    Inode inode = create ? disk.names().create(file, disk.scheduler().now()) : disk.names().find(file);
    inode.name(file); // A crash may have given it back a name of before.
    return new SimStoredFile(disk, process, file, inode, true);
  }

  @Override
  public StoredFile openReadOnly(String path) throws IOException {
    String file = Namespace.normal(path);
    disk.beginOrFail(process, DiskOperation.OPEN, file);
    disk.scheduler().elapse(disk.settings().readNanos());
    return new SimStoredFile(disk, process, file, disk.names().find(file), false);
  }

  @Override
  public void rename(String from, String to) throws IOException {
    disk.beginOrFail(process, DiskOperation.RENAME, Namespace.normal(from));
    disk.scheduler().elapse(disk.settings().writeNanos());
    disk.names().rename(Namespace.normal(from), Namespace.normal(to), disk.scheduler().now());
  }

  @Override
  public void delete(String path) throws IOException {
    disk.beginOrFail(process, DiskOperation.DELETE, Namespace.normal(path));
    disk.scheduler().elapse(disk.settings().writeNanos());
    disk.names().delete(Namespace.normal(path), disk.scheduler().now());
  }

  @Override
  public void syncDirectory(String directory) throws IOException {
    String folder = Namespace.normal(directory);
    DiskFault fault = disk.begin(process, DiskOperation.SYNC_DIRECTORY, folder, 0, 0);
    long endsAt = disk.elapseSync("syncing a folder");
    if (fault != null) {
      disk.names().dropPending(folder, disk.scheduler().eventTime());
      throw DiskFaults.error(fault, folder);
    }
    disk.names().sync(folder, endsAt, disk.scheduler().eventTime());
  }

  @Override
  public long freeBytes(String directory) throws IOException {
    process.checkAlive();
    if (!disk.names().exists(Namespace.normal(directory))) {
      throw new NoSuchFileException(directory);
    }
    return disk.freeBytes();
  }

  @Override
  public AutoCloseable lock(String path) throws IOException {
    String file = Namespace.normal(path);
    disk.beginOrFail(process, DiskOperation.OPEN, file);
    if (!disk.names().exists(file)) {
      disk.names().create(file, disk.scheduler().now());
    }
    return taken(path, file);
  }

  /** Stricter than it must be: of two that read, the second is refused too. */
  @Override
  public AutoCloseable lockForReading(String path) throws IOException {
    String file = Namespace.normal(path);
    disk.beginOrFail(process, DiskOperation.OPEN, file);
    if (!disk.names().exists(file)) {
      throw new IOException(path + " does not exist");
    }
    return taken(path, file);
  }

  private HeldLock taken(String path, String file) throws IOException {
    SimProcess holder = disk.locks().get(file);
    if (holder != null && holder.alive()) {
      throw new IOException("another process holds the lock on " + path);
    }
    disk.locks().put(file, process);
    return new HeldLock(file);
  }

  private final class HeldLock implements AutoCloseable {
    private final String file;
    private boolean released;

    HeldLock(String file) {
      this.file = file;
    }

    @Override
    public void close() {
      if (!released) {
        released = true;
        disk.locks().remove(file, process);
      }
    }
  }
}
