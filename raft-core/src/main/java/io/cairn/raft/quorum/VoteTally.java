package io.cairn.raft.quorum;

import io.cairn.raft.ReplicaId;
import java.util.Map;
import java.util.TreeMap;

/** The votes of one election as far as they are known. A voter's first answer stands: a duplicate changes nothing. */
public final class VoteTally {

  private final Map<ReplicaId, Boolean> votes = new TreeMap<>();

  public void record(ReplicaId voter, boolean granted) {
    votes.putIfAbsent(voter, granted);
  }

  public boolean granted(ReplicaId voter) {
    return votes.getOrDefault(voter, false);
  }

  public boolean refused(ReplicaId voter) {
    return !votes.getOrDefault(voter, true);
  }
}
