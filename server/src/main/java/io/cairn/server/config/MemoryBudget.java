package io.cairn.server.config;

/**
 * How the memory of one process is divided. {@code bin/kvd} does the same sum before there is a JVM; {@code BinTest} compares the two.
 *
 * <p>Up to half a gigabyte everything shrinks together; beyond it the engine gets most of what is more, since it is the engine's caches
 * that data grows out of, while queues and tables have bounds of their own.
 *
 * @param mebibytes the whole of it
 */
record MemoryBudget(long mebibytes) {
  private static final long MIB = 1L << 20;
  private static final long USUAL = 512;
  private static final long LARGEST_WRITE_BUFFERS = 1_024;
  /** Classes, compiled code, stacks and tables of the JVM. */
  static final long JVM = 64;

  static MemoryBudget of(long bytes) {
    return new MemoryBudget(bytes / MIB);
  }

  private long more() {
    return mebibytes - USUAL;
  }

  long heapMebibytes() {
    return mebibytes <= USUAL ? mebibytes / 2 : 256 + more() / 4;
  }

  long directMebibytes() {
    return mebibytes <= USUAL ? mebibytes * 3 / 16 : 96 + more() / 16;
  }

  /** For the engine's cache, in which are indexes and filters too, and its write buffers. */
  private long engineMebibytes() {
    return mebibytes - heapMebibytes() - directMebibytes() - JVM;
  }

  long engineBytes() {
    return engineMebibytes() * MIB;
  }

  /** Of the engine's part, where it is not said otherwise. */
  long writeBufferBytes() {
    return MIB * (mebibytes <= USUAL ? engineMebibytes() * 2 / 3 : Math.min(LARGEST_WRITE_BUFFERS, 64 + more() / 8));
  }

  /** Of the heap. */
  long recentVersionsBytes() {
    return Math.min(1_024, heapMebibytes() * 3 / 16) * MIB;
  }

  long recentVersionsBytesMax() {
    return heapMebibytes() / 2 * MIB;
  }
}
