package io.cairn.server.config;

/**
 * The store engine's memory.
 *
 * @param blockCacheBytes for blocks read from files
 * @param writeBufferBytes for what is applied and not yet flushed, over all column families; flush starts at half
 * @param recentVersionsBytes for the newest versions that applying wrote last, in the heap; 0 for none
 */
public record EngineConfig(long blockCacheBytes, long writeBufferBytes, long recentVersionsBytes) {

  public EngineConfig {
    new Mistakes()
        .bound(ConfigKeys.BLOCK_CACHE, blockCacheBytes)
        .bound(ConfigKeys.WRITE_BUFFERS, writeBufferBytes)
        .bound(ConfigKeys.RECENT_VERSIONS, recentVersionsBytes)
        .throwIfAny();
  }
}
