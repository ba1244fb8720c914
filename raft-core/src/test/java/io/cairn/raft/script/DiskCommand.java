package io.cairn.raft.script;

import java.util.List;

/** {@code disk N slow|fast: whether writes wait for persist} */
final class DiskCommand implements ScriptCommand {

  @Override
  public String name() {
    return "disk";
  }

  @Override
  public void run(ScriptedCluster cluster, List<String> words) {
    cluster.replica(words.get(1)).slowDisk(words.get(2).equals("slow"));
  }
}
