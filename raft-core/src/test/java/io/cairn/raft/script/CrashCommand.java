package io.cairn.raft.script;

import java.util.List;

/** {@code crash N: what its disk has not written is gone} */
final class CrashCommand implements ScriptCommand {

  @Override
  public String name() {
    return "crash";
  }

  @Override
  public void run(ScriptedCluster cluster, List<String> words) {
    cluster.replica(words.get(1)).crash();
  }
}
