package io.cairn.raft.script;

import io.cairn.raft.DiskState;
import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryKind;
import io.cairn.raft.log.HardState;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * {@code replicas 1 2 3 [new 4 5] [N:log=1,1,2] [N:term=2] [N:vote=1] [N:commit=1] [one-by-one]}: starts them all. Those after {@code
 * new} are no members yet. {@code log} gives the terms of the entries from index 1 on; without {@code term}, the last of them is the
 * term. {@code one-by-one}: each append has one entry.
 */
final class ReplicasCommand implements ScriptCommand {

  @Override
  public String name() {
    return "replicas";
  }

  @Override
  public void run(ScriptedCluster cluster, List<String> words) {
    if (words.contains("one-by-one")) {
      cluster.sendOneByOne();
    }
    var ids = words.stream().filter(word -> Character.isDigit(word.charAt(0)) && !word.contains(":")).toList();
    int members = words.contains("new") ? words.indexOf("new") - 1 : ids.size();
    cluster.members(new TreeSet<>(ids.subList(0, members).stream().map(ScriptCommand::replica).toList()));
    for (String id : ids) {
      cluster.add(ScriptCommand.replica(id));
    }
    for (String id : ids) {
      load(cluster.replica(id), id, words);
      cluster.replica(id).start(DiskState.INTACT);
    }
  }

  private static void load(ScriptedReplica replica, String id, List<String> words) {
    var log = new ArrayList<Entry>();
    long term = 0;
    long vote = 0;
    long commit = 0;
    for (String word : words) {
      if (!word.startsWith(id + ":")) {
        continue;
      }
      String[] option = word.substring(id.length() + 1).split("=");
      switch (option[0]) {
        case "log" -> {
          for (String entryTerm : option[1].split(",")) {
            log.add(new Entry(Long.parseLong(entryTerm), log.size() + 1, EntryKind.COMMAND, new byte[0]));
            term = Math.max(term, log.getLast().term());
          }
        }
        case "term" -> term = Long.parseLong(option[1]);
        case "vote" -> vote = Long.parseLong(option[1]);
        case "commit" -> commit = Long.parseLong(option[1]);
        default -> throw new IllegalArgumentException("a replica has log, term, vote and commit, not " + word);
      }
    }
    replica.disk().load(new HardState(term, vote, commit), log);
  }
}
