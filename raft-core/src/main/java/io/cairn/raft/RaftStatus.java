package io.cairn.raft;

import io.cairn.raft.membership.Membership;
import java.util.Map;

/**
 * A picture of one replica, for logs, metrics, operators and test scripts.
 *
 * @param leader {@link ReplicaId#NONE} when none is known
 * @param matches on a leader, the index up to which each other replica is known to agree; else empty
 */
public record RaftStatus(
    ReplicaId self,
    RoleName role,
    long term,
    ReplicaId vote,
    ReplicaId leader,
    long first,
    long last,
    long persisted,
    long commit,
    long applied,
    Membership membership,
    Map<ReplicaId, Long> matches) {

  /** The beginning of every log line about this replica (style: identity, term, cursors). */
  public String describe() {
    return "replica=" + self + " t" + term + " " + role.name().toLowerCase(java.util.Locale.ROOT)
        + " [f:" + first + " l:" + last + " p:" + persisted + " c:" + commit + " a:" + applied + "]";
  }
}
