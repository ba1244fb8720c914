package io.cairn.simulator.disk;

import io.cairn.platform.Files;
import io.cairn.simulator.schedule.SimProcess;
import io.cairn.simulator.schedule.SimRandom;
import io.cairn.simulator.schedule.SimScheduler;
import java.io.IOException;
import java.util.List;
import java.util.TreeMap;

/** The disk of one machine. It outlives the machine's processes; what they see of it is {@link #files}. */
public final class SimDisk {
  private final SimScheduler scheduler;
  private final SimRandom latencies;
  private final SimRandom crashes;
  private final DiskFaults faults = new DiskFaults();
  private final TreeMap<String, SimProcess> locks = new TreeMap<>();
  private Namespace names = new Namespace();
  private DiskSettings settings;
  private DiskTap tap;
  private long stalledUntilNanos;
  private boolean lying;

  public SimDisk(SimScheduler scheduler, String host, DiskSettings settings) {
    this.scheduler = scheduler;
    this.latencies = scheduler.random("disk.latencies." + host);
    this.crashes = scheduler.random("disk.crashes." + host);
    this.settings = settings;
  }

  /** The disk as one process sees it, for as long as that lives. */
  public Files files(SimProcess process) {
    return new SimFiles(this, process);
  }

  public void settings(DiskSettings changed) {
    settings = changed;
  }

  public void tap(DiskTap listener) {
    tap = listener;
  }

  /**
   * The {@code nth} such operation from now on (1 is the next) fails once. A sync that fails drops what it covered. A file's path is the one
   * it was opened by.
   */
  public void fail(DiskOperation operation, String pathContains, int nth, DiskFault fault) {
    faults.add(operation, pathContains, nth, false, fault);
  }

  /** Every such operation fails until {@link #clearFaults()}. */
  public void failAlways(DiskOperation operation, String pathContains, DiskFault fault) {
    faults.add(operation, pathContains, 1, true, fault);
  }

  public void clearFaults() {
    faults.clear();
  }

  /** From now on syncs take their time and make nothing durable: a broken promise that no software can mend, to test tests with. */
  public void lie() {
    lying = true;
  }

  /** No sync that is not done yet ends before this time of the world. */
  public void stallUntil(long worldNanos) {
    stalledUntilNanos = Math.max(stalledUntilNanos, worldNanos);
  }

  /** The process is gone, the machine goes on: nothing that it wrote is lost, and its locks are free. */
  public void processDied(SimProcess process) {
    for (Inode inode : names.inodes()) {
      inode.processDied(process.diedAtNanos());
    }
    names.processDied(process.diedAtNanos());
  }

  /** The machine lost power when this process died: what no sync has covered is lost, applied or torn. */
  public void powerLost(SimProcess process, CrashLoss loss) {
    for (Inode inode : names.inodes()) {
      inode.powerLost(process.diedAtNanos(), loss, crashes);
    }
    names.powerLost(process.diedAtNanos(), loss, crashes);
  }

  /** A new disk in the place of the old one. */
  public void wipe() {
    names = new Namespace();
    locks.clear();
  }

  /** The names of what a process would see in the folder. */
  public List<String> list(String folder) {
    return names.list(Namespace.normal(folder));
  }

  /** Turns over the bits of {@code mask} in one byte that is durable: rot. */
  public void corrupt(String path, long position, int mask) throws IOException {
    Inode inode = names.find(Namespace.normal(path));
    inode.sync(scheduler.eventTime(), scheduler.eventTime());
    inode.corrupt(position, mask);
  }

  /** The sector reads as zeros. */
  public void zeroSector(String path, long sector) throws IOException {
    Inode inode = names.find(Namespace.normal(path));
    inode.sync(scheduler.eventTime(), scheduler.eventTime());
    inode.zeroSector(sector);
  }

  /** Reading the sector fails with EIO until it is written again. */
  public void makeUnreadable(String path, long sector) throws IOException {
    names.find(Namespace.normal(path)).makeUnreadable(sector);
  }

  /** What a power failure at this moment would keep for certain. */
  public byte[] durableBytes(String path) throws IOException {
    return names.find(Namespace.normal(path)).durableBytes(scheduler.eventTime());
  }

  /** Changes of the file that no sync has covered yet. */
  public int pendingChanges(String path) throws IOException {
    return names.find(Namespace.normal(path)).pendingChanges(scheduler.eventTime());
  }

  /** Whether a file below this folder has changes that no sync has covered yet. */
  public boolean hasPending(String folder) {
    return names.hasPending(folder, scheduler.eventTime());
  }

  SimScheduler scheduler() {
    return scheduler;
  }

  DiskSettings settings() {
    return settings;
  }

  Namespace names() {
    return names;
  }

  TreeMap<String, SimProcess> locks() {
    return locks;
  }

  /** First thing of every operation. Returns the fault it is to meet, or null. */
  DiskFault begin(SimProcess process, DiskOperation operation, String path, long offset, int length) {
    return begin(process, operation, path, path, offset, length);
  }

  /** @param name what the file is called now; it may have been opened at {@code path} and renamed */
  DiskFault begin(SimProcess process, DiskOperation operation, String path, String name, long offset, int length) {
    process.checkAlive();
    if (tap != null) {
      tap.before(operation, name, offset, length);
      process.checkAlive();
    }
    scheduler.digest().add(operation.ordinal());
    scheduler.digest().add(path.hashCode());
    scheduler.digest().add(offset);
    scheduler.digest().add(length);
    return faults.meet(operation, path);
  }

  /** As {@link #begin}, for operations that either happen or fail as a whole. */
  void beginOrFail(SimProcess process, DiskOperation operation, String path) throws IOException {
    DiskFault fault = begin(process, operation, path, 0, 0);
    if (fault != null) {
      throw DiskFaults.error(fault, path);
    }
  }

  /** How much of a failing write was done before it failed: up to the end of some sector, since kernels copy whole pages. */
  int partOf(long position, int length) {
    long end = position + crashes.nextLong(length + 1L);
    return end == position + length ? length : (int) Math.max(0, end / Inode.SECTOR * Inode.SECTOR - position);
  }

  boolean lies() {
    return lying;
  }

  boolean drawFallBack() {
    return crashes.chance(0.5);
  }

  /** Waits for the disk; returns when the sync has ended, in the task's own time. */
  long elapseSync(String what) {
    long took = settings.syncNanos() + latencies.exponential(settings.syncMeanExtraNanos());
    long stall = Math.max(0, stalledUntilNanos - scheduler.now());
    scheduler.elapseBlocking(took + stall, what);
    return scheduler.now();
  }

  /** Whether the disk has room for so many bytes more. */
  boolean hasRoom(long bytes) {
    return bytes <= freeBytes();
  }

  /** What of its capacity no file takes. */
  public long freeBytes() {
    return Math.max(0, settings.capacityBytes() - names.bytes());
  }
}
