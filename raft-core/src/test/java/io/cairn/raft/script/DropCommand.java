package io.cairn.raft.script;

import java.util.List;

/** {@code drop A->B [COUNT]: what is on its way on that link is lost} */
final class DropCommand implements ScriptCommand {

  @Override
  public String name() {
    return "drop";
  }

  @Override
  public void run(ScriptedCluster cluster, List<String> words) {
    cluster.say(cluster.link(words.get(1)).drop(words.size() > 2 ? Integer.parseInt(words.get(2)) : Integer.MAX_VALUE) + " lost");
  }
}
