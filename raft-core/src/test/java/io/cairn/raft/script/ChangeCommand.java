package io.cairn.raft.script;

import io.cairn.raft.ReplicaId;
import io.cairn.raft.membership.MemberChange;
import java.util.ArrayList;
import java.util.List;

/** {@code change N [learner A] [promote A] [demote A] [remove A]...: N is asked to change the members, all of it as one change} */
final class ChangeCommand implements ScriptCommand {

  @Override
  public String name() {
    return "change";
  }

  @Override
  public void run(ScriptedCluster cluster, List<String> words) {
    var changes = new ArrayList<MemberChange>();
    for (int i = 2; i < words.size(); i += 2) {
      ReplicaId replica = ScriptCommand.replica(words.get(i + 1));
      changes.add(switch (words.get(i)) {
        case "learner" -> new MemberChange.AddLearner(replica);
        case "promote" -> new MemberChange.Promote(replica);
        case "demote" -> new MemberChange.Demote(replica);
        case "remove" -> new MemberChange.Remove(replica);
        default -> throw new IllegalArgumentException("a change is learner, promote, demote or remove, not " + words.get(i));
      });
    }
    cluster.replica(words.get(1)).change(changes);
  }
}
