package io.cairn.raft.script;

import java.util.List;

/** {@code lease N: how long the leader is certain to lead} */
final class PrintLeaseCommand implements ScriptCommand {

  @Override
  public String name() {
    return "lease";
  }

  @Override
  public void run(ScriptedCluster cluster, List<String> words) {
    cluster.say(cluster.replica(words.get(1)).describeLease());
  }
}
