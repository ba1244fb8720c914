package io.cairn.server.replica;

import com.google.protobuf.ByteString;
import io.cairn.platform.Clock;
import io.cairn.platform.EventLoop;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.server.command.EntryPayload;
import io.cairn.server.oracle.Revisions;
import io.cairn.server.outcome.Refusal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes on their way from admission to the log. A batch is closed first, then revisions are asked for, for exactly that batch;
 * batches form by themselves from what arrives while earlier ones are under way, so a lone write waits for nothing.
 *
 * <p>Until a batch is proposed every refusal here is certain: nothing of it is in any log.
 */
final class WriteBatches {
  /** Batches under way at once, from closing to applied. */
  private static final int UNDER_WAY_MAX = 2;

  /** What batches need of the replica. */
  interface Proposer {
    boolean canPropose();

    /** Whether leadership is being handed to another: what is not proposed yet waits for the outcome. */
    boolean handingOver();

    long term();

    Refusal notLeader();

    /** The revision below or at which nothing may be proposed any more: the log's last, or one declared resolved. */
    long revisionFloor();

    /** Proposes; false when the log takes no more now. */
    boolean propose(long firstRevision, byte[] payload, List<WriteRequest> writes);

    /** Batches proposed and not yet applied. */
    int proposedBatches();

    /** A range arrived or was given up: what waits for it may go on. */
    void rangeSettled();
  }

  private final Clock clock;
  private final EventLoop loop;
  private final Revisions revisions;
  private final WriteBounds bounds;
  private final Proposer proposer;
  private final WriteQueue queue = new WriteQueue();
  private final ArrayDeque<Closed> closed = new ArrayDeque<>();
  /** No deadline of what is here is earlier. */
  private long nextDeadline = Long.MAX_VALUE;

  /** A closed batch that waits for its revisions; bound to the term it was closed in. */
  private final class Closed extends Revisions.Take {
    private final long term;
    private final List<WriteRequest> writes;

    Closed(long term, List<WriteRequest> writes) {
      super(writes.size(), loop);
      this.term = term;
      this.writes = writes;
    }

    /** Whether nobody waits for it any more; then its range is burnt. */
    boolean givenUp() {
      if (writes.isEmpty()) {
        cancel();
      }
      return writes.isEmpty();
    }

    @Override
    protected void granted(long first, long last) {
      closed.remove(this);
      settle(this, first);
      proposer.rangeSettled();
    }
  }

  WriteBatches(Clock clock, EventLoop loop, Revisions revisions, WriteBounds bounds, Proposer proposer) {
    this.clock = clock;
    this.loop = loop;
    this.revisions = revisions;
    this.bounds = bounds;
    this.proposer = proposer;
  }

  long queuedBytes() {
    return queue.bytes();
  }

  /** Takes a write. It leaves with the batch closed at the end of this turn or later. */
  void add(WriteRequest write) {
    queue.add(write);
    nextDeadline = Math.min(nextDeadline, write.deadline());
  }

  /** Ends the writes whose time is over. None of them is in a log: they are certainly not done. */
  void expire() {
    long now = clock.nanoTime();
    if (now < nextDeadline) {
      return;
    }
    nextDeadline = Long.MAX_VALUE;
    var late = new ArrayList<WriteRequest>();
    queue.removeIf(write -> takeLate(write, now, late));
    for (Closed batch : closed) {
      batch.writes.removeIf(write -> takeLate(write, now, late));
    }
    boolean settled = closed.removeIf(Closed::givenUp);
    for (WriteRequest write : late) {
      write.completion().refused(Refusal.deadline("while the write waited to be proposed"));
    }
    if (settled) {
      proposer.rangeSettled();
    }
  }

  private boolean takeLate(WriteRequest write, long now, List<WriteRequest> late) {
    boolean isLate = now - write.deadline() >= 0;
    if (isLate) {
      late.add(write);
    } else {
      nextDeadline = Math.min(nextDeadline, write.deadline());
    }
    return isLate;
  }

  /** Closes batches as far as may be under way; called at the end of a turn and when a batch is done. */
  void close() {
    while (!queue.isEmpty() && proposer.canPropose() && !proposer.handingOver()
        && closed.size() + proposer.proposedBatches() < UNDER_WAY_MAX) {
      List<WriteRequest> writes = nextBatch();
      if (!writes.isEmpty()) {
        var batch = new Closed(proposer.term(), writes);
        closed.add(batch);
        revisions.take(batch);
      }
    }
  }

  private List<WriteRequest> nextBatch() {
    long now = clock.nanoTime();
    var writes = new ArrayList<WriteRequest>(Math.min(queue.size(), bounds.batchCommandsMax()));
    long bytes = 0;
    while (!queue.isEmpty() && writes.size() < bounds.batchCommandsMax()) {
      WriteRequest write = queue.peek();
      if (!writes.isEmpty() && bytes + write.bytes() > bounds.batchBytesMax()) {
        break;
      }
      queue.poll();
      if (now - write.deadline() >= 0) {
        write.completion().refused(Refusal.deadline("while the write waited to be proposed"));
        continue;
      }
      writes.add(write);
      bytes += write.bytes();
    }
    return writes;
  }

  private void settle(Closed batch, long first) {
    if (batch.term != proposer.term() || !proposer.canPropose()) {
      refuse(batch.writes, proposer.notLeader());
      return;
    }
    if (proposer.handingOver()) {
      requeue(batch.writes);
      return;
    }
    if (first <= proposer.revisionFloor()) {
      // Declared resolved meanwhile, or from before the log's end: this range is burnt, another one is asked for.
      var again = new Closed(batch.term, batch.writes);
      closed.addFirst(again);
      revisions.take(again);
      return;
    }
    propose(first, batch.writes);
  }

  /** Before all others again, and the range is burnt: either the next leader is asked, or this one closes a batch of them anew. */
  private void requeue(List<WriteRequest> writes) {
    queue.putBack(writes);
  }

  private void propose(long first, List<WriteRequest> batch) {
    var writes = new ArrayList<WriteRequest>(batch.size());
    var commands = new ArrayList<ByteString>(batch.size());
    for (WriteRequest write : batch) {
      if (write.seen() >= first) {
        // Handed-out revisions are below a range that was asked for after the request arrived: this one was made up.
        write.completion().refused(Refusal.of(ErrorCode.FUTURE_REVISION,
            "the request says it has seen revision " + write.seen() + ", which was never handed out"));
      } else {
        writes.add(write);
        commands.add(write.command());
      }
    }
    if (!writes.isEmpty() && !proposer.propose(first, payload(first, writes, commands), writes)) {
      refuse(writes, proposer.canPropose()
          ? Refusal.retry(ErrorCode.OVERLOADED, "too much of the shard's log is not committed yet; come back later", 50)
          : proposer.notLeader());
    }
  }

  private byte[] payload(long first, List<WriteRequest> writes, List<ByteString> commands) {
    int level = writes.stream().mapToInt(WriteRequest::level).max().orElse(EntryPayload.FIRST_LEVEL);
    return EntryPayload.commands(level, first, bounds.clientRecordsMax(), commands);
  }

  /** Whether a closed batch may still get revisions at or below {@code revision}. */
  boolean mayGetAtOrBelow(long revision) {
    for (Closed batch : closed) {
      if (!batch.willExceed(revision)) {
        return true;
      }
    }
    return false;
  }

  /** Leadership is lost: nothing here is in a log. */
  void refuseAll(Refusal refusal) {
    while (!closed.isEmpty()) {
      Closed batch = closed.poll();
      batch.cancel();
      refuse(batch.writes, refusal);
    }
    while (!queue.isEmpty()) {
      queue.poll().completion().refused(refusal);
    }
  }

  private static void refuse(List<WriteRequest> writes, Refusal refusal) {
    for (WriteRequest write : writes) {
      write.completion().refused(refusal);
    }
  }
}
