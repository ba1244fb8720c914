package io.cairn.client.core;

import java.util.ArrayDeque;

/**
 * The writes of this client to one shard: each gets the next sequence, at most so many are open at once, the rest wait in order.
 *
 * <p>Every shard has a lane, with a client id of its own, because a window of sequences moves only as its oldest write ends: with
 * one window for all shards, a shard without a leader would soon hold up the writes to every other (CL-05). A write keeps its
 * lane's id and its sequence for good, also when its key has moved to another shard meanwhile.
 */
final class SequenceLane {

  private final long clientHigh;
  private final long clientLow;
  private final int openMax;
  private long next = 1;
  /** Open sequences and ended ones above the lowest open, in order: it spans what a server may have to remember. */
  private final ArrayDeque<WriteCall<?>> window = new ArrayDeque<>();
  private final ArrayDeque<WriteCall<?>> waiting = new ArrayDeque<>();
  private boolean admitting;

  SequenceLane(long clientHigh, long clientLow, int openMax) {
    this.clientHigh = clientHigh;
    this.clientLow = clientLow;
    this.openMax = openMax;
  }

  long clientHigh() {
    return clientHigh;
  }

  long clientLow() {
    return clientLow;
  }

  long lowestOpen() {
    return next - window.size();
  }

  /** Gives the write its sequence now, or lets it wait. */
  void enter(WriteCall<?> write) {
    if (waiting.isEmpty() && window.size() < openMax) {
      open(write);
    } else {
      waiting.add(write);
    }
  }

  private void open(WriteCall<?> write) {
    window.add(write);
    write.opened(next++);
  }

  /** The write has ended: its sequence is closed, and those that waited for the place go on. */
  void leave(WriteCall<?> write) {
    if (write.sequence() == 0) {
      waiting.remove(write);
      return;
    }
    while (!window.isEmpty() && window.peek().hasEnded()) {
      window.poll();
    }
    if (!admitting) {
      admitting = true;
      try {
        admitWaiting();
      } finally {
        admitting = false;
      }
    }
  }

  private void admitWaiting() {
    while (window.size() < openMax) {
      WriteCall<?> write = waiting.poll();
      if (write == null) {
        return;
      }
      open(write);
      write.attempt();
    }
  }
}
