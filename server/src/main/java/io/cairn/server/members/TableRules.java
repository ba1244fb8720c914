package io.cairn.server.members;

import io.cairn.server.members.MemberCommand.Begin;
import io.cairn.server.members.MemberCommand.Found;
import io.cairn.server.members.MemberCommand.Join;
import io.cairn.server.members.MemberCommand.Stepped;
import io.cairn.server.members.MemberCommand.TakeBack;
import io.cairn.storage.directory.Incarnation;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * How the table follows from the log: a function of table and command, the same on every node. A command that does not fit
 * gives back the very table it was given.
 */
public final class TableRules {
  /** What a cluster can be born with, and what it can grow to. */
  public static final int MEMBERS_MAX = 9;

  private TableRules() {}

  public static NodeTable apply(NodeTable table, MemberCommand command) {
    NodeTable next = switch (command) {
      case Found found -> found(table, found);
      case Begin begin -> begin(table, begin);
      case Stepped stepped -> stepped(table, stepped);
      case TakeBack back -> takeBack(table, back);
      case Join join -> join(table, join);
    };
    return next == table ? table : next.touched();
  }

  private static NodeTable found(NodeTable table, Found found) {
    if (table.isFounded() || found.nodes().isEmpty()) {
      return table;
    }
    NodeTable next = table;
    for (NodeEntry node : found.nodes()) {
      next = next.with(node);
    }
    return next.founded(found.nodes().size());
  }

  private static NodeTable begin(NodeTable table, Begin begin) {
    if (begin.number() != table.nextChange() || refusal(table, begin) != null) {
      return table;
    }
    NodeEntry subject = table.named(begin.node());
    NodeTable next = table;
    if (subject == null) {
      subject = new NodeEntry(table.nextId(), begin.node(), begin.peer(), begin.client(), Standing.COMING, Optional.empty());
      next = table.with(subject);
    }
    long replaced = begin.kind() == ChangeKind.REPLACE ? table.named(begin.replaced()).id() : 0;
    return next.with(new MemberChange(begin.number(), begin.kind(), subject.id(), replaced, 0, false, "", begin.shards(), new TreeSet<>()));
  }

  /** Why the change cannot begin, for a person; null when it can, as far as the table tells. */
  public static String refusal(NodeTable table, Begin begin) {
    if (!table.isFounded()) {
      return "the cluster has not written down yet which nodes it began with: that takes a leader of shard 0 that has met every node";
    }
    if (table.change().isPresent()) {
      return "another change is under way: " + describe(table, table.change().get());
    }
    if (begin.shards().isEmpty()) {
      return "a change needs a shard to change";
    }
    return switch (begin.kind()) {
      case ADD -> newcomer(table, begin);
      case PROMOTE -> promotion(table, begin.node());
      case REMOVE -> removal(table, begin.node());
      case REPLACE -> {
        NodeEntry old = table.named(begin.replaced());
        yield old == null || !old.standing().isMember() ? noMember(table, begin.replaced(), old) : newcomer(table, begin);
      }
    };
  }

  private static String newcomer(NodeTable table, Begin begin) {
    NodeEntry taken = table.named(begin.node());
    if (taken != null) {
      return "the name '" + begin.node() + "' " + (taken.standing() == Standing.REMOVED ? "was used by a node that was removed" : "is a node's")
          + "; a name is never given twice, take a new one";
    }
    if (begin.peer().equals(begin.client())) {
      return "its peers' and its clients' address are both " + begin.peer() + "; each needs one of its own";
    }
    for (NodeEntry node : table.nodes().values()) {
      boolean leaves = node.standing() == Standing.REMOVED || node.name().equals(begin.replaced());
      if (!leaves && Stream.of(begin.peer(), begin.client()).anyMatch(node::listensOn)) {
        return "node '" + node.name() + "' has one of the addresses " + begin.peer() + " and " + begin.client() + " already";
      }
    }
    long members = table.nodes().values().stream().filter(node -> node.standing().isMember()).count();
    return begin.kind() == ChangeKind.ADD && members >= MEMBERS_MAX ? "the cluster has " + members + " nodes, its most" : null;
  }

  private static String promotion(NodeTable table, String name) {
    NodeEntry node = table.named(name);
    if (node == null || node.standing() == Standing.REMOVED || node.standing() == Standing.COMING) {
      return noMember(table, name, node);
    }
    return node.standing() == Standing.VOTER ? "node '" + name + "' is a voter already" : null;
  }

  private static String removal(NodeTable table, String name) {
    NodeEntry node = table.named(name);
    if (node == null || !node.standing().isMember()) {
      return noMember(table, name, node);
    }
    boolean lastVoter = node.standing() == Standing.VOTER && table.settled().voters().size() == 1;
    return lastVoter ? "node '" + name + "' is the only voter: without it there is no cluster" : null;
  }

  private static String noMember(NodeTable table, String name, NodeEntry node) {
    if (node != null && node.standing() == Standing.REMOVED) {
      return "node '" + name + "' was removed";
    }
    var names = table.nodes().values().stream().filter(each -> each.standing().isMember()).map(NodeEntry::name).toList();
    return "there is no node '" + name + "'; the nodes are " + String.join(", ", names);
  }

  private static NodeTable stepped(NodeTable table, Stepped stepped) {
    MemberChange change = table.change().orElse(null);
    if (change == null || !change.stamp().equals(stepped.step()) || !change.open().contains(stepped.shard())) {
      return table;
    }
    MemberChange next = change.stepped(stepped.shard());
    if (!next.open().isEmpty()) {
      return table.with(next);
    }
    return next.isLastStage() ? end(table, next) : table.with(next.nextStage());
  }

  private static NodeTable end(NodeTable table, MemberChange change) {
    NodeEntry subject = table.nodes().get(change.subject());
    NodeTable next = table;
    if (change.back()) {
      next = subject.standing() == Standing.COMING ? table.with(subject.with(Standing.REMOVED)) : table;
    } else {
      next = switch (change.kind()) {
        case ADD -> table.with(subject.with(Standing.LEARNER));
        case PROMOTE -> table.with(subject.with(Standing.VOTER));
        case REMOVE -> table.with(subject.with(Standing.REMOVED));
        case REPLACE -> {
          NodeEntry old = table.nodes().get(change.replaced());
          yield table.with(subject.with(old.standing())).with(old.with(Standing.REMOVED));
        }
      };
    }
    return next.ended(new EndedChange(change.number(), change.reason()));
  }

  private static NodeTable takeBack(NodeTable table, TakeBack back) {
    MemberChange change = table.change().orElse(null);
    if (change == null || change.number() != back.change() || !change.canTakeBack()) {
      return table;
    }
    return table.with(change.takenBack(back.reason().isEmpty() ? "no reason given" : back.reason()));
  }

  private static NodeTable join(NodeTable table, Join join) {
    NodeEntry node = table.nodes().get(join.node());
    boolean free = node != null && node.id() > table.founders() && node.standing() != Standing.REMOVED && node.incarnation().isEmpty();
    return free ? table.with(node.with(join.incarnation())) : table;
  }

  /** Whether the directory is the one that joined under the entry. */
  public static boolean isJoined(NodeEntry node, Incarnation incarnation) {
    return node.incarnation().isPresent() && node.incarnation().get().equals(incarnation);
  }

  /** For a person. */
  public static String describe(NodeTable table, MemberChange change) {
    String subject = table.nodes().get(change.subject()).name();
    String what = switch (change.kind()) {
      case ADD -> "adding " + subject;
      case PROMOTE -> "promoting " + subject;
      case REMOVE -> "removing " + subject;
      case REPLACE -> "replacing " + table.nodes().get(change.replaced()).name() + " by " + subject;
    };
    int all = change.open().size() + change.done().size();
    return (change.back() ? "taking back " : "") + what + " (change " + change.number() + ", stage " + (change.stage() + 1) + " of "
        + change.kind().stages() + ", " + change.done().size() + " of " + all + " shards"
        + (change.back() ? "; " + change.reason() : "") + ")";
  }
}
