package io.cairn.raft.script;

import java.util.List;

/** {@code run 100ms: time passes for all, and what is sent arrives within 5 ms; messages are not shown} */
final class RunCommand implements ScriptCommand {

  @Override
  public String name() {
    return "run";
  }

  @Override
  public void run(ScriptedCluster cluster, List<String> words) {
    cluster.run(Long.parseLong(words.get(1).replace("ms", "")));
  }
}
