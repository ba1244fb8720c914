package io.cairn.simulator.oracle;

import io.cairn.raft.membership.Membership;
import io.cairn.server.members.ChangeKind;
import io.cairn.server.members.MemberChange;
import io.cairn.server.members.NodeEntry;
import io.cairn.server.members.NodeTable;
import io.cairn.server.members.Standing;
import io.cairn.simulator.mark.Mark;
import io.cairn.simulator.mark.Marks;
import java.util.Set;
import java.util.TreeSet;

/**
 * Who the nodes are: shard 0's table, from what was applied first anywhere. One change at a time, each carried out in every shard or
 * taken back in every shard; names, ids and tombstones are given once.
 */
public final class MembersOracle {

  /** What it asks of the shards. */
  interface Shards {
    /** A shard whose committed members are others than these, or null. */
    ShardMembers otherThan(Membership members);

    /** Whether the node of that id runs and takes part. */
    boolean isUp(long node);
  }

  private final Checks checks;
  private final Marks marks;
  private final Shards shards;
  private final Set<String> everMembers = new TreeSet<>();
  private final Set<String> everVoters = new TreeSet<>();
  private NodeTable table = NodeTable.NONE;

  MembersOracle(Checks checks, Marks marks, Shards shards) {
    this.checks = checks;
    this.marks = marks;
    this.shards = shards;
  }

  /** The newest that anybody has applied. */
  public NodeTable table() {
    return table;
  }

  public boolean isChanging() {
    return table.change().isPresent();
  }

  public boolean isRemoved(String node) {
    NodeEntry entry = table.named(node);
    return entry != null && entry.standing() == Standing.REMOVED;
  }

  public boolean isMember(String node) {
    NodeEntry entry = table.named(node);
    return entry != null && entry.standing().isMember();
  }

  public boolean wasEverMember(String node) {
    return everMembers.contains(node);
  }

  public boolean wasEverVoter(String node) {
    return everVoters.contains(node);
  }

  /** Whether a client may not know the node, or not know any more that it has gone: it came later, has left, or is about to. */
  public boolean isDisputed(String node) {
    NodeEntry entry = table.named(node);
    if (entry == null) {
      return true;
    }
    boolean moves = table.change().filter(change -> change.subject() == entry.id() || change.replaced() == entry.id()).isPresent();
    return entry.id() > table.founders() || !entry.standing().isMember() || moves;
  }

  void applied(NodeTable next) {
    if (next.equals(table)) {
      return; // A command that expected another table than it found, such as one that comes twice, changes nothing.
    }
    checks.check(next.epoch() > table.epoch(), "epochs-grow", "the table of nodes goes from epoch %d to %d", table.epoch(), next.epoch());
    checks.check(next.nextId() >= table.nextId() && next.nextChange() >= table.nextChange(), "ids-are-given-once",
        "the next id goes from %d to %d, the next change from %d to %d", table.nextId(), next.nextId(), table.nextChange(), next.nextChange());
    table.nodes().values().forEach(node -> stays(node, next));
    Set<String> names = new TreeSet<>();
    next.nodes().values().forEach(node -> checks.check(names.add(node.name()), "ids-are-given-once", "two nodes are named %s", node.name()));
    changes(table.change().orElse(null), next);
    table = next;
    for (NodeEntry node : next.nodes().values()) {
      if (node.standing().isMember()) {
        everMembers.add(node.name());
      }
      if (node.standing() == Standing.VOTER) {
        everVoters.add(node.name());
      }
    }
  }

  /** Name, addresses and the directory that joined stay, and so does that a node was removed. */
  private void stays(NodeEntry node, NodeTable next) {
    NodeEntry then = next.nodes().get(node.id());
    boolean same = then != null && then.name().equals(node.name()) && then.peer().equals(node.peer()) && then.client().equals(node.client());
    checks.check(same && (node.incarnation().isEmpty() || then.incarnation().equals(node.incarnation())), "nodes-stay-who-they-are",
        "%s becomes %s", node, then);
    checks.check(node.standing() != Standing.REMOVED || then.standing() == Standing.REMOVED, "removed-stays-removed", "%s becomes %s", node, then);
    boolean ends = table.change().isPresent() && next.change().isEmpty();
    checks.check(then.standing() == node.standing() || ends, "members-change-in-a-change", "%s becomes %s in the middle of %s", node, then,
        table.change());
  }

  private void changes(MemberChange was, NodeTable next) {
    MemberChange now = next.change().orElse(null);
    checks.check(was == null || now == null || now.number() == was.number() && (!was.back() || now.back()), "one-change-at-a-time",
        "%s is under way, and then %s", was, now);
    if (was != null && now == null) {
      ended(was, next);
    }
  }

  private void ended(MemberChange change, NodeTable next) {
    Membership members = next.settled();
    ShardMembers other = shards.otherThan(members);
    checks.check(other == null, "a-change-is-one-for-all-shards", "%s has ended with the members %s, and a shard has others: %s", change,
        members.describe(), other == null ? "" : other.committed().describe());
    boolean back = next.last().filter(last -> last.number() == change.number() && !last.takenBack().isEmpty()).isPresent();
    checks.check(back == change.back(), "a-change-ends", "%s has ended and is said to have been %s", change, next.last());
    marks.reach(back ? Mark.CHANGE_TAKEN_BACK : markOf(change.kind()));
    boolean oneIsDown = members.all().stream().anyMatch(member -> !shards.isUp(member.value()));
    marks.reachIf(oneIsDown && !back, Mark.MEMBERS_CHANGED_WHILE_A_NODE_WAS_DOWN);
  }

  private static Mark markOf(ChangeKind kind) {
    return switch (kind) {
      case ADD -> Mark.MEMBER_ADDED;
      case PROMOTE -> Mark.MEMBER_PROMOTED;
      case REMOVE -> Mark.MEMBER_REMOVED;
      case REPLACE -> Mark.NODE_REPLACED;
    };
  }
}
