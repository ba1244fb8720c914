package io.cairn.raft.script;

import java.util.List;

/** {@code cut A->B...: what is sent on these links is lost; A|B cuts both directions} */
final class CutCommand implements ScriptCommand {

  @Override
  public String name() {
    return "cut";
  }

  @Override
  public void run(ScriptedCluster cluster, List<String> words) {
    for (String link : words.subList(1, words.size())) {
      String[] ends = link.split("->|\\|");
      cluster.link(ends[0] + "->" + ends[1]).cut(true);
      if (link.contains("|")) {
        cluster.link(ends[1] + "->" + ends[0]).cut(true);
      }
    }
  }
}
