package io.cairn.server.replica;

import io.cairn.platform.EventLoop;
import io.cairn.raft.read.ConfirmedRead;
import io.cairn.server.oracle.Revisions;
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
    /** The highest revision that an entry at or below the index may hold. */
    long revisionUpTo(long index);

    /** The last index that may hold a revision at or below this one; 0 if all such are applied. */
    long lastIndexAtOrBelow(long revision);

    boolean mayGetAtOrBelow(long revision);

    /** Whether the leader has applied the first entry of its own term, and so knows its log's last revision. */
    boolean leaderReady();

    /** Confirms leadership once more, under a new id that is returned. */
    long confirmAgain(long context);

    void answer(ConfirmedRead read, long index, long revision);
  }

  private final EventLoop loop;
  private final Revisions revisions;
  private final Shard shard;
  private final List<ConfirmedRead> parked = new ArrayList<>();
  private final Map<Long, ConfirmedRead> reconfirming = new LinkedHashMap<>();
  private long declared;

  Resolver(EventLoop loop, Revisions revisions, Shard shard) {
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
    ConfirmedRead original = reconfirming.remove(read.read());
    if (original != null) {
      resolve(new ConfirmedRead(original.read(), original.origin(), Math.max(read.index(), original.index()), original.context()));
    } else if (read.context() > revisions.known()) {
      verify(read);
    } else {
      resolve(read);
    }
  }

  /** The revision asked about is above all this node knows of: the oracle says whether it was ever handed out. */
  private void verify(ConfirmedRead read) {
    revisions.take(new Revisions.Take(0, loop) {
      @Override
      protected void granted(long first, long last) {
        if (read.context() <= last) {
          reconfirming.put(shard.confirmAgain(read.context()), read);
        } else {
          // Answered below what was asked for: the asker reads from that that its revision is of the future.
          resolve(new ConfirmedRead(read.read(), read.origin(), read.index(), 0));
        }
      }
    });
  }

  private void resolve(ConfirmedRead read) {
    if (!shard.leaderReady()) {
      parked.add(read);
      return;
    }
    long revision = Math.max(read.context(), shard.revisionUpTo(read.index()));
    if (shard.mayGetAtOrBelow(revision)) {
      parked.add(read);
      return;
    }
    declared = Math.max(declared, revision);
    shard.answer(read, Math.max(read.index(), shard.lastIndexAtOrBelow(revision)), revision);
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
    parked.clear();
    reconfirming.clear();
    declared = 0;
  }
}
