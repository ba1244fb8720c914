package io.cairn.simulator.disk;

/**
 * How long a disk takes, and how much it holds.
 *
 * @param readNanos for one read
 * @param writeNanos for one write into the page cache
 * @param syncNanos what every sync takes
 * @param syncMeanExtraNanos the mean of the exponential delay on top
 * @param capacityBytes the sum of the sizes of all files
 */
public record DiskSettings(long readNanos, long writeNanos, long syncNanos, long syncMeanExtraNanos, long capacityBytes) {
  /**
   * A local NVMe disk, with room for 1 TiB: an engine's double counts what is not flushed as far more than it is, so that flushes come
   * often, and a node holds a flush back that the disk has no room for.
   */
  public static final DiskSettings NVME = new DiskSettings(2_000, 2_000, 100_000, 50_000, 1L << 40);

  public DiskSettings {
    if (readNanos < 0 || writeNanos < 0 || syncNanos < 0 || syncMeanExtraNanos < 0 || capacityBytes < 0) {
      throw new IllegalArgumentException("neither times nor the capacity are negative");
    }
  }

  public DiskSettings withSync(long nanos, long meanMoreNanos) {
    return new DiskSettings(readNanos, writeNanos, nanos, meanMoreNanos, capacityBytes);
  }

  public DiskSettings withCapacity(long bytes) {
    return new DiskSettings(readNanos, writeNanos, syncNanos, syncMeanExtraNanos, bytes);
  }
}
