package io.cairn.raft.script;

import java.util.List;

/** {@code restart N: it starts from its disk} */
final class RestartCommand implements ScriptCommand {

  @Override
  public String name() {
    return "restart";
  }

  @Override
  public void run(ScriptedCluster cluster, List<String> words) {
    cluster.replica(words.get(1)).start();
  }
}
