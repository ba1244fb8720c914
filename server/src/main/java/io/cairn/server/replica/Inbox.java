package io.cairn.server.replica;

import io.cairn.protocol.wire.ErrorCode;
import io.cairn.server.outcome.Refusal;

/** What waits for one replica, its writes and its reads together, and the bound of that ({@code limits.inbox-bytes}). */
final class Inbox {
  private final WriteBatches writes;
  private final ReadRounds reads;
  private final long bytesMax;
  private volatile long bytesAtTurn;

  Inbox(WriteBatches writes, ReadRounds reads, long bytesMax) {
    this.writes = writes;
    this.reads = reads;
    this.bytesMax = bytesMax;
  }

  /** Whether there is room for so much more; one request alone always finds it. On the replica's loop. */
  boolean holds(int bytes) {
    long queued = bytes();
    return queued == 0 || queued + bytes <= bytesMax;
  }

  Refusal full(int shard) {
    return Refusal.retry(ErrorCode.OVERLOADED, bytes() + " bytes wait for shard " + shard + " on this node, at most " + bytesMax
        + " may (limits.inbox-bytes); come back later", 20);
  }

  private long bytes() {
    return writes.queuedBytes() + reads.queuedBytes();
  }

  /** A turn of the replica has ended. */
  void turned() {
    bytesAtTurn = bytes();
  }

  /** As of the last turn. From any thread. */
  long bytesAtTurn() {
    return bytesAtTurn;
  }
}
