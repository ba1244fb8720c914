package io.cairn.server.space;

import io.cairn.platform.Clock;
import io.cairn.platform.EventLoop;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.server.command.SpaceUse;
import io.cairn.server.disk.EngineFlusher;
import io.cairn.server.outcome.Refusal;
import io.cairn.server.replica.ReplicaPorts;
import io.cairn.server.replica.Replicas;
import io.cairn.server.shard.ShardDescriptor;
import io.cairn.storage.engine.Engine;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Refuses, for the shards led here, what would grow a disk that is nearly full: this node's, or that of another node which holds a replica
 * of the shard and says so. A write costs room on every one of them, and a follower cannot refuse what a leader has taken: it could
 * only stop. A node that has not been heard for {@link #HEARD_NANOS} counts no longer: there is nobody to be spared.
 */
public final class GrowthGate implements ReplicaPorts.Room {
  /** Nodes that are connected say something at every heartbeat. */
  static final long HEARD_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long DESCRIBE_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final int RETRY_MILLIS = 1_000;

  private record Told(long at, LowSpace low) {}

  private final Clock clock;
  private final String node;
  private final DiskSpace disk;
  private final Engine engine;
  private final LargestPrefixes prefixes;
  private final Map<String, Told> others = new ConcurrentSkipListMap<>();
  private volatile String largest = "";
  private long describedAt;
  private boolean described;

  /** @param node this one's name */
  public GrowthGate(Clock clock, String node, DiskSpace disk, Engine engine, Replicas replicas) {
    this.clock = clock;
    this.node = node;
    this.disk = disk;
    this.engine = engine;
    this.prefixes = new LargestPrefixes(clock, engine, replicas);
  }

  /** @param tell hears again and again how low this node's disk is, null while it is not: the other nodes are to know */
  public void start(EventLoop mayBlock, EngineFlusher flusher, Consumer<LowSpace> tell) {
    disk.watch(mayBlock, flusher, low -> {
      tell.accept(low);
      try {
        engine.roomOnDisk(disk.freeBytes());
        describe(disk.isNearlyLow() || !others.isEmpty());
      } catch (RuntimeException e) {
        if (!disk.ended()) { // Else the engine may be closed.
          throw e;
        }
      }
    });
  }

  /** Another node says how low its disk is; null when it is not. From any loop. */
  public void told(String other, LowSpace low) {
    if (low != null) {
      others.put(other, new Told(clock.nanoTime(), low));
    } else if (!others.isEmpty()) {
      others.remove(other);
    }
  }

  /** Now and then, while it may be asked for. On the loop that may block. */
  private void describe(boolean wanted) {
    long now = clock.nanoTime();
    if (!wanted) {
      described = false;
    } else if (!described || now - describedAt >= DESCRIBE_NANOS) {
      described = true;
      describedAt = now;
      largest = prefixes.describe();
    }
  }

  @Override
  public Refusal refusal(ShardDescriptor shard, SpaceUse use) {
    if (use == SpaceUse.UPKEEP) {
      return null;
    }
    LowSpace own = disk.low();
    if (own != null && refuses(own, use)) {
      return refusal(node, own);
    }
    if (!others.isEmpty()) {
      long now = clock.nanoTime();
      for (String holder : shard.replicas().values()) {
        Told told = others.get(holder);
        if (told != null && now - told.at < HEARD_NANOS && refuses(told.low, use)) {
          return refusal(holder, told.low);
        }
      }
    }
    return null;
  }

  private static boolean refuses(LowSpace low, SpaceUse use) {
    return use == SpaceUse.GROWS || low.held();
  }

  private Refusal refusal(String where, LowSpace low) {
    String what = low.held() ? "all writes are refused, since what was written cannot be flushed there"
        : "what grows is refused; reads, deletes and compaction go on";
    String known = largest;
    return Refusal.retry(ErrorCode.NO_SPACE, "the disk of node " + where + " has " + SpaceText.of(low.freeBytes())
        + " free, less than it must have (storage.free-space-min, " + SpaceText.of(low.minBytes()) + "): until "
        + SpaceText.of(low.againBytes()) + " are free " + what + (known.isEmpty() ? "" : "; largest: " + known), RETRY_MILLIS);
  }
}
