package io.cairn.raft.script;

import java.util.List;

/** {@code tick N|all 100ms: the one clock moves on in steps of 5 ms, and these replicas are told} */
final class TickCommand implements ScriptCommand {

  @Override
  public String name() {
    return "tick";
  }

  @Override
  public void run(ScriptedCluster cluster, List<String> words) {
    cluster.tick(words.get(1), Long.parseLong(words.get(2).replace("ms", "")));
  }
}
