package io.cairn.server.replica;

import io.cairn.platform.EventLoop;
import io.cairn.raft.ReplicaId;
import io.cairn.raft.read.ConfirmedRead;
import io.cairn.server.oracle.Revisions;
import io.cairn.storage.mvcc.Applied;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * On a shard's leader: decides for a confirmed read at which revision the shard is resolved and which log index shows it.
 *
 * <p>The shard is resolved at R once nothing at or below R can be added any more: every request for revisions that was sent
 * before R was known is answered, no proposal at or below R is left out of the index named, and leadership was confirmed
 * after R was known. From then on nothing is proposed at or below R ({@link #declared()}). Design: docs/architecture.md,
 * "Resolved".
 */
final class Resolver {

  /** What the resolver needs of the replica. */
  interface Shard {
    /** How far this replica's state machine has come: index and revision of one moment. */
    Applied applied();

    /** The highest revision that a proposal at or below the index may hold; 0 when all such are applied. */
    long proposedUpTo(long index);

    /** The index of the last proposal that may hold a revision at or below this one; 0 if all such are applied. */
    long lastIndexAtOrBelow(long revision);

    boolean mayGetAtOrBelow(long revision);

    /** Whether the leader has applied the first entry of its own term, and so knows its log's last revision. */
    boolean leaderReady();

    /** Confirms leadership once more, under a new id that is returned. */
    long confirmAgain(long context);

    void answer(ConfirmedRead read, long index, long revision);
  }

  private final ReplicaId self;
  private final EventLoop loop;
  private final Revisions revisions;
  private final Shard shard;
  private final List<ConfirmedRead> parked = new ArrayList<>();
  private final Map<Long, ConfirmedRead> reconfirming = new LinkedHashMap<>();
  private long declared;
  /** Counts times of leading: what was asked in an earlier one is of no use. */
  private long reign;

  Resolver(ReplicaId self, EventLoop loop, Revisions revisions, Shard shard) {
    this.self = self;
    this.loop = loop;
    this.revisions = revisions;
    this.shard = shard;
  }

  /** The highest revision this leader has said to be resolved. */
  long declared() {
    return declared;
  }

  /** Raft has confirmed leadership after the read arrived. */
  void confirmed(ConfirmedRead read) {
    // Ids are each asker's own: another replica's read may bear the number of one of ours.
    ConfirmedRead original = read.origin().equals(self) ? reconfirming.remove(read.read()) : null;
    if (original != null) {
      resolve(new ConfirmedRead(original.read(), original.origin(), Math.max(read.index(), original.index()), original.context()));
    } else if (read.context() > revisions.known()) {
      verify(read);
    } else {
      resolve(read);
    }
  }

  /**
   * The revision asked about is above all this node knows of: the oracle says whether it was ever handed out. One that was not is
   * answered as of the last one that was: the asker reads from that that its revision is of the future, and the honest reads that
   * share the round are not below what they have seen.
   */
  private void verify(ConfirmedRead read) {
    long asked = reign;
    revisions.take(new Revisions.Take(0, loop) {
      @Override
      protected void granted(long first, long last) {
        if (asked == reign) {
          long context = Math.min(read.context(), last);
          reconfirming.put(shard.confirmAgain(context), new ConfirmedRead(read.read(), read.origin(), read.index(), context));
        }
      }
    });
  }

  private void resolve(ConfirmedRead read) {
    if (!shard.leaderReady()) {
      parked.add(read);
      return;
    }
    Applied applied = shard.applied();
    long revision = Math.max(Math.max(read.context(), applied.revision()), shard.proposedUpTo(read.index()));
    if (shard.mayGetAtOrBelow(revision)) {
      parked.add(read);
      return;
    }
    declared = Math.max(declared, revision);
    // The asker must have applied whatever this leader has: the revision named covers that too.
    long index = Math.max(Math.max(read.index(), applied.index()), shard.lastIndexAtOrBelow(revision));
    shard.answer(read, index, revision);
  }

  /** A confirmation asked for here was refused: nobody waits for it, the asker asks anew. */
  void refused(long read) {
    reconfirming.remove(read);
  }

  /** Something a parked read may have waited for has happened. */
  void retry() {
    if (!parked.isEmpty()) {
      var again = new ArrayList<>(parked);
      parked.clear();
      again.forEach(this::resolve);
    }
  }

  /** Leadership is lost: who asked asks again, elsewhere. */
  void drop() {
    reign++;
    parked.clear();
    reconfirming.clear();
    declared = 0;
  }
}
