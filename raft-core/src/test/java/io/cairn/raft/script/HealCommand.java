package io.cairn.raft.script;

import java.util.List;

/** {@code heal: no link is cut any more} */
final class HealCommand implements ScriptCommand {

  @Override
  public String name() {
    return "heal";
  }

  @Override
  public void run(ScriptedCluster cluster, List<String> words) {
    cluster.heal();
  }
}
