package io.cairn.server.config;

/**
 * The store engine's memory, which is what heap, direct memory and the JVM leave of the budget.
 *
 * @param budgetBytes of the whole process
 * @param blockCacheBytes for blocks read from files
 * @param writeBufferBytes for what is applied and not yet flushed, over all column families; flush starts at half
 * @param recentVersionsBytes for the newest versions that applying wrote last, in the heap; 0 for none
 */
public record EngineConfig(long budgetBytes, long blockCacheBytes, long writeBufferBytes, long recentVersionsBytes) {
  private static final long LEAST_CACHE = 1 << 20;
  private static final long LEAST_WRITE_BUFFERS = 4 << 20;

  public EngineConfig {
    MemoryBudget budget = MemoryBudget.of(budgetBytes);
    new Mistakes()
        .bound(ConfigKeys.MEMORY_BUDGET, budgetBytes)
        .bound(ConfigKeys.BLOCK_CACHE, blockCacheBytes)
        .bound(ConfigKeys.WRITE_BUFFERS, writeBufferBytes)
        .bound(ConfigKeys.RECENT_VERSIONS, recentVersionsBytes)
        .claim(blockCacheBytes + writeBufferBytes <= budget.engineBytes(), ConfigKeys.MEMORY_BUDGET, budgetBytes,
            "is less than what is asked of it: engine.block-cache of " + print(blockCacheBytes) + " and engine.write-buffers of "
                + print(writeBufferBytes) + " are " + print(blockCacheBytes + writeBufferBytes) + "; beside " + budget.heapMebibytes()
                + "MiB of heap, " + budget.directMebibytes() + "MiB of network buffers and " + MemoryBudget.JVM + "MiB for the JVM "
                + print(Math.max(0, budget.engineBytes())) + " are left for them")
        .claim(recentVersionsBytes <= budget.recentVersionsBytesMax(), ConfigKeys.RECENT_VERSIONS, recentVersionsBytes,
            "must be at most half of the heap, which is " + budget.heapMebibytes() + "MiB of a memory.budget of " + print(budgetBytes))
        .throwIfAny();
  }

  /** What was given, and of the rest what the budget has for it; null is what was not given. */
  static EngineConfig of(long budgetBytes, Long blockCacheBytes, Long writeBufferBytes, Long recentVersionsBytes) {
    MemoryBudget budget = MemoryBudget.of(budgetBytes);
    long buffers = writeBufferBytes != null ? writeBufferBytes : blockCacheBytes == null ? budget.writeBufferBytes()
        : Math.clamp(budget.engineBytes() - blockCacheBytes, LEAST_WRITE_BUFFERS, Math.max(LEAST_WRITE_BUFFERS, budget.writeBufferBytes()));
    long cache = blockCacheBytes != null ? blockCacheBytes : Math.max(LEAST_CACHE, budget.engineBytes() - buffers);
    return new EngineConfig(budgetBytes, cache, buffers, recentVersionsBytes != null ? recentVersionsBytes : budget.recentVersionsBytes());
  }

  private static String print(long bytes) {
    return ConfigKeys.MEMORY_BUDGET.type().print(bytes);
  }
}
