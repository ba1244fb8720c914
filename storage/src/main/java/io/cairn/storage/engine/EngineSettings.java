package io.cairn.storage.engine;

/**
 * What one engine may use.
 *
 * @param blockCacheBytes cache for blocks of files, shared by all families; 1 MiB or more
 * @param writeBufferBytes budget for what is written and not flushed yet, over all families; 4 MiB or more. Whoever writes
 *     flushes when {@link Engine#unflushedBytes()} is at half of it; at the whole of it RocksDB begins by itself, and above
 *     that it makes writers wait
 * @param backgroundJobs flushes and compactions at the same time; 1 or more
 */
public record EngineSettings(long blockCacheBytes, long writeBufferBytes, int backgroundJobs) {

  /** For a node with one engine and a heap of a few hundred megabytes. */
  public static final EngineSettings DEFAULT = new EngineSettings(64L << 20, 64L << 20, 2);

  public EngineSettings {
    if (blockCacheBytes < 1 << 20) {
      throw new IllegalArgumentException("the block cache must be 1 MiB (1048576 bytes) or more, was " + blockCacheBytes);
    }
    if (writeBufferBytes < 4 << 20) {
      throw new IllegalArgumentException("the write buffers must have 4 MiB (4194304 bytes) or more, had " + writeBufferBytes);
    }
    if (backgroundJobs < 1) {
      throw new IllegalArgumentException("there must be 1 background job or more, were " + backgroundJobs);
    }
  }
}
