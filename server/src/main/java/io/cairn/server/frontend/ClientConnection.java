package io.cairn.server.frontend;

import io.cairn.protocol.link.ServerChannel;
import io.cairn.protocol.transport.Connection;
import io.cairn.protocol.wire.Response;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the server keeps with one client's connection. Belongs to the connection's loop. */
final class ClientConnection {
  private final ServerChannel channel;
  private final Admission admission;
  private final long outboundBytesMax;
  private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
  private final Map<Long, AnswerStream> streams = new LinkedHashMap<>();
  private long inflightBytes;
  private long countedOutboundBytes;
  private boolean paused;
  private boolean gone;

  /**
   * @param outboundBytesMax answers not taken by the reader above which ranges wait for it. Less than what makes the connection count
   *     as full has no effect: it would not be heard of again
   */
  ClientConnection(ServerChannel channel, Admission admission, long outboundBytesMax) {
    this.channel = channel;
    this.admission = admission;
    this.outboundBytesMax = Math.max(outboundBytesMax, Connection.WRITABLE_HIGH_BYTES);
  }

  ServerChannel channel() {
    return channel;
  }

  long inflightBytes() {
    return inflightBytes;
  }

  void addInflight(long bytes) {
    inflightBytes += bytes;
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
    countOutbound(channel.pendingBytes());
    if (!paused && channel.pendingBytes() > 2 * outboundBytesMax) {
      paused = true;
      channel.pauseReading(true);
    }
  }

  /** Whether more answers wait for the reader than may; fewer may when the node's readers together have left too much. */
  boolean full() {
    return channel.pendingBytes() > (admission.outboundFull() ? Connection.WRITABLE_HIGH_BYTES : outboundBytesMax);
  }

  /**
   * Runs {@code answer} now, or once the reader has taken some of what waits for it: a value is not read before there is room for
   * it, however many small requests ask for large ones.
   */
  void whenRoom(Runnable answer) {
    if (waiting.isEmpty() && !full()) {
      answer.run();
    } else {
      waiting.add(answer);
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
  }

  /** Notes a stream under its request; false when another one that has not ended bears the same id. */
  boolean opened(long requestId, AnswerStream stream) {
    return streams.putIfAbsent(requestId, stream) == null;
  }

  void ended(long requestId) {
    streams.remove(requestId);
  }

  void cancel(long requestId) {
    AnswerStream stream = streams.remove(requestId);
    if (stream != null) {
      stream.cancel();
    }
  }

  /** The reader has taken some: what was held back goes on. */
  void writable() {
    countOutbound(channel.pendingBytes());
    while (!waiting.isEmpty() && !full()) {
      waiting.poll().run();
    }
    if (paused && !full()) {
      paused = false;
      channel.pauseReading(false);
    }
    for (AnswerStream stream : new ArrayList<>(streams.values())) {
      stream.goOn();
    }
  }

  void closed() {
    gone = true;
    countOutbound(0);
    while (!waiting.isEmpty()) {
      waiting.poll().run();
    }
    for (AnswerStream stream : new ArrayList<>(streams.values())) {
      stream.cancel();
    }
    streams.clear();
  }
}
