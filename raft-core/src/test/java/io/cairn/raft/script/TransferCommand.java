package io.cairn.raft.script;

import io.cairn.raft.message.RaftMessage.TimeoutNow;
import java.util.List;

/** {@code transfer A->B ROUND: an order to campaign at once arrives at B, as if A had sent it} */
final class TransferCommand implements ScriptCommand {

  @Override
  public String name() {
    return "transfer";
  }

  @Override
  public void run(ScriptedCluster cluster, List<String> words) {
    String[] ends = words.get(1).split("->");
    long term = cluster.replica(ends[0]).raft().term();
    cluster.replica(ends[1]).receive(
        new TimeoutNow(ScriptCommand.replica(ends[0]), ScriptCommand.replica(ends[1]), term, Long.parseLong(words.get(2))));
  }
}
