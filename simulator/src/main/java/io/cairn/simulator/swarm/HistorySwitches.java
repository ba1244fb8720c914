package io.cairn.simulator.swarm;

import io.cairn.client.ByteSeq;
import io.cairn.client.RefusedCode;
import io.cairn.client.core.Operation;
import io.cairn.simulator.cluster.SimCluster;
import io.cairn.simulator.oracle.ClusterOracle;

/**
 * An operator who turns history off and on, for all keys of a shard or for some of them, again and again. Where the option says so. How it is at
 * the end stays.
 */
final class HistorySwitches extends HistoryOperator {

  HistorySwitches(SwarmOptions options, SimCluster cluster, ClusterOracle oracle, Workload workload) {
    super(options, cluster, oracle, workload, "history-off-ms", "client.history");
  }

  void start() {
    start("history.switches");
  }

  @Override
  void next() {
    String letter = SwarmOptions.shardLetter((int) random.nextLong(options.number("shards")));
    boolean keeps = random.chance(0.4);
    // Turned off for the whole letter, single keys below it cannot be turned on.
    ByteSeq prefix = ByteSeq.utf8(random.chance(0.5) ? letter : letter + random.nextLong(options.number("keys")));
    ask(new Operation.KeepHistory(prefix, keeps), history -> {
      boolean off = history.off().stream().anyMatch(each -> prefix.utf8().startsWith(each.utf8()));
      checks().check(off != keeps, "history-is-as-told", "history of %s was turned %s, and it is off for %s", prefix, keeps ? "on" : "off", history.off());
    }, refused -> {
      boolean expected = isForTrouble(refused) || refused.code() == RefusedCode.BAD_REQUEST && refused.getMessage().contains("wider prefix");
      checks().check(expected, "refusals-make-sense", "turning history of %s %s was refused: %s %s", prefix, keeps ? "on" : "off", refused.code(),
          refused.getMessage());
    });
  }
}
