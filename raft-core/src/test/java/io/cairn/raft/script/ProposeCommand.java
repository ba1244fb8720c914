package io.cairn.raft.script;

import java.util.List;

/** {@code propose N TEXT...: one entry each} */
final class ProposeCommand implements ScriptCommand {

  @Override
  public String name() {
    return "propose";
  }

  @Override
  public void run(ScriptedCluster cluster, List<String> words) {
    for (String text : words.subList(2, words.size())) {
      cluster.replica(words.get(1)).propose(text);
    }
  }
}
