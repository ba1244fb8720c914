package io.cairn.raft.progress;

import io.cairn.raft.Invariant;

/**
 * What a leader knows of one follower's log, and how it therefore sends. What is true only in one state lives only there.
 *
 * <pre>
 *   Probing ──accepted──▶ Replicating ──refused, messages lost──▶ Probing
 *      │                                                            ▲
 *      └──what it needs is cut off the log──▶ Snapshotting ──sent───┘
 * </pre>
 *
 * {@code match}: the follower holds the leader's log up to here, durably. {@code next}: where the next append begins.
 * Invariant: {@code 0 <= match < next}.
 */
public sealed interface Progress {

  long match();

  long next();

  /** Where the logs part is not known yet: one append at a time, repeated when nothing comes back. */
  final class Probing implements Progress {
    private final long match;
    private long next;
    private boolean awaitingReply;
    private long sentAt;

    public Probing(long match, long next) {
      Invariant.check(0 <= match && match < next, "probing: match %d < next %d", match, next);
      this.match = match;
      this.next = next;
    }

    @Override
    public long match() {
      return match;
    }

    @Override
    public long next() {
      return next;
    }

    public boolean mayProbe() {
      return !awaitingReply;
    }

    public void probed(long now) {
      awaitingReply = true;
      sentAt = now;
    }

    /** A refusal of the present probe moves it back, to {@code hinted} or at least by one; that of an older probe is late. */
    public void refused(long place, long hinted) {
      if (place == next - 1) {
        next = Math.max(match + 1, Math.min(hinted, next - 1));
        awaitingReply = false;
      }
    }

    /** The probe or its answer may be lost. */
    public void retryAfter(long patience, long now) {
      if (now - sentAt >= patience) {
        awaitingReply = false;
      }
    }
  }

  /** The logs agree up to {@code match}: appends follow each other without waiting for answers, within the window. */
  final class Replicating implements Progress {
    private long match;
    private long next;
    private final Inflights inflights;
    private long movedAt;

    public Replicating(long match, Inflights inflights, long now) {
      this.match = match;
      this.next = match + 1;
      this.inflights = inflights;
      this.movedAt = now;
    }

    @Override
    public long match() {
      return match;
    }

    @Override
    public long next() {
      return next;
    }

    public Inflights inflights() {
      return inflights;
    }

    public void sent(long last, long sizeBytes, long now) {
      Invariant.check(last >= next, "sent up to %d, next is %d", last, next);
      if (inflights.isEmpty()) {
        movedAt = now;
      }
      inflights.add(last, sizeBytes);
      next = last + 1;
    }

    public void accepted(long upTo, long now) {
      if (upTo > match) {
        match = upTo;
        next = Math.max(next, match + 1);
        inflights.acknowledged(match);
        movedAt = now;
      }
    }

    /** Whether nothing has come back for {@code patience}; asks again only after as long. */
    public boolean isStalled(long patience, long now) {
      if (now - movedAt < patience) {
        return false;
      }
      movedAt = now;
      return true;
    }
  }

  /** The entries it needs are cut off: the driver sends a snapshot, and appends wait for its end. */
  record Snapshotting(long match, long since) implements Progress {
    @Override
    public long next() {
      return match + 1;
    }
  }
}
