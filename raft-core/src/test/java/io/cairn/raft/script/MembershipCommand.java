package io.cairn.raft.script;

import io.cairn.raft.ReplicaId;
import io.cairn.raft.membership.Membership;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.List;

/** {@code membership N VOTERS [outgoing VOTERS]: the leader proposes who takes part, as 1,2,3} */
final class MembershipCommand implements ScriptCommand {

  @Override
  public String name() {
    return "membership";
  }

  @Override
  public void run(ScriptedCluster cluster, List<String> words) {
    SortedSet<ReplicaId> outgoing = words.size() > 4 ? ids(words.get(4)) : new TreeSet<>();
    cluster.replica(words.get(1)).propose(new Membership(ids(words.get(2)), outgoing, new TreeSet<>()));
  }

  private static SortedSet<ReplicaId> ids(String list) {
    var ids = new TreeSet<ReplicaId>();
    for (String id : list.split(",")) {
      ids.add(ScriptCommand.replica(id));
    }
    return ids;
  }
}
