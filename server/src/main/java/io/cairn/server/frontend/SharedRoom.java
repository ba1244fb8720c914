package io.cairn.server.frontend;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Room in bytes that the connections of a node share fairly. While little is taken each may take what it likes, up to a bound of its
 * own; once much is taken no connection may hold more than its even part, so that one with little in flight always finds room,
 * however many bytes the others would like to have there.
 */
final class SharedRoom {

  /** Why there is no room. */
  enum Denied { BY_CONNECTION, BY_PART, BY_NODE }

  private final long bytesMax;
  private final long connectionBytesMax;
  private final long evenBytes;
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicInteger holders = new AtomicInteger();

  /**
   * @param bytesMax of all connections
   * @param connectionBytesMax of one; a connection that holds nothing may take more, for one thing as large as it is
   * @param evenBytes what connections share in even parts, from when half of it is taken
   */
  SharedRoom(long bytesMax, long connectionBytesMax, long evenBytes) {
    this.bytesMax = bytesMax;
    this.connectionBytesMax = connectionBytesMax;
    this.evenBytes = Math.min(evenBytes, bytesMax);
  }

  /** Of all connections. From any thread. */
  long bytes() {
    return bytes.get();
  }

  long bytesMax() {
    return bytesMax;
  }

  long connectionBytesMax() {
    return connectionBytesMax;
  }

  /** What a connection may hold once much is taken. From any thread. */
  long partBytes() {
    return evenBytes / Math.max(1, holders.get());
  }

  /** What one connection holds of it. Belongs to the connection's loop. */
  final class Share {
    private long held;

    long held() {
      return held;
    }

    /** Takes room; null when it was there. */
    Denied take(long wanted) {
      if (held > 0 && held + wanted > connectionBytesMax) {
        return Denied.BY_CONNECTION;
      }
      long taken = bytes.addAndGet(wanted);
      Denied denied = taken > bytesMax ? Denied.BY_NODE
          : held > 0 && taken > evenBytes / 2 && held + wanted > partBytes() ? Denied.BY_PART : null;
      if (denied != null) {
        bytes.addAndGet(-wanted);
        return denied;
      }
      if (held == 0) {
        holders.incrementAndGet();
      }
      held += wanted;
      return null;
    }

    void give(long back) {
      held -= back;
      bytes.addAndGet(-back);
      if (held == 0) {
        holders.decrementAndGet();
      }
    }
  }
}
