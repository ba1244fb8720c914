package io.cairn.raft.script;

import io.cairn.raft.Raft;
import java.util.List;

/** {@code stall N}: its driver sees that the disk owes an answer from now on; {@code stall N over}: it owes none. */
final class StallCommand implements ScriptCommand {

  @Override
  public String name() {
    return "stall";
  }

  @Override
  public void run(ScriptedCluster cluster, List<String> words) {
    boolean over = words.size() > 2;
    cluster.replica(words.get(1)).tell(raft -> {
      raft.diskStalledSince(over ? Raft.DISK_ANSWERS : cluster.now());
      return over ? "has a disk that answers" : "has a disk that stands still";
    });
  }
}
