package io.cairn.raft.script;

import java.util.List;

/** {@code park A->B: what is on its way on that link is held up, and overtaken by what comes later} */
final class ParkCommand implements ScriptCommand {

  @Override
  public String name() {
    return "park";
  }

  @Override
  public void run(ScriptedCluster cluster, List<String> words) {
    cluster.say(cluster.link(words.get(1)).park() + " held up");
  }
}
