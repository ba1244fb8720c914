package io.cairn.server.frontend;

import io.cairn.platform.EventLoop;
import io.cairn.protocol.link.ServerChannel;
import io.cairn.protocol.transport.Connection;
import io.cairn.protocol.wire.Response;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the server keeps with one client's connection. Belongs to the connection's loop. */
final class ClientConnection {
  private static final Logger log = LoggerFactory.getLogger(ClientConnection.class);
  /** A reader that has taken nothing for this long is let go when others wait for what it holds. */
  static final long STALL_NANOS = TimeUnit.SECONDS.toNanos(3);

  private final ServerChannel channel;
  private final Admission admission;
  private final long outboundBytesMax;
  private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
  private final Map<Long, AnswerStream> streams = new LinkedHashMap<>();
  private ConnectionWatches watches;
  private final SharedRoom.Share requests;
  private final SharedRoom.Share scans;
  private long countedOutboundBytes;
  private long responses;
  private EventLoop.Timer watch;
  private boolean waitsForNode;
  private boolean paused;
  private boolean gone;

  /**
   * @param outboundBytesMax answers not taken by the reader above which ranges wait for it. Less than what makes the connection count
   *     as full has no effect: it would not be heard of again
   */
  ClientConnection(ServerChannel channel, Admission admission, long outboundBytesMax) {
    this.channel = channel;
    this.admission = admission;
    this.requests = admission.requestShare();
    this.scans = admission.scanShare();
    this.outboundBytesMax = Math.max(outboundBytesMax, Connection.WRITABLE_HIGH_BYTES);
  }

  ServerChannel channel() {
    return channel;
  }

  ConnectionWatches watches() {
    return watches;
  }

  void watchWith(ConnectionWatches own) {
    watches = own;
  }

  /** What its requests hold of the node's room. */
  SharedRoom.Share requests() {
    return requests;
  }

  /** What its reads of many keys hold of the room for pages. */
  SharedRoom.Share scans() {
    return scans;
  }

  /**
   * Sends an answer or a part of one. From a reader that does not take its answers no more requests are read; ranges alone, which
   * wait for it, do not bring it so far, so that it can still give them up.
   */
  void respond(long requestId, Response response, boolean more) {
    if (gone) {
      return;
    }
    channel.respond(requestId, response, more);
    responses++;
    countOutbound(channel.pendingBytes());
    if (!paused && channel.pendingBytes() > 2 * outboundBytesMax) {
      paused = true;
      channel.pauseReading(true);
    }
  }

  /** Whether more answers wait for the reader than may; fewer may when the node's readers together have left much. */
  boolean full() {
    return channel.pendingBytes() > (admission.outboundHigh() ? Connection.WRITABLE_HIGH_BYTES : outboundBytesMax);
  }

  /**
   * Runs {@code answer} now, or once the reader, or the readers of the node, have taken some of what waits for them: a value is not
   * read before there is room for it, however many small requests ask for large ones.
   */
  void whenRoom(Runnable answer) {
    waiting.add(answer);
    answerWaiting();
  }

  private void answerWaiting() {
    while (!waiting.isEmpty() && !full()) {
      if (admission.outboundFull()) {
        waitForNode();
        return;
      }
      waiting.poll().run();
    }
  }

  private void waitForNode() {
    if (!waitsForNode) {
      waitsForNode = true;
      admission.whenRoomForAnswers(() -> channel.loop().execute(() -> {
        waitsForNode = false;
        answerWaiting();
      }));
    }
  }

  /** Whether nobody waits for answers any more. */
  boolean gone() {
    return gone;
  }

  /** Counts at the node what its reader leaves once that makes the connection full: from then on it is heard of again. */
  private void countOutbound(long pending) {
    long counted = pending > Connection.WRITABLE_HIGH_BYTES ? pending : 0;
    admission.outbound(counted - countedOutboundBytes);
    countedOutboundBytes = counted;
    if (counted > 0 && watch == null && !gone) {
      watch(pending);
    }
  }

  /**
   * A reader that stands still is no harm while there is room. When pages wait because of what readers have left, one that takes
   * nothing at all would hold up everybody else's for as long as it likes: its connection is closed.
   */
  private void watch(long pendingThen) {
    long responsesThen = responses;
    watch = channel.loop().schedule(STALL_NANOS, () -> {
      watch = null;
      if (gone) {
        return;
      }
      long pending = channel.pendingBytes();
      if (responses == responsesThen && pending >= pendingThen && admission.scansWait()) {
        log.warn("closed a connection whose reader takes nothing while others wait for room; remote={} bytes={} seconds={}",
            channel.remote(), pending, TimeUnit.NANOSECONDS.toSeconds(STALL_NANOS));
        channel.abort();
      } else {
        countOutbound(pending);
      }
    });
  }

  /** Notes a stream under its request; false when another one that has not ended bears the same id. */
  boolean opened(long requestId, AnswerStream stream) {
    return streams.putIfAbsent(requestId, stream) == null;
  }

  /** The stream of that id, or null. */
  AnswerStream stream(long requestId) {
    return streams.get(requestId);
  }

  void ended(long requestId) {
    streams.remove(requestId);
  }

  void cancel(long requestId) {
    AnswerStream stream = streams.remove(requestId);
    if (stream != null) {
      stream.cancel();
    } else {
      watches.cancel(requestId);
    }
  }

  /** The reader has taken some: what was held back goes on. */
  void writable() {
    countOutbound(channel.pendingBytes());
    answerWaiting();
    if (paused && !full()) {
      paused = false;
      channel.pauseReading(false);
    }
    for (AnswerStream stream : new ArrayList<>(streams.values())) {
      stream.goOn();
    }
    watches.drain();
  }

  void closed() {
    gone = true;
    if (watch != null) {
      watch.cancel();
    }
    countOutbound(0);
    while (!waiting.isEmpty()) {
      waiting.poll().run();
    }
    for (AnswerStream stream : new ArrayList<>(streams.values())) {
      stream.cancel();
    }
    streams.clear();
    watches.closed();
  }
}
