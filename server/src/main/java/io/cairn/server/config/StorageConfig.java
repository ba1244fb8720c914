package io.cairn.server.config;

/**
 * Where the data lies and how much room the log takes.
 *
 * @param dir the data directory: one node's, no other process's
 * @param freeSpaceMinBytes with less room than this on the disk what grows is refused
 * @param logSegmentBytes size of one segment of the log, preallocated and recycled
 * @param logKeepBytes most bytes of log that stay for followers that lag; a follower further behind gets a snapshot
 * @param hashCheckNanos between two comparisons of what the replicas of a shard hold; 0 for none
 */
public record StorageConfig(String dir, long freeSpaceMinBytes, long logSegmentBytes, long logKeepBytes, long hashCheckNanos) {

  public StorageConfig {
    new Mistakes()
        .bound(ConfigKeys.STORAGE_DIR, dir)
        .bound(ConfigKeys.FREE_SPACE_MIN, freeSpaceMinBytes)
        .bound(ConfigKeys.LOG_SEGMENT_SIZE, logSegmentBytes)
        .bound(ConfigKeys.LOG_KEEP, logKeepBytes)
        .bound(ConfigKeys.HASH_CHECK_INTERVAL, hashCheckNanos)
        .claim(logKeepBytes >= 2 * logSegmentBytes, ConfigKeys.LOG_KEEP, logKeepBytes,
            "must be at least 2 x log.segment-size (" + ConfigKeys.LOG_SEGMENT_SIZE.type().print(logSegmentBytes) + ")")
        .throwIfAny();
  }
}
