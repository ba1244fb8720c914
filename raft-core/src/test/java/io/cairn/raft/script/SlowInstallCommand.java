package io.cairn.raft.script;

import java.util.List;

/** {@code install N slow|fast: a snapshot that N was told to switch to waits, or is switched to at once} */
final class SlowInstallCommand implements ScriptCommand {

  @Override
  public String name() {
    return "install";
  }

  @Override
  public void run(ScriptedCluster cluster, List<String> words) {
    cluster.replica(words.get(1)).slowInstall(words.get(2).equals("slow"));
  }
}
