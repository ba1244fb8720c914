package io.cairn.server.hashes;

import io.cairn.platform.Clock;
import io.cairn.platform.EventLoop;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.Replicas;
import io.cairn.storage.mvcc.KeyScrub;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the keys of this node's replicas read again, a few at a time, since a rolling hash does not see what changes behind it: bytes that rot where no checksum
 * covers them, in memory or on their way to the disk. What it finds it does not judge: the hash is that of what is there from then on, and the next
 * comparison of the replicas shows who is right. On the node's first loop.
 */
final class Scrubber {
  private static final Logger log = LoggerFactory.getLogger(Scrubber.class);
  /** Of each turn of the apply loop: it is held up by some tenths of a millisecond, and a gigabyte takes about a quarter of an hour. */
  static final long SLICE_BYTES = 32 << 10;
  /** So many intervals between two comparisons lie between the beginnings of two passes over one replica, at least. */
  static final int INTERVALS_PER_PASS = 12;

  /** Reads a slice on the apply loop; see {@link io.cairn.storage.mvcc.ShardStore#scrub}. */
  @FunctionalInterface
  interface Slices {
    void read(Replica replica, long bytesMax, Consumer<KeyScrub> found);
  }

  private final Clock clock;
  private final EventLoop loop;
  private final Replicas replicas;
  private final Slices slices;
  private final long passNanos;
  private final HashFigures figures;
  /** When the last pass over a shard's replica began. */
  private final Map<Integer, Long> began = new TreeMap<>();
  private Replica current;
  private boolean reading;

  Scrubber(Clock clock, EventLoop loop, Replicas replicas, long intervalNanos, Slices slices, HashFigures figures) {
    this.clock = clock;
    this.loop = loop;
    this.replicas = replicas;
    this.slices = slices;
    this.passNanos = INTERVALS_PER_PASS * intervalNanos;
    this.figures = figures;
  }

  void tick() {
    if (reading) {
      return; // The apply loop has more to do.
    }
    current = current == null ? due() : current;
    if (current != null) {
      reading = true;
      Replica replica = current;
      slices.read(replica, SLICE_BYTES, found -> loop.execute(() -> told(replica, found)));
    }
  }

  private Replica due() {
    long now = clock.nanoTime();
    for (Replica replica : replicas.all()) {
      Long last = began.putIfAbsent(replica.descriptor().id(), now); // One that was just opened is left to catch up first.
      if (last != null && now - last >= passNanos && !replica.fence().isUp()) {
        began.put(replica.descriptor().id(), now);
        return replica;
      }
    }
    return null;
  }

  private void told(Replica replica, KeyScrub found) {
    reading = false;
    if (found == KeyScrub.MORE) {
      return;
    }
    current = null;
    figures.scrubbed.increment();
    if (found == KeyScrub.WRONG) {
      figures.wrong.increment();
      log.error("shard={} keys of this replica are not what was written; the next comparison with the others shows who is right", replica.descriptor().id());
    }
  }
}
