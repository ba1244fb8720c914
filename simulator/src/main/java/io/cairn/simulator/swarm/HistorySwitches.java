package io.cairn.simulator.swarm;

import io.cairn.client.ByteSeq;
import io.cairn.client.ClusterHistory;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.core.Operation;
import io.cairn.simulator.cluster.SimClient;
import io.cairn.simulator.cluster.SimCluster;
import io.cairn.simulator.oracle.ClusterOracle;
import io.cairn.simulator.schedule.SimRandom;

/**
 * An operator who turns history off and on, for all keys of a shard or for some of them, again and again. Where the option says so. How it is at
 * the end stays.
 */
final class HistorySwitches {
  private static final long MILLI = 1_000_000L;
  private static final long DEADLINE_NANOS = 2_000 * MILLI;

  private final SwarmOptions options;
  private final SimCluster cluster;
  private final ClusterOracle oracle;
  private final Workload workload;
  private SimClient client;
  private SimRandom random;

  HistorySwitches(SwarmOptions options, SimCluster cluster, ClusterOracle oracle, Workload workload) {
    this.options = options;
    this.cluster = cluster;
    this.oracle = oracle;
    this.workload = workload;
  }

  void start() {
    if (options.number("history-off-ms") > 0) {
      client = cluster.newClient();
      random = cluster.world().random("history.switches");
      think();
    }
  }

  private void think() {
    cluster.world().scheduler().after(random.exponential(options.number("history-off-ms") * MILLI), "client.history", this::next);
  }

  private void next() {
    if (workload.stopping()) {
      return;
    }
    String letter = SwarmOptions.shardLetter((int) random.nextLong(options.number("shards")));
    boolean keeps = random.chance(0.4);
    // Turned off for the whole letter, single keys below it cannot be turned on.
    ByteSeq prefix = ByteSeq.utf8(random.chance(0.5) ? letter : letter + random.nextLong(options.number("keys")));
    client.start(new Operation.KeepHistory(prefix, keeps), DEADLINE_NANOS).whenComplete((ClusterHistory history, Throwable failure) -> {
      if (failure == null) {
        boolean off = history.off().stream().anyMatch(each -> prefix.utf8().startsWith(each.utf8()));
        oracle.checks().check(off != keeps, "history-is-as-told", "history of %s was turned %s, and it is off for %s", prefix, keeps ? "on" : "off",
            history.off());
      } else if (failure instanceof RefusedException refused) {
        boolean expected = refused.code() == RefusedCode.DEADLINE || refused.code() == RefusedCode.UNAVAILABLE
            || refused.code() == RefusedCode.OVERLOADED || refused.code() == RefusedCode.BAD_REQUEST && refused.getMessage().contains("wider prefix");
        oracle.checks().check(expected, "refusals-make-sense", "turning history of %s %s was refused: %s %s", prefix, keeps ? "on" : "off",
            refused.code(), refused.getMessage());
      }
      think();
    });
  }
}
