package io.cairn.raft.script;

import java.util.List;

/** {@code unpark A->B: what was held up on that link arrives at last} */
final class UnparkCommand implements ScriptCommand {

  @Override
  public String name() {
    return "unpark";
  }

  @Override
  public void run(ScriptedCluster cluster, List<String> words) {
    cluster.link(words.get(1)).unpark();
  }
}
