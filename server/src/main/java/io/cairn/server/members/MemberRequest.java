package io.cairn.server.members;

import io.cairn.protocol.transport.HostPort;
import java.util.Optional;

/**
 * What an operator asks for.
 *
 * @param kind empty to be told the table only
 * @param node the subject; of {@link ChangeKind#REPLACE} the node that comes
 * @param replaced of {@link ChangeKind#REPLACE}, else empty
 * @param peer of a node that comes, else null
 * @param client of a node that comes, else null
 */
public record MemberRequest(Optional<ChangeKind> kind, String node, String replaced, HostPort peer, HostPort client) {

  public static final MemberRequest LIST = new MemberRequest(Optional.empty(), "", "", null, null);

  /** Whether the table shows already what the request would bring about: it was asked for before, and this is a retry. */
  boolean isFulfilled(NodeTable table) {
    NodeEntry subject = table.named(node);
    if (subject == null || isUnderWay(table)) {
      return false;
    }
    return switch (kind.orElseThrow()) {
      case ADD -> subject.standing().isMember() && sameAddresses(subject);
      case PROMOTE -> subject.standing() == Standing.VOTER;
      case REMOVE -> subject.standing() == Standing.REMOVED;
      case REPLACE -> {
        NodeEntry old = table.named(replaced);
        yield subject.standing().isMember() && sameAddresses(subject) && old != null && old.standing() == Standing.REMOVED;
      }
    };
  }

  /** Whether it is the very change that is under way. */
  boolean isUnderWay(NodeTable table) {
    MemberChange change = table.change().orElse(null);
    if (change == null || change.back() || change.kind() != kind.orElseThrow()) {
      return false;
    }
    NodeEntry subject = table.nodes().get(change.subject());
    boolean comes = change.kind() == ChangeKind.ADD || change.kind() == ChangeKind.REPLACE;
    return subject.name().equals(node) && (!comes || sameAddresses(subject))
        && (change.replaced() == 0 || table.nodes().get(change.replaced()).name().equals(replaced));
  }

  /**
   * Whether it asks to remove the node that is just coming: the change that brings it is taken back. It may be on its way back already,
   * because this was asked before: a client that waits asks again and again.
   */
  boolean isCallOff(NodeTable table) {
    MemberChange change = table.change().orElse(null);
    return change != null && kind.orElseThrow() == ChangeKind.REMOVE && change.kind() != ChangeKind.PROMOTE
        && (change.canTakeBack() || change.back()) && table.nodes().get(change.subject()).name().equals(node);
  }

  private boolean sameAddresses(NodeEntry node) {
    return node.peer().equals(peer) && node.client().equals(client);
  }
}
