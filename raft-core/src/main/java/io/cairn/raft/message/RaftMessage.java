package io.cairn.raft.message;

import io.cairn.raft.ReplicaId;
import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryId;
import java.util.List;

/**
 * Everything one replica may say to another. The whole protocol is on this page.
 *
 * <p>Each message carries the sender's term (section 5.1), except where a record says otherwise. Shard, epoch and addresses
 * are the envelope's, which the driver writes and checks. A snapshot's bytes travel beside these messages.
 */
public sealed interface RaftMessage {

  ReplicaId from();

  ReplicaId to();

  long term();

  /**
   * Asks whether an election could be won, without raising anyone's term (dissertation 9.6). {@code term} is the term that
   * would be campaigned in, one above the sender's own.
   */
  record RequestPreVote(ReplicaId from, ReplicaId to, long term, EntryId last) implements RaftMessage {
    public RequestPreVote {
      require(term, "term");
    }
  }

  /** Granted: {@code term} is the one asked about. Refused: it is the answerer's own. */
  record PreVoteResponse(ReplicaId from, ReplicaId to, long term, boolean granted) implements RaftMessage {
    public PreVoteResponse {
      require(term, "term");
    }
  }

  /**
   * Asks for a vote (section 5.2). {@code last} lets a voter refuse a candidate whose log is behind (5.4.1).
   * {@code transfer} is set when the leader itself asked for this election (dissertation 3.10): it is heard in spite of
   * leader stickiness.
   */
  record RequestVote(ReplicaId from, ReplicaId to, long term, EntryId last, boolean transfer) implements RaftMessage {
    public RequestVote {
      require(term, "term");
    }
  }

  /** Grants or refuses a vote. Sent only after the vote is durable (dissertation 3.8). */
  record VoteResponse(ReplicaId from, ReplicaId to, long term, boolean granted) implements RaftMessage {
    public VoteResponse {
      require(term, "term");
    }
  }

  /**
   * Replicates {@code entries}, which follow {@code previous} without a gap; empty to probe (section 5.3). {@code commit} is
   * the leader's commit index.
   */
  record AppendEntries(ReplicaId from, ReplicaId to, long term, EntryId previous, List<Entry> entries, long commit)
      implements RaftMessage {
    public AppendEntries {
      require(term, "term");
      require(commit, "commit index");
    }
  }

  /**
   * Accepted: the sender's log matches the leader's up to {@code match}, durably. Refused: {@code match} is 0 and
   * {@code hint} is the last entry at or before the refused place whose term may agree, so that the leader skips whole
   * terms (dissertation 5.3, end).
   */
  record AppendEntriesResponse(ReplicaId from, ReplicaId to, long term, boolean accepted, long match, EntryId hint, long refused)
      implements RaftMessage {
    public AppendEntriesResponse {
      require(term, "term");
      require(match, "match");
      require(refused, "refused index");
    }
  }

  /**
   * Keeps followers from campaigning and asks whether they still follow. {@code commit} never exceeds what the follower is
   * known to hold. {@code round} is unique within the term and only grows: an answer confirms leadership as of the moment
   * that round was sent, which carries read index (6.4) and the leader's lease.
   */
  record Heartbeat(ReplicaId from, ReplicaId to, long term, long commit, long round) implements RaftMessage {
    public Heartbeat {
      require(term, "term");
      require(commit, "commit index");
      require(round, "round");
    }
  }

  /** Answers a heartbeat. {@code last} lets an idle leader notice a follower that lost or lacks entries (RC-16). */
  record HeartbeatResponse(ReplicaId from, ReplicaId to, long term, long round, long last) implements RaftMessage {
    public HeartbeatResponse {
      require(term, "term");
      require(round, "round");
      require(last, "last index");
    }
  }

  /**
   * A follower asks the leader for a read index. {@code read} is unique for the asker's life and is never used for a second
   * try (RD-04). {@code context} is the driver's, carried untouched.
   */
  record ReadIndexRequest(ReplicaId from, ReplicaId to, long term, long read, long context) implements RaftMessage {
    public ReadIndexRequest {
      require(term, "term");
    }
  }

  /** The read may be answered once {@code index} is applied; {@code answer} is the driver's. Refused when {@code ok} is false. */
  record ReadIndexResponse(ReplicaId from, ReplicaId to, long term, long read, long index, long answer, boolean ok)
      implements RaftMessage {
    public ReadIndexResponse {
      require(term, "term");
      require(index, "read index");
    }
  }

  /**
   * The leader asks its chosen successor to campaign at once (dissertation 3.10). {@code round} names the heartbeat round
   * after which it was sent: the target ignores one that is older than a round it has acknowledged since.
   */
  record TimeoutNow(ReplicaId from, ReplicaId to, long term, long round) implements RaftMessage {
    public TimeoutNow {
      require(term, "term");
      require(round, "round");
    }
  }

  /**
   * Tells a replica that it is no member any more (dissertation 4.2.3: removed servers must not disrupt). Sent by who has committed that,
   * to who was just removed and to who speaks up though it was. True in every term: replica ids never come back.
   */
  record ReplicaRemoved(ReplicaId from, ReplicaId to, long term) implements RaftMessage {
    public ReplicaRemoved {
      require(term, "term");
    }
  }

  /**
   * A suspect replica, whose log may have lost entries that it has acknowledged, asks how far others are. {@code question} names the
   * round of asking; an answer to an earlier life of the asker finds nobody. {@code last} is where its own log ends now: a leader
   * counts on no more. Raises no term.
   */
  record ShowLog(ReplicaId from, ReplicaId to, long term, long question, EntryId last) implements RaftMessage {
    public ShowLog {
      require(term, "term");
      require(question, "question");
    }
  }

  /**
   * Answers: {@code term} and {@code last} are the answerer's, the entry durable or not, {@code members} the index of the newest
   * membership in its log, {@code leads} whether it leads in that term. Raises no term.
   */
  record LogShown(ReplicaId from, ReplicaId to, long term, long question, EntryId last, long members, boolean leads)
      implements RaftMessage {
    public LogShown {
      require(term, "term");
      require(question, "question");
      require(members, "index of the members");
    }
  }

  /**
   * A leader whose followers all hold {@code last}, committed, falls silent until something happens. A follower whose log ends
   * there too campaigns no more until it is woken; any other takes it for a sign of life.
   */
  record Quiesce(ReplicaId from, ReplicaId to, long term, EntryId last) implements RaftMessage {
    public Quiesce {
      require(term, "term");
    }
  }

  /** @throws IllegalArgumentException for what no replica says; a message is malformed before any role sees it */
  private static void require(long notNegative, String what) {
    if (notNegative < 0) {
      throw new IllegalArgumentException("a message's " + what + " is not negative: " + notNegative);
    }
  }
}
