package io.cairn.raft.script;

import io.cairn.raft.log.EntryId;
import io.cairn.raft.message.RaftMessage.RequestVote;
import java.util.List;

/** {@code vote A->B TERM}: a request for a vote arrives at B, as if A had campaigned in that term with the longest log. */
final class VoteCommand implements ScriptCommand {

  @Override
  public String name() {
    return "vote";
  }

  @Override
  public void run(ScriptedCluster cluster, List<String> words) {
    String[] ends = words.get(1).split("->");
    long term = Long.parseLong(words.get(2));
    cluster.replica(ends[1]).receive(
        new RequestVote(ScriptCommand.replica(ends[0]), ScriptCommand.replica(ends[1]), term, new EntryId(term - 1, 1000), false));
  }
}
