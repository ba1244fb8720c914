package io.cairn.raft.script;

import java.util.List;

/** {@code wake N: the driver has lost a node that matters to this replica's shard} */
final class WakeCommand implements ScriptCommand {

  @Override
  public String name() {
    return "wake";
  }

  @Override
  public void run(ScriptedCluster cluster, List<String> words) {
    cluster.replica(words.get(1)).wake();
  }
}
