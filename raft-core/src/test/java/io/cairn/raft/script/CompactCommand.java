package io.cairn.raft.script;

import java.util.List;

/** {@code compact N INDEX: the state machine has flushed, and the log is cut off up to there} */
final class CompactCommand implements ScriptCommand {

  @Override
  public String name() {
    return "compact";
  }

  @Override
  public void run(ScriptedCluster cluster, List<String> words) {
    cluster.replica(words.get(1)).compact(Long.parseLong(words.get(2)));
  }
}
