package io.cairn.raft.script;

import java.util.List;

/** {@code members N: what the leader knows of every member} */
final class PrintMembersCommand implements ScriptCommand {

  @Override
  public String name() {
    return "members";
  }

  @Override
  public void run(ScriptedCluster cluster, List<String> words) {
    cluster.replica(words.get(1)).raft().members().forEach(member -> cluster.say(member.replica() + " is a "
        + (member.voter() ? "voter" : "learner") + " (" + member.sending() + "), holds " + member.match() + ", lacks "
        + member.lagEntries() + (member.caughtUp() ? "" : ": lags")));
  }
}
