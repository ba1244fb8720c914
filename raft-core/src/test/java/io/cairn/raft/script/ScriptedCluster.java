package io.cairn.raft.script;

import io.cairn.raft.RaftSettings;
import io.cairn.raft.ReplicaId;
import io.cairn.raft.membership.Membership;
import io.cairn.raft.message.RaftMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;

/** The replicas of one script, the links between them, the one clock, and what is said. */
final class ScriptedCluster {

  static final long MS = 1_000_000;
  private static final long STEP_MS = 5;

  private RaftSettings settings = settings(1000);
  private Membership membership;
  private final Map<ReplicaId, ScriptedReplica> replicas = new TreeMap<>();
  private final Map<String, ScriptedLink> links = new TreeMap<>();
  private final StringBuilder said = new StringBuilder();
  private long now = 1000 * MS;
  private boolean settling;

  private static RaftSettings settings(long appendBytes) {
    return new RaftSettings(100 * MS, 1, 10 * MS, appendBytes, 4000, 4, 100_000, 100_000);
  }

  RaftSettings settings() {
    return settings;
  }

  /** One entry an append, whatever its size. */
  void sendOneByOne() {
    settings = settings(1);
  }

  long now() {
    return now;
  }

  void add(ReplicaId id) {
    replicas.put(id, new ScriptedReplica(id, this));
  }

  /** The members at the beginning. */
  void members(SortedSet<ReplicaId> voters) {
    membership = Membership.of(voters);
  }

  Membership membership() {
    return membership;
  }

  ScriptedReplica replica(String id) {
    ScriptedReplica replica = replicas.get(ScriptCommand.replica(id));
    if (replica == null) {
      throw new IllegalArgumentException("there is no replica " + id + ", only " + replicas.keySet());
    }
    return replica;
  }

  List<ScriptedReplica> replicas(String word) {
    return word.equals("all") ? List.copyOf(replicas.values()) : List.of(replica(word));
  }

  ScriptedLink link(String name) {
    String[] ends = name.split("->");
    return links.computeIfAbsent(name, _ -> new ScriptedLink(this, ends[1]));
  }

  void heal() {
    links.values().forEach(link -> link.cut(false));
  }

  void say(String line) {
    said.append(line).append('\n');
  }

  String takeSaid() {
    String all = said.toString();
    said.setLength(0);
    return all;
  }

  void send(RaftMessage message) {
    if (!settling) {
      say(MessageText.of(message));
    }
    link(message.from() + "->" + message.to()).send(message);
  }

  void tick(String who, long ms) {
    for (long passed = 0; passed < ms; passed += STEP_MS) {
      now += STEP_MS * MS;
      replicas(who).forEach(ScriptedReplica::tick);
    }
  }

  void run(long ms) {
    for (long passed = 0; passed < ms; passed += STEP_MS) {
      now += STEP_MS * MS;
      settling = true;
      replicas.values().forEach(ScriptedReplica::tick);
      settle();
    }
  }

  void settle() {
    settling = true;
    for (int round = 0; links.values().stream().anyMatch(ScriptedLink::isBusy); round++) {
      if (round > 1000) {
        throw new AssertionError("messages never settle");
      }
      for (ScriptedLink link : new ArrayList<>(links.values())) {
        link.deliver(Integer.MAX_VALUE);
      }
    }
    settling = false;
  }
}
