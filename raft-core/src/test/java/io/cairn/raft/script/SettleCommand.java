package io.cairn.raft.script;

import java.util.List;

/** {@code settle: everything arrives, and what it causes, until nothing is on its way; messages are not shown} */
final class SettleCommand implements ScriptCommand {

  @Override
  public String name() {
    return "settle";
  }

  @Override
  public void run(ScriptedCluster cluster, List<String> words) {
    cluster.settle();
  }
}
