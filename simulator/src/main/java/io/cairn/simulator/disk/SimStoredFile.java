package io.cairn.simulator.disk;

import io.cairn.platform.StoredFile;
import io.cairn.simulator.schedule.SimProcess;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonWritableChannelException;

/** A file that one process has open. It stays readable when its name is deleted, as on every Unix. */
final class SimStoredFile implements StoredFile {
  private final SimDisk disk;
  private final SimProcess process;
  private final String path;
  private final Inode inode;
  private final boolean writable;
  private boolean closed;

  SimStoredFile(SimDisk disk, SimProcess process, String path, Inode inode, boolean writable) {
    this.disk = disk;
    this.process = process;
    this.path = path;
    this.inode = inode;
    this.writable = writable;
  }

  @Override
  public int read(ByteBuffer target, long position) throws IOException {
    checkOpen();
    DiskFault fault = disk.begin(process, DiskOperation.READ, path, inode.name(), position, target.remaining());
    disk.scheduler().elapse(disk.settings().readNanos());
    if (fault != null) {
      throw DiskFaults.error(fault, path);
    }
    return inode.read(target, position);
  }

  @Override
  public void write(ByteBuffer source, long position) throws IOException {
    checkWritable();
    int length = source.remaining();
    DiskFault fault = disk.begin(process, DiskOperation.WRITE, path, inode.name(), position, length);
    disk.scheduler().elapse(disk.settings().writeNanos());
    if (fault == null && !disk.hasRoom(position + length - inode.size())) {
      fault = DiskFault.ENOSPC;
    }
    byte[] bytes = new byte[length];
    source.get(bytes);
    disk.scheduler().digest().add(bytes, 0, length);
    int done = fault == null ? length : fault == DiskFault.EIO ? disk.partOf(position, length) : 0;
    if (done > 0) {
      inode.write(bytes, done, position, disk.scheduler().now());
    }
    if (fault != null) {
      throw DiskFaults.error(fault, path);
    }
  }

  @Override
  public void sync() throws IOException {
    checkOpen();
    DiskFault fault = disk.begin(process, DiskOperation.SYNC, path, inode.name(), 0, 0);
    long endsAt = disk.elapseSync("syncing " + path);
    if (fault != null) {
      inode.dropPending(disk.drawFallBack(), disk.scheduler().eventTime());
      throw DiskFaults.error(fault, path);
    }
    if (!disk.lies()) {
      inode.sync(endsAt, disk.scheduler().eventTime());
    }
  }

  @Override
  public long size() throws IOException {
    checkOpen();
    process.checkAlive();
    return inode.size();
  }

  @Override
  public void truncate(long size) throws IOException {
    checkWritable();
    if (size < 0) {
      throw new IllegalArgumentException("a size is not negative, was " + size);
    }
    DiskFault fault = disk.begin(process, DiskOperation.TRUNCATE, path, inode.name(), size, 0);
    if (fault != null) {
      throw DiskFaults.error(fault, path);
    }
    disk.scheduler().elapse(disk.settings().writeNanos());
    if (size < inode.size()) {
      inode.truncate(size, disk.scheduler().now());
    }
  }

  @Override
  public void close() {
    closed = true;
  }

  private void checkOpen() throws ClosedChannelException {
    if (closed) {
      throw new ClosedChannelException();
    }
  }

  private void checkWritable() throws ClosedChannelException {
    checkOpen();
    if (!writable) {
      throw new NonWritableChannelException();
    }
  }
}
