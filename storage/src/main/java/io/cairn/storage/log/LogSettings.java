package io.cairn.storage.log;

/**
 * What a shared log is told at opening.
 *
 * @param segmentBytes size of a segment, a multiple of 4 KiB, 16 KiB to 1 GiB; a batch that is larger gets a segment of its own size
 * @param keepBytes how much of the log may stay for followers that lag behind, in bytes of segments
 * @param clusterId stands in each segment's header; 1 to 255 bytes of UTF-8
 * @param cacheBytes how much of the newest entries is held in memory, so that sending and applying them reads no file
 */
public record LogSettings(long segmentBytes, long keepBytes, String clusterId, long cacheBytes) {
  public static final long DEFAULT_SEGMENT_BYTES = 64L << 20;
  public static final long DEFAULT_KEEP_BYTES = 1L << 30;
  /**
   * About half a second of a busy node. What stays longer than a few collections of young objects is moved among the old ones, and makes
   * full collections frequent; followers that are further behind are sent what the page cache has.
   */
  public static final long DEFAULT_CACHE_BYTES = 2L << 20;

  public LogSettings {
    if (segmentBytes < 16 << 10 || segmentBytes > 1 << 30 || segmentBytes % OnDiskFormat.BLOCK_BYTES != 0) {
      throw new IllegalArgumentException("a segment has 16 KiB to 1 GiB, a multiple of 4 KiB, was " + segmentBytes + " bytes");
    }
    if (keepBytes < 0 || cacheBytes < 0) {
      throw new IllegalArgumentException("keep (" + keepBytes + ") and cache (" + cacheBytes + ") must not be negative");
    }
    int length = clusterId.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
    if (length == 0 || length > 255) {
      throw new IllegalArgumentException("a cluster id has 1 to 255 bytes, was '" + clusterId + "'");
    }
  }

  public LogSettings(long segmentBytes, long keepBytes, String clusterId) {
    this(segmentBytes, keepBytes, clusterId, DEFAULT_CACHE_BYTES);
  }

  public static LogSettings of(String clusterId) {
    return new LogSettings(DEFAULT_SEGMENT_BYTES, DEFAULT_KEEP_BYTES, clusterId);
  }
}
