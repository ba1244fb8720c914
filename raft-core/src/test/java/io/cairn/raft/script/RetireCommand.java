package io.cairn.raft.script;

import java.util.List;

/** {@code retire N}: its process is about to stop. */
final class RetireCommand implements ScriptCommand {

  @Override
  public String name() {
    return "retire";
  }

  @Override
  public void run(ScriptedCluster cluster, List<String> words) {
    cluster.replica(words.get(1)).tell(raft -> {
      raft.retire();
      return "is about to stop";
    });
  }
}
