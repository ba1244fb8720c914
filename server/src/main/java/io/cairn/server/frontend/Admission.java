package io.cairn.server.frontend;

import io.cairn.protocol.wire.ErrorCode;
import io.cairn.server.config.Limits;
import io.cairn.server.outcome.Refusal;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts what is in flight, in bytes, for the node and for each connection, and the answers that readers have not taken; refuses
 * what goes over a bound, with a time to come back after.
 *
 * <p>Reads of many keys go first: they have a room of their own, take nothing of that of single writes and reads, read no page while
 * readers have left half of what they may leave, and are refused from there on; a single read is refused at the whole of it,
 * a write never on account of it.
 */
public final class Admission {
  private static final int RETRY_MILLIS = 20;
  /** Whoever scans has more time than whoever waits for one key. */
  private static final int SCAN_RETRY_MILLIS = 100;
  /** What a request costs beside its bytes. */
  private static final int REQUEST_OVERHEAD = 256;

  private final SharedRoom requests;
  private final SharedRoom scans;
  private final long onePageBytes;
  private final long outboundBytesMax;
  private final AtomicLong outboundBytes = new AtomicLong();
  private final ConcurrentLinkedQueue<Runnable> waitForAnswers = new ConcurrentLinkedQueue<>();
  /** Set once, before anything is admitted. */
  private Runnable roomForScans = () -> { };

  public Admission(Limits limits) {
    this.requests = new SharedRoom(limits.nodeInflightBytes(), limits.connectionInflightBytes(), limits.inboxBytes());
    this.scans = new SharedRoom(limits.nodeInflightBytes() / 2, limits.connectionInflightBytes(), limits.nodeInflightBytes() / 2);
    this.onePageBytes = limits.rangeChunkBytes();
    this.outboundBytesMax = limits.nodeOutboundBytes();
  }

  static int cost(int requestBytes) {
    return requestBytes + REQUEST_OVERHEAD;
  }

  SharedRoom.Share requestShare() {
    return requests.new Share();
  }

  SharedRoom.Share scanShare() {
    return scans.new Share();
  }

  /** Requests that are not answered. From any thread. */
  long requestBytes() {
    return requests.bytes();
  }

  /** Pages that reads of many keys may hold. From any thread. */
  long pageBytes() {
    return scans.bytes();
  }

  long pageBytesMax() {
    return scans.bytesMax();
  }

  /** Answers that no reader has taken yet. From any thread. */
  long outboundBytes() {
    return outboundBytes.get();
  }

  /** Hears when reads of many keys may go on that were held back by what readers had left. Called from any thread. */
  void whenRoomForScans(Runnable listener) {
    roomForScans = listener;
  }

  /** A connection's untaken answers have grown or shrunk. */
  void outbound(long change) {
    long now = outboundBytes.addAndGet(change);
    if (change >= 0) {
      return;
    }
    if (now <= outboundBytesMax) {
      tellThoseThatWait();
    }
    if (now <= outboundBytesMax / 2 && now - change > outboundBytesMax / 2) {
      roomForScans.run();
    }
  }

  /** Runs {@code answer} once, when large answers can be given again; from whatever thread finds that. */
  void whenRoomForAnswers(Runnable answer) {
    waitForAnswers.add(answer);
    if (!outboundFull()) {
      tellThoseThatWait(); // Room came before the wait was noted.
    }
  }

  private void tellThoseThatWait() {
    for (Runnable answer = waitForAnswers.poll(); answer != null; answer = waitForAnswers.poll()) {
      answer.run();
    }
  }

  /** Whether the readers together have left so much that no value is read for any of them. */
  boolean outboundFull() {
    return outboundBytes.get() > outboundBytesMax;
  }

  /** Whether they have left so much that no page is read for any of them. */
  boolean scansWait() {
    return outboundBytes.get() > outboundBytesMax / 2;
  }

  /** Whether each must wait for its own reader, so that half of the bound is not met at all while readers read. */
  boolean outboundHigh() {
    return outboundBytes.get() > outboundBytesMax / 4;
  }

  /** Takes room for a request; null when it is granted. On the connection's loop. */
  Refusal enter(ClientConnection connection, int cost) {
    SharedRoom.Denied denied = connection.requests().take(cost);
    return denied == null ? null : overloaded(denied, requests, connection.requests(), "requests in flight", RETRY_MILLIS);
  }

  /** Gives the room back. On the connection's loop. */
  void leave(ClientConnection connection, int cost) {
    connection.requests().give(cost);
  }

  /** Whether an answer that may be large can still be given; null when it can. */
  Refusal enterAnswer() {
    return outboundFull() ? answersLeft(outboundBytesMax, RETRY_MILLIS) : null;
  }

  /** Takes room for a page of a read of many keys; null when it is granted. On the connection's loop. */
  Refusal enterScan(ClientConnection connection) {
    if (scansWait()) {
      return answersLeft(outboundBytesMax / 2, SCAN_RETRY_MILLIS);
    }
    SharedRoom.Denied denied = connection.scans().take(onePageBytes);
    return denied == null ? null : overloaded(denied, scans, connection.scans(), "pages for reads of many keys", SCAN_RETRY_MILLIS);
  }

  /** Gives the room of a page back. On the connection's loop. */
  void leaveScan(ClientConnection connection) {
    connection.scans().give(onePageBytes);
  }

  private Refusal answersLeft(long most, int retryMillis) {
    return Refusal.retry(ErrorCode.OVERLOADED, "readers have left " + outboundBytes.get() + " bytes of answers at this node, at most "
        + most + " may wait", retryMillis);
  }

  private static Refusal overloaded(SharedRoom.Denied denied, SharedRoom room, SharedRoom.Share share, String what, int retryMillis) {
    String message = switch (denied) {
      case BY_CONNECTION -> "this connection has " + share.held() + " bytes of " + what + ", at most " + room.connectionBytesMax()
          + " are taken";
      case BY_PART -> "this connection has " + share.held() + " bytes of " + what + ", its even part is " + room.partBytes()
          + " while much is in flight at this node";
      case BY_NODE -> "this node has " + room.bytes() + " bytes of " + what + ", at most " + room.bytesMax() + " are taken";
    };
    return Refusal.retry(ErrorCode.OVERLOADED, message, retryMillis);
  }
}
