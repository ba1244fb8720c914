package io.cairn.simulator.oracle;

import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryKind;
import io.cairn.server.command.EntryPayload;
import io.cairn.server.command.ShardCommand;
import io.cairn.simulator.mark.Mark;
import io.cairn.simulator.mark.Marks;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The prefixes of which shards keep no history, by what the shards' logs say, and what each node knows of that. Every prefix of a run lies in
 * one shard. Where history is off a read of a past revision may be refused, and is refused by whoever knows of it, if the key has changed
 * in between; once it is on again that holds for what lies before.
 */
public final class HistoryTruth {
  private record Said(int shard, long index) {}

  /** @param from nothing below it may be asked for, if the key has changed since; while history is off, at least that */
  private record Rule(boolean off, long from) {}

  private final Marks marks;
  private final TreeMap<String, Rule> rules = new TreeMap<>();
  /** What each entry has made of the rule of its prefix; looked up, never walked over. */
  private final Map<Said, Map.Entry<String, Rule>> said = new HashMap<>();
  /** For each life of a node, what it has applied in it. */
  private final Map<Object, TreeMap<String, Rule>> known = new HashMap<>();
  /** Revisions at which stores have stood: those that a refusal may name. */
  private final Set<Long> stood = new HashSet<>(Set.of(1L));

  HistoryTruth(Marks marks) {
    this.marks = marks;
  }

  /** The shard's log says it, for the first time anywhere. @param revision the last one of the shard */
  void said(int shard, long index, ShardCommand.KeepHistory keep, long revision) {
    String prefix = keep.prefix().substring(1).toStringUtf8();
    Rule before = rules.get(prefix);
    boolean was = before != null && before.off;
    if (was != keep.keeps()) {
      // Said twice it is said once.
      said.put(new Said(shard, index), Map.entry(prefix, before == null ? new Rule(false, 0) : before));
      return;
    }
    Rule next = new Rule(!keep.keeps(), revision);
    marks.reach(keep.keeps() ? Mark.HISTORY_TURNED_ON : Mark.HISTORY_TURNED_OFF);
    rules.put(prefix, next);
    said.put(new Said(shard, index), Map.entry(prefix, next));
  }

  void stoodAt(long revision) {
    stood.add(revision);
  }

  /** A node has applied it, and shows it. */
  void applied(Object life, int shard, Entry entry) {
    Map.Entry<String, Rule> rule = entry.kind() == EntryKind.COMMAND ? said.get(new Said(shard, entry.index())) : null;
    if (rule != null) {
      known.computeIfAbsent(life, _ -> new TreeMap<>()).put(rule.getKey(), rule.getValue());
    }
  }

  /** Below this, a node refuses what a key was, if it has changed up to here; 0 where nothing is known of it. */
  public long refusedBelow(Object life, String key) {
    return from(known.getOrDefault(life, new TreeMap<>()), key);
  }

  /** The same once every replica has applied all there is. */
  public long refusedBelow(String key) {
    return from(rules, key);
  }

  private static long from(Map<String, Rule> rules, String key) {
    long from = 0;
    for (Map.Entry<String, Rule> each : rules.entrySet()) {
      from = key.startsWith(each.getKey()) ? Math.max(from, each.getValue().from) : from;
    }
    return from;
  }

  /** Whether a read of the key may ever have been refused with this as the oldest revision left. */
  boolean mayRefuse(String key, long oldest) {
    return refusedBelow(key) > 0 && stood.contains(oldest);
  }
}
