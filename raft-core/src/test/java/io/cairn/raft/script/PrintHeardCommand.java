package io.cairn.raft.script;

import java.util.List;

/** {@code heard N: how long ago the replica heard its leader} */
final class PrintHeardCommand implements ScriptCommand {

  @Override
  public String name() {
    return "heard";
  }

  @Override
  public void run(ScriptedCluster cluster, List<String> words) {
    cluster.say(cluster.replica(words.get(1)).describeHeard());
  }
}
