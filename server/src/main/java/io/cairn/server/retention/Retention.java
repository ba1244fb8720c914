package io.cairn.server.retention;

import io.cairn.platform.RandomSource;
import io.cairn.server.config.HistoryConfig;
import io.cairn.storage.mvcc.ShardStore;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * How far the shards that are led here are to be compacted by themselves: what is neither younger than the age nor within the last so many
 * events of its shard. Looked at for each shard every tenth of the age, at least 1 s and at most 30 s apart, and chance adds up to half of
 * that, so that the shards of a cluster do not all do it at once. For the node's first loop.
 */
public final class Retention {
  private static final long LOOK_NANOS_MIN = TimeUnit.SECONDS.toNanos(1);
  private static final long LOOK_NANOS_MAX = TimeUnit.SECONDS.toNanos(30);

  private final HistoryConfig config;
  private final RandomSource random;
  private final AgeSamples samples;
  private final Map<Integer, Long> lookAt = new TreeMap<>();

  public Retention(HistoryConfig config, RandomSource random) {
    this.config = config;
    this.random = random;
    this.samples = new AgeSamples(config.keepAgeNanos());
  }

  public HistoryConfig config() {
    return config;
  }

  /** Lets time pass. */
  public void note(long now, long known) {
    samples.note(now, known);
  }

  /** Whether it is time to look at the shard; then the next time is later. */
  public boolean isDue(int shard, long now) {
    if (config.keepAgeNanos() == 0 && config.keepEvents() == 0) {
      return false;
    }
    Long due = lookAt.get(shard);
    if (due != null && now - due < 0) {
      return false;
    }
    long every = config.keepAgeNanos() == 0 ? LOOK_NANOS_MAX
        : Math.min(LOOK_NANOS_MAX, Math.max(LOOK_NANOS_MIN, config.keepAgeNanos() / 10));
    lookAt.put(shard, now + every + random.nextLong(every / 2));
    return due != null; // The first look is only for the jitter: shards come up together.
  }

  /** The highest revision that is old by now; 0 for none. */
  public long oldAt(long now) {
    return samples.oldAt(now);
  }

  /** What the shard is to be compacted to; at or below its compaction revision when there is nothing to do. From any loop. */
  public long target(ShardStore store, long old) {
    long many = config.keepEvents() == 0 ? 0 : store.revisionWithout(config.keepEvents());
    return Math.min(Math.max(old, many), store.applied().revision());
  }
}
