package io.cairn.simulator.swarm;

import io.cairn.client.ClusterHistory;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.core.Operation;
import io.cairn.simulator.cluster.SimClient;
import io.cairn.simulator.cluster.SimCluster;
import io.cairn.simulator.oracle.Checks;
import io.cairn.simulator.oracle.ClusterOracle;
import io.cairn.simulator.schedule.SimRandom;
import java.util.function.Consumer;

/** An operator with a client of its own who asks one thing of history again and again, where the option says so. */
abstract class HistoryOperator {
  private static final long MILLI = 1_000_000L;
  private static final long DEADLINE_NANOS = 2_000 * MILLI;

  final SwarmOptions options;
  final Workload workload;
  private final SimCluster cluster;
  private final ClusterOracle oracle;
  private final long everyNanos;
  private final String name;
  private SimClient client;
  SimRandom random;

  /**
   * @param every the option that says how often, in milliseconds; 0 is never
   * @param name of its events
   */
  HistoryOperator(SwarmOptions options, SimCluster cluster, ClusterOracle oracle, Workload workload, String every, String name) {
    this.options = options;
    this.workload = workload;
    this.cluster = cluster;
    this.oracle = oracle;
    this.everyNanos = options.number(every) * MILLI;
    this.name = name;
  }

  /** @param stream of its random numbers */
  final void start(String stream) {
    if (everyNanos > 0) {
      client = cluster.newClient();
      random = cluster.world().random(stream);
      think();
    }
  }

  private void think() {
    cluster.world().scheduler().after(random.exponential(everyNanos), name, () -> {
      if (!workload.stopping()) {
        next();
      }
    });
  }

  /** Asks once, by {@link #ask}. */
  abstract void next();

  final Checks checks() {
    return oracle.checks();
  }

  final void ask(Operation<ClusterHistory> what, Consumer<ClusterHistory> done, Consumer<RefusedException> refused) {
    client.start(what, DEADLINE_NANOS).whenComplete((ClusterHistory history, Throwable failure) -> {
      if (failure == null) {
        done.accept(history);
      } else if (failure instanceof RefusedException its) {
        refused.accept(its);
      }
      think();
    });
  }

  /** Whether that is what a cluster in trouble says. */
  static boolean isForTrouble(RefusedException refused) {
    return refused.code() == RefusedCode.DEADLINE || refused.code() == RefusedCode.UNAVAILABLE || refused.code() == RefusedCode.OVERLOADED;
  }
}
