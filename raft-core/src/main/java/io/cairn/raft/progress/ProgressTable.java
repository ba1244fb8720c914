package io.cairn.raft.progress;

import io.cairn.raft.ReplicaId;
import io.cairn.raft.membership.Membership;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/** A leader's view of every other replica. */
public final class ProgressTable {

  /** One follower or learner. */
  public static final class Row {
    private final ReplicaId replica;
    public Progress progress;
    /** When it last answered anything in this term: what check-quorum counts. */
    public long heardAt;
    /** Whether it has answered anything in this term. */
    public boolean hasAnswered;
    /** The latest heartbeat round it has answered. */
    public long answeredRound;
    /** The last index it named in its latest heartbeat answer. */
    public long reportedLast = Long.MAX_VALUE;
    /** The commit index it has been told. */
    public long toldCommit;
    /** Entries that it may be sent whatever the pace, though it is far behind: as many as were appended since the last tick. */
    public long allowance;
    /** Whether more waits for the pace. */
    public boolean held;
    private final CatchUp catchUp;

    private Row(ReplicaId replica, Progress progress, CatchUp catchUp, long now) {
      this.replica = replica;
      this.progress = progress;
      this.catchUp = catchUp;
      this.heardAt = now;
    }

    public CatchUp catchUp() {
      return catchUp;
    }

    public ReplicaId replica() {
      return replica;
    }
  }

  private final ReplicaId self;
  private final Map<ReplicaId, Row> rows = new TreeMap<>();

  public ProgressTable(ReplicaId self) {
    this.self = self;
  }

  /** Rows for exactly these members: who stays keeps its row, who is new is probed from the log's end. */
  public void cover(Membership membership, long lastIndex, long now) {
    var members = membership.all();
    rows.keySet().retainAll(members);
    for (ReplicaId member : members) {
      if (!member.equals(self)) {
        rows.computeIfAbsent(member, id -> new Row(id, new Progress.Probing(0, lastIndex + 1), new CatchUp(lastIndex, now), now));
      }
    }
  }

  /** In the order of replica ids; null for a replica that is no member. */
  public Row row(ReplicaId replica) {
    return rows.get(replica);
  }

  public Collection<Row> rows() {
    return rows.values();
  }
}
