package io.cairn.raft.script;

import java.util.List;

/** {@code persist N [COUNT]: so many of the waiting writes become durable, the oldest first} */
final class PersistCommand implements ScriptCommand {

  @Override
  public String name() {
    return "persist";
  }

  @Override
  public void run(ScriptedCluster cluster, List<String> words) {
    cluster.replica(words.get(1)).persist(words.size() > 2 ? Integer.parseInt(words.get(2)) : Integer.MAX_VALUE);
  }
}
