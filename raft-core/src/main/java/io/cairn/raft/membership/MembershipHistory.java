package io.cairn.raft.membership;

import io.cairn.raft.Invariant;
import java.util.ArrayDeque;

/**
 * The memberships that the log names, from the one as of what is applied to the newest appended. The newest decides, whether
 * it is committed or not (dissertation 4.1); when the log is cut, the one before it decides again, and behind a snapshot
 * only the snapshot's does (MB-04).
 */
public final class MembershipHistory {

  private record Named(long index, Membership membership) {}

  private final ArrayDeque<Named> named = new ArrayDeque<>();

  public MembershipHistory(Membership membership, long index) {
    named.add(new Named(index, membership));
  }

  public Membership current() {
    return named.getLast().membership;
  }

  /** Index of the entry that brought the present one. */
  public long index() {
    return named.getLast().index;
  }

  /** The newest at or below {@code index}, which must not lie before what is applied: what is committed decides who is removed. */
  public Membership asOf(long index) {
    if (named.getLast().index <= index) {
      return named.getLast().membership;
    }
    Membership found = named.getFirst().membership;
    for (Named name : named) {
      if (name.index <= index) {
        found = name.membership;
      }
    }
    return found;
  }

  public void append(long index, Membership membership) {
    Invariant.check(index > index(), "the members of entry %d come after those of %d", index, index());
    named.addLast(new Named(index, membership));
  }

  public void truncateFrom(long index) {
    while (named.size() > 1 && named.getLast().index >= index) {
      named.removeLast();
    }
  }

  /** What lies before the newest one at or below {@code index} can never come back. */
  public void appliedTo(long index) {
    while (named.size() > 1) {
      Named oldest = named.removeFirst();
      if (named.getFirst().index > index) {
        named.addFirst(oldest);
        return;
      }
    }
  }

  public void restart(Membership membership, long index) {
    named.clear();
    named.add(new Named(index, membership));
  }
}
