package io.cairn.raft.script;

import java.util.List;

/** {@code duplicate A->B: what is on its way on that link will arrive twice} */
final class DuplicateCommand implements ScriptCommand {

  @Override
  public String name() {
    return "duplicate";
  }

  @Override
  public void run(ScriptedCluster cluster, List<String> words) {
    cluster.link(words.get(1)).duplicate();
  }
}
