package io.cairn.simulator.engine;

/**
 * How long an engine takes, and how often it flushes by itself.
 *
 * @param readNanos for one get or cursor
 * @param writeNanos for one batch
 * @param flushNanos what every flush takes
 * @param flushNanosPerKiB and for each KiB written since the last one
 * @param spontaneousFlushChance after each batch
 * @param bytesFactor how many bytes a byte written counts for in {@code unflushedBytes}: a small cluster's few writes then fill buffers as
 *     a large one's do
 */
public record SimEngineSettings(long readNanos, long writeNanos, long flushNanos, long flushNanosPerKiB, double spontaneousFlushChance,
    long bytesFactor) {
  public static final SimEngineSettings ROCKSDB = new SimEngineSettings(0, 5_000, 2_000_000, 3_000, 0.01, 1);

  public SimEngineSettings {
    if (readNanos < 0 || writeNanos < 0 || flushNanos < 0 || flushNanosPerKiB < 0 || bytesFactor < 1) {
      throw new IllegalArgumentException("times are not negative, and bytes count for one at least");
    }
    if (!(spontaneousFlushChance >= 0 && spontaneousFlushChance <= 1)) {
      throw new IllegalArgumentException("a chance lies between 0 and 1, was " + spontaneousFlushChance);
    }
  }

  public SimEngineSettings withSpontaneousFlush(double chance) {
    return new SimEngineSettings(readNanos, writeNanos, flushNanos, flushNanosPerKiB, chance, bytesFactor);
  }

  public SimEngineSettings withFlush(long nanos) {
    return new SimEngineSettings(readNanos, writeNanos, nanos, flushNanosPerKiB, spontaneousFlushChance, bytesFactor);
  }

  public SimEngineSettings withBytesFactor(long factor) {
    return new SimEngineSettings(readNanos, writeNanos, flushNanos, flushNanosPerKiB, spontaneousFlushChance, factor);
  }
}
