package io.cairn.raft.script;

import java.util.List;

/** {@code snapshot A->B: a whole snapshot of what A has applied arrives at B, and A learns that it was sent} */
final class SnapshotCommand implements ScriptCommand {

  @Override
  public String name() {
    return "snapshot";
  }

  @Override
  public void run(ScriptedCluster cluster, List<String> words) {
    String[] ends = words.get(1).split("->");
    cluster.replica(ends[0]).sendSnapshot(cluster.replica(ends[1]));
  }
}
