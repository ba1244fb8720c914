package io.cairn.raft.script;

import java.util.List;

/** {@code damage N INDEX|all}: of a replica that is down, the log from there on cannot be read any more; {@code all}: it gets a new disk. */
final class DamageCommand implements ScriptCommand {

  @Override
  public String name() {
    return "damage";
  }

  @Override
  public void run(ScriptedCluster cluster, List<String> words) {
    ScriptedReplica replica = cluster.replica(words.get(1));
    if (words.get(2).equals("all")) {
      replica.newDisk();
    } else {
      replica.disk().lose(Long.parseLong(words.get(2)));
    }
  }
}
