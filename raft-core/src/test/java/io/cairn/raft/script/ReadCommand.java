package io.cairn.raft.script;

import java.util.List;

/** {@code read N ID: asks for a read index at replica N} */
final class ReadCommand implements ScriptCommand {

  @Override
  public String name() {
    return "read";
  }

  @Override
  public void run(ScriptedCluster cluster, List<String> words) {
    cluster.replica(words.get(1)).read(Long.parseLong(words.get(2)));
  }
}
