package io.cairn.raft.script;

import java.util.List;

/** {@code apply N slow|fast: the state machine takes nothing in, or everything at once} */
final class SlowApplyCommand implements ScriptCommand {

  @Override
  public String name() {
    return "apply";
  }

  @Override
  public void run(ScriptedCluster cluster, List<String> words) {
    cluster.replica(words.get(1)).slowApply(words.get(2).equals("slow"));
  }
}
