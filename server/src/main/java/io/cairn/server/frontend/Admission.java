package io.cairn.server.frontend;

import io.cairn.protocol.wire.ErrorCode;
import io.cairn.server.outcome.Refusal;
import java.util.concurrent.atomic.AtomicLong;

/** Counts what is in flight, in bytes, for the node and for each connection, and refuses what goes over a bound. */
public final class Admission {
  private static final int RETRY_MILLIS = 20;
  /** What a request costs beside its bytes. */
  private static final int REQUEST_OVERHEAD = 256;

  private final long connectionBytesMax;
  private final long nodeBytesMax;
  private final AtomicLong nodeBytes = new AtomicLong();

  public Admission(long connectionBytesMax, long nodeBytesMax) {
    this.connectionBytesMax = connectionBytesMax;
    this.nodeBytesMax = nodeBytesMax;
  }

  static int cost(int requestBytes) {
    return requestBytes + REQUEST_OVERHEAD;
  }

  /** From any thread. */
  long inflightBytes() {
    return nodeBytes.get();
  }

  /** Takes room for a request; null when it is granted. On the connection's loop. */
  Refusal enter(ClientConnection connection, int cost) {
    if (connection.inflightBytes() + cost > connectionBytesMax) {
      return Refusal.retry(ErrorCode.OVERLOADED, "this connection has " + connection.inflightBytes()
          + " bytes of requests in flight, at most " + connectionBytesMax + " are taken", RETRY_MILLIS);
    }
    if (nodeBytes.addAndGet(cost) > nodeBytesMax) {
      nodeBytes.addAndGet(-cost);
      return Refusal.retry(ErrorCode.OVERLOADED, "this node has " + nodeBytes.get() + " bytes of requests in flight, at most "
          + nodeBytesMax + " are taken", RETRY_MILLIS);
    }
    connection.addInflight(cost);
    return null;
  }

  /** Gives the room back. On the connection's loop. */
  void leave(ClientConnection connection, int cost) {
    connection.addInflight(-cost);
    nodeBytes.addAndGet(-cost);
  }
}
