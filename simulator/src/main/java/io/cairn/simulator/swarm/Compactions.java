package io.cairn.simulator.swarm;

import io.cairn.client.ClusterHistory;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.core.Operation;
import io.cairn.simulator.cluster.SimClient;
import io.cairn.simulator.cluster.SimCluster;
import io.cairn.simulator.oracle.ClusterOracle;
import io.cairn.simulator.schedule.SimRandom;

/** A client that has history compacted, again and again, to some revision that was told of. Where the option says so. */
final class Compactions {
  private static final long MILLI = 1_000_000L;
  private static final long DEADLINE_NANOS = 2_000 * MILLI;
  /** How far back it goes at most. */
  private static final long BACK = 300;

  private final SwarmOptions options;
  private final SimCluster cluster;
  private final ClusterOracle oracle;
  private final Workload workload;
  private SimClient client;
  private SimRandom random;
  private long done;

  Compactions(SwarmOptions options, SimCluster cluster, ClusterOracle oracle, Workload workload) {
    this.options = options;
    this.cluster = cluster;
    this.oracle = oracle;
    this.workload = workload;
  }

  void start() {
    if (options.number("compact-ms") > 0) {
      client = cluster.newClient();
      random = cluster.world().random("compactions");
      think();
    }
  }

  private void think() {
    cluster.world().scheduler().after(random.exponential(options.number("compact-ms") * MILLI), "client.compact", this::next);
  }

  private void next() {
    if (workload.stopping()) {
      return;
    }
    long to = random.between(Math.max(1, workload.told() - BACK), workload.told());
    long before = done;
    client.start(new Operation.History(to), DEADLINE_NANOS).whenComplete((ClusterHistory history, Throwable failure) -> {
      if (failure == null) {
        oracle.checks().check(history.wanted() >= Math.max(to, before), "compaction-never-goes-back",
            "a compaction to %d was answered with %d, %d was answered before", to, history.wanted(), before);
        done = Math.max(done, history.wanted());
      } else if (failure instanceof RefusedException refused) {
        boolean expected = refused.code() == RefusedCode.DEADLINE || refused.code() == RefusedCode.UNAVAILABLE
            || refused.code() == RefusedCode.OVERLOADED;
        oracle.checks().check(expected, "refusals-make-sense", "a compaction to %d was refused: %s %s", to, refused.code(), refused.getMessage());
      }
      think();
    });
  }
}
