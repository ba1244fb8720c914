package io.cairn.simulator.swarm;

import io.cairn.client.core.Operation;
import io.cairn.simulator.cluster.SimCluster;
import io.cairn.simulator.oracle.ClusterOracle;

/** A client that has history compacted, again and again, to some revision that was told of. Where the option says so. */
final class Compactions extends HistoryOperator {
  /** How far back it goes at most. */
  private static final long BACK = 300;

  private long done;

  Compactions(SwarmOptions options, SimCluster cluster, ClusterOracle oracle, Workload workload) {
    super(options, cluster, oracle, workload, "compact-ms", "client.compact");
  }

  void start() {
    start("compactions");
  }

  @Override
  void next() {
    long to = random.between(Math.max(1, workload.told() - BACK), workload.told());
    long before = done;
    ask(new Operation.History(to), history -> {
      checks().check(history.wanted() >= Math.max(to, before), "compaction-never-goes-back",
          "a compaction to %d was answered with %d, %d was answered before", to, history.wanted(), before);
      done = Math.max(done, history.wanted());
    }, refused -> checks().check(isForTrouble(refused), "refusals-make-sense", "a compaction to %d was refused: %s %s", to, refused.code(),
        refused.getMessage()));
  }
}
