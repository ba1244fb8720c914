package io.cairn.raft.script;

import io.cairn.raft.TransferAnswer;
import java.util.List;
import java.util.Locale;

/** {@code hand-over A->B}, or {@code hand-over A} to whoever is nearest: leadership transfer, asked of A. */
final class HandOverCommand implements ScriptCommand {

  @Override
  public String name() {
    return "hand-over";
  }

  @Override
  public void run(ScriptedCluster cluster, List<String> words) {
    String[] ends = words.get(1).split("->");
    cluster.replica(ends[0]).tell(raft -> text(ends.length == 1 ? raft.handOver(cluster.now(), _ -> true)
        : raft.transferLeadership(ScriptCommand.replica(ends[1]), cluster.now())));
  }

  private static String text(TransferAnswer answer) {
    return switch (answer) {
      case TransferAnswer.Begun(var target) -> "hands over to " + target;
      case TransferAnswer.Refused(var reason) -> "does not hand over: " + reason.name().toLowerCase(Locale.ROOT).replace('_', '-');
    };
  }
}
