package io.cairn.raft.script;

import java.util.List;

/** {@code rank N R}: its priority for leadership, 0 first. */
final class RankCommand implements ScriptCommand {

  @Override
  public String name() {
    return "rank";
  }

  @Override
  public void run(ScriptedCluster cluster, List<String> words) {
    cluster.replica(words.get(1)).tell(raft -> {
      raft.rank(Integer.parseInt(words.get(2)));
      return "has rank " + words.get(2);
    });
  }
}
