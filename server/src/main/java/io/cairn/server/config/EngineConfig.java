package io.cairn.server.config;

/**
 * The store engine's memory.
 *
 * @param blockCacheBytes for blocks read from files
 * @param writeBufferBytes for what is applied and not yet flushed, over all column families; flush starts at half
 */
public record EngineConfig(long blockCacheBytes, long writeBufferBytes) {

  public EngineConfig {
    new Mistakes()
        .bound(ConfigKeys.BLOCK_CACHE, blockCacheBytes)
        .bound(ConfigKeys.WRITE_BUFFERS, writeBufferBytes)
        .throwIfAny();
  }
}
