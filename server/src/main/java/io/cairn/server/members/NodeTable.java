package io.cairn.server.members;

import io.cairn.raft.ReplicaId;
import io.cairn.raft.membership.Membership;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The system shard's picture of the nodes: which there are, where they are reached, how they take part, and the change that is under
 * way. Immutable; {@link TableRules} makes the next one of it.
 *
 * @param epoch grows with every change of the table
 * @param founders the nodes with ids 1 to this one began the cluster: as of index 0 they are every shard's voters
 * @param nextId the id that the next node gets
 * @param nextChange the number that the next change gets
 * @param nodes by id, those that were removed included
 */
public record NodeTable(long epoch, long founders, long nextId, long nextChange, SortedMap<Long, NodeEntry> nodes,
    Optional<MemberChange> change, Optional<EndedChange> last) {

  /** Before the cluster's first leader has written down whom it began with. */
  public static final NodeTable NONE = new NodeTable(0, 0, 1, 1, new TreeMap<>(), Optional.empty(), Optional.empty());

  public NodeTable {
    nodes = Collections.unmodifiableSortedMap(new TreeMap<>(nodes));
  }

  public boolean isFounded() {
    return founders > 0;
  }

  /** The node of that name, whatever its standing; null when there never was one. */
  public NodeEntry named(String name) {
    for (NodeEntry node : nodes.values()) {
      if (node.name().equals(name)) {
        return node;
      }
    }
    return null;
  }

  /** The members of every shard when no change is under way; during one, of the shards that it has not come to. */
  public Membership settled() {
    return membership(standings());
  }

  /** What the present step wants of every shard; the settled members when no change is under way. */
  public Membership wanted() {
    return change.map(now -> after(now.kind(), now.stage(), now.back(), now.subject(), now.replaced())).orElseGet(this::settled);
  }

  /** What the shards are brought to by the last stage of a change, for a look at whether that may be. */
  Membership finallyWanted(MemberChange of) {
    return after(of.kind(), of.kind().stages() - 1, false, of.subject(), of.replaced());
  }

  /** As if the change of that kind had come to that stage. */
  Membership after(ChangeKind kind, int stage, boolean back, long subject, long replaced) {
    SortedMap<Long, Standing> standings = standings();
    if (!back) {
      switch (kind) {
        case ADD -> standings.put(subject, Standing.LEARNER);
        case PROMOTE -> standings.put(subject, Standing.VOTER);
        case REMOVE -> standings.remove(subject);
        case REPLACE -> {
          if (stage < 2) {
            standings.put(subject, Standing.LEARNER);
          } else {
            standings.put(subject, standings.remove(replaced));
          }
        }
      }
    }
    return membership(standings);
  }

  private SortedMap<Long, Standing> standings() {
    var standings = new TreeMap<Long, Standing>();
    for (NodeEntry node : nodes.values()) {
      if (node.standing().isMember()) {
        standings.put(node.id(), node.standing());
      }
    }
    return standings;
  }

  private static Membership membership(SortedMap<Long, Standing> standings) {
    var voters = new TreeSet<ReplicaId>();
    var learners = new TreeSet<ReplicaId>();
    standings.forEach((id, standing) -> (standing == Standing.VOTER ? voters : learners).add(new ReplicaId(id)));
    return new Membership(voters, new TreeSet<>(), learners);
  }

  /** The members that a shard's log begins with. */
  public Membership atBirth() {
    var voters = new TreeSet<ReplicaId>();
    for (long id = 1; id <= founders; id++) {
      voters.add(new ReplicaId(id));
    }
    return Membership.of(voters);
  }

  NodeTable with(NodeEntry node) {
    var more = new TreeMap<>(nodes);
    more.put(node.id(), node);
    return new NodeTable(epoch, founders, Math.max(nextId, node.id() + 1), nextChange, more, change, last);
  }

  NodeTable with(MemberChange next) {
    return new NodeTable(epoch, founders, nextId, Math.max(nextChange, next.number() + 1), nodes, Optional.of(next), last);
  }

  NodeTable ended(EndedChange end) {
    return new NodeTable(epoch, founders, nextId, nextChange, nodes, Optional.empty(), Optional.of(end));
  }

  NodeTable founded(long count) {
    return new NodeTable(epoch, count, nextId, nextChange, nodes, change, last);
  }

  NodeTable touched() {
    return new NodeTable(epoch + 1, founders, nextId, nextChange, nodes, change, last);
  }
}
