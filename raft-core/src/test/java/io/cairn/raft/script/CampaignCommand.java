package io.cairn.raft.script;

import java.util.List;

/** {@code campaign N: nobody but N is told the time until its election timeout has passed; messages then settle} */
final class CampaignCommand implements ScriptCommand {

  @Override
  public String name() {
    return "campaign";
  }

  @Override
  public void run(ScriptedCluster cluster, List<String> words) {
    cluster.tick(words.get(1), 105);
    cluster.settle();
  }
}
