package io.cairn.raft.script;

import java.util.List;

/** {@code status N...|all: role, term and cursors} */
final class PrintStatusCommand implements ScriptCommand {

  @Override
  public String name() {
    return "status";
  }

  @Override
  public void run(ScriptedCluster cluster, List<String> words) {
    for (ScriptedReplica replica : cluster.replicas(words.get(1))) {
      cluster.say(replica.describe());
    }
  }
}
