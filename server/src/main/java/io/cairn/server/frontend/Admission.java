package io.cairn.server.frontend;

import io.cairn.protocol.wire.ErrorCode;
import io.cairn.server.outcome.Refusal;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts what is in flight, in bytes, for the node and for each connection, and the answers that readers have not taken; refuses
 * what goes over a bound.
 */
public final class Admission {
  private static final int RETRY_MILLIS = 20;
  /** What a request costs beside its bytes. */
  private static final int REQUEST_OVERHEAD = 256;

  private final long connectionBytesMax;
  private final long nodeBytesMax;
  private final long nodeOutboundBytesMax;
  private final AtomicLong nodeBytes = new AtomicLong();
  private final AtomicLong nodeOutboundBytes = new AtomicLong();

  /** @param nodeOutboundBytesMax answers of all connections that are not taken, above which no more requests are */
  public Admission(long connectionBytesMax, long nodeBytesMax, long nodeOutboundBytesMax) {
    this.connectionBytesMax = connectionBytesMax;
    this.nodeBytesMax = nodeBytesMax;
    this.nodeOutboundBytesMax = nodeOutboundBytesMax;
  }

  static int cost(int requestBytes) {
    return requestBytes + REQUEST_OVERHEAD;
  }

  /** From any thread. */
  long inflightBytes() {
    return nodeBytes.get();
  }

  /** Answers that no reader has taken yet. From any thread. */
  long outboundBytes() {
    return nodeOutboundBytes.get();
  }

  /** A connection's untaken answers have grown or shrunk. */
  void outbound(long change) {
    nodeOutboundBytes.addAndGet(change);
  }

  /** Whether the readers together have left so much that each must wait for its own. */
  boolean outboundFull() {
    return nodeOutboundBytes.get() > nodeOutboundBytesMax;
  }

  /** Takes room for a request; null when it is granted. On the connection's loop. */
  Refusal enter(ClientConnection connection, int cost) {
    if (outboundFull()) {
      return Refusal.retry(ErrorCode.OVERLOADED, "readers have left " + nodeOutboundBytes.get() + " bytes of answers at this node, at most "
          + nodeOutboundBytesMax + " may wait", RETRY_MILLIS);
    }
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
