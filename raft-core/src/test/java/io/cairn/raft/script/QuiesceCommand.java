package io.cairn.raft.script;

import java.util.List;

/** {@code quiesce N: the driver asks the leader to fall silent} */
final class QuiesceCommand implements ScriptCommand {

  @Override
  public String name() {
    return "quiesce";
  }

  @Override
  public void run(ScriptedCluster cluster, List<String> words) {
    cluster.replica(words.get(1)).quiesce();
  }
}
