package io.cairn.raft.script;

import java.util.List;

/** {@code deliver A->B [COUNT]: what is on its way on that link arrives, the oldest first} */
final class DeliverCommand implements ScriptCommand {

  @Override
  public String name() {
    return "deliver";
  }

  @Override
  public void run(ScriptedCluster cluster, List<String> words) {
    cluster.link(words.get(1)).deliver(words.size() > 2 ? Integer.parseInt(words.get(2)) : Integer.MAX_VALUE);
  }
}
