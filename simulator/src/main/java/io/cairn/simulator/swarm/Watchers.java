package io.cairn.simulator.swarm;

import io.cairn.client.ByteSeq;
import io.cairn.client.KeyRange;
import io.cairn.client.KvException;
import io.cairn.client.WatchBatch;
import io.cairn.client.WatchOptions;
import io.cairn.client.WatchState;
import io.cairn.client.core.WatchCall;
import io.cairn.client.core.WatchSink;
import io.cairn.simulator.cluster.SimClient;
import io.cairn.simulator.cluster.SimCluster;
import io.cairn.simulator.schedule.SimRandom;
import java.time.Duration;
import java.util.Optional;

/**
 * Follows what the workload does, as many applications would: over one shard and over all, from now, from the beginning and with the state,
 * all events or some, quick and slow. There are as many as the witness asks for, and none where it asks for none.
 */
final class Watchers {
  private static final long MILLI = 1_000_000L;
  private static final int KINDS = 6;

  private final SwarmOptions options;
  private final SimCluster cluster;
  private final Witness witness;

  Watchers(SwarmOptions options, SimCluster cluster, Witness witness) {
    this.options = options;
    this.cluster = cluster;
    this.witness = witness;
  }

  void start() {
    for (int i = 0; i < witness.watches(); i++) {
      new Watcher(i, cluster.newClient(options.number("attempt-ms") * MILLI), cluster.world().random("watcher." + i)).start();
    }
  }

  private final class Watcher implements WatchSink {
    private final int number;
    private final SimClient client;
    private final SimRandom random;
    private final boolean slow;
    private WatchCall call;

    Watcher(int number, SimClient client, SimRandom random) {
      this.number = number;
      this.client = client;
      this.random = random;
      this.slow = random.nextLong(3) == 0;
    }

    void start() {
      boolean one = random.nextLong(2) == 0;
      String letter = SwarmOptions.shardLetter((int) random.nextLong(options.number("shards")));
      KeyRange range = one ? KeyRange.prefix(letter) : KeyRange.from(ByteSeq.utf8("a"));
      WatchOptions wanted = switch (number % KINDS) {
        case 0 -> WatchOptions.fromNow();
        case 1 -> WatchOptions.from(2).withPrevious();
        case 2 -> WatchOptions.withInitialState().onCompaction(WatchOptions.OnCompaction.RESYNC).onLag(WatchOptions.OnLag.RESYNC);
        case 3 -> WatchOptions.from(1 + random.nextLong(2)).showing(WatchOptions.Show.DELETES).withPrevious();
        case 4 -> WatchOptions.from(2).onLag(WatchOptions.OnLag.LATEST);
        default -> WatchOptions.fromNow().withPrevious().showing(WatchOptions.Show.PUTS);
      };
      wanted = wanted.withProgress(Duration.ofMillis(random.between(100, 1_000))).withCredit(slow ? 2_000 : 512 << 10);
      witness.watchOpened(number, number, range, wanted);
      call = client.watch(range, wanted, this);
      call.start();
    }

    @Override
    public void batch(WatchBatch batch, long bytes) {
      witness.watchShows(number, batch);
      if (slow) {
        cluster.world().scheduler().after(random.nextLong(200 * MILLI), "watcher.takes", () -> call.taken(bytes));
      } else {
        call.taken(bytes);
      }
    }

    @Override
    public void state(WatchState state, Optional<KvException> why) {
      witness.watchFares(number, state, why);
    }
  }
}
