package io.cairn.raft.script;

import java.util.List;

/** {@code log N...: every entry} */
final class PrintLogCommand implements ScriptCommand {

  @Override
  public String name() {
    return "log";
  }

  @Override
  public void run(ScriptedCluster cluster, List<String> words) {
    for (String replica : words.subList(1, words.size())) {
      cluster.say(cluster.replica(replica).describeLog());
    }
  }
}
