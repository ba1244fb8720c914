package io.cairn.storage.log;

import io.cairn.storage.StorageFailure;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * The segments that hold the log, the oldest first, and those that no longer do but may be read for one more round of cleaning. Owned by the
 * log's loop.
 */
final class KeptSegments {
  private final LogSettings settings;
  private final SegmentPool pool;
  private final Map<ReplicaKey, ReplicaLog> replicas;
  private final ArrayDeque<Segment> live = new ArrayDeque<>();
  /** Segments whose entries are dropped, kept for one more round of cleaning for readers that are on their way. */
  private final List<Segment> retired = new ArrayList<>();

  KeptSegments(LogSettings settings, SegmentPool pool, Map<ReplicaKey, ReplicaLog> replicas, Collection<Segment> found) {
    this.settings = settings;
    this.pool = pool;
    this.replicas = replicas;
    this.live.addAll(found);
  }

  void add(Segment segment) {
    live.addLast(segment);
  }

  Segment oldest() {
    return live.getFirst();
  }

  /** Null before the first one is begun. */
  Segment newest() {
    return live.peekLast();
  }

  /** Of all files, those that wait to be used included. */
  long diskBytes() {
    return pool.bytes() + bytes(live) + bytes(retired);
  }

  private static long bytes(Collection<Segment> segments) {
    long bytes = 0;
    for (Segment segment : segments) {
      bytes += segment.bytes();
    }
    return bytes;
  }

  /** Whether more is kept than may be before what is needed of the oldest segment is written again ({@link Rewriting#keptMax}). */
  boolean tooMuch(long needed) {
    return live.size() > 2 && bytes(live) > Rewriting.keptMax(settings, needed);
  }

  /** Drops the oldest segments in which nobody needs anything. */
  void retireDispensable() {
    while (live.size() > 1 && oldestIsDispensable()) {
      retireOldest();
    }
  }

  /** Whether every entry in the oldest segment is durably applied, and no follower within {@code log.keep} waits for one. */
  boolean oldestIsDispensable() {
    boolean mayStay = bytes(live) <= settings.keepBytes();
    for (ReplicaLog log : replicas.values()) {
      long last = log.lastIn(oldest());
      if (last > log.floor.durablyApplied() || mayStay && last > 0 && last >= log.floor.wantedFrom()) {
        return false;
      }
    }
    return true;
  }

  void retireOldest() {
    for (ReplicaLog log : replicas.values()) {
      long last = log.lastIn(oldest());
      if (last > 0) {
        log.stageDropTo(last);
        log.publish();
      }
    }
    retired.add(live.removeFirst());
  }

  /** Gives back what was retired a round ago, the oldest first, each name gone durably before the next. */
  void releaseRetired() throws IOException {
    if (retired.isEmpty()) {
      return;
    }
    for (ReplicaLog log : replicas.values()) {
      if (log.stageForget()) {
        log.publish();
      }
    }
    for (Segment segment : retired) {
      release(segment);
    }
    retired.clear();
  }

  /** Gives back the one that was retired last. As the reserve, which it becomes, it stays as it is until that is needed again. */
  void releaseNewestRetired() throws IOException {
    release(retired.removeLast());
  }

  private void release(Segment segment) throws IOException {
    segment.released = true;
    pool.release(segment.path, segment.file, segment.sectors);
  }

  void close() {
    try {
      for (Segment segment : live) {
        segment.file.close();
      }
      for (Segment segment : retired) {
        segment.file.close();
      }
      pool.close();
    } catch (IOException failed) {
      throw new StorageFailure(StorageFailure.Kind.DISK, "closing the log failed: " + failed.getMessage(), failed);
    }
  }
}
