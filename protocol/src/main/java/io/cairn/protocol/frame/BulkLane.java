package io.cairn.protocol.frame;

import io.cairn.protocol.transport.Connection;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Iterator;

/**
 * Messages that may wait: they leave in their order, cut in pieces, when the connection has room.
 *
 * <p>The bodies lie here once and are sent from where they lie; only a header is written for each piece.
 */
final class BulkLane {

  private static final class Message {
    final FrameKind kind;
    final int flags;
    final long requestId;
    final ByteBuf body;
    final long number;
    boolean begun;

    Message(FrameKind kind, int flags, long requestId, ByteBuf body, long number) {
      this.kind = kind;
      this.flags = flags;
      this.requestId = requestId;
      this.body = body;
      this.number = number;
    }
  }

  private final ArrayDeque<Message> waiting = new ArrayDeque<>();
  private long bytes;
  private long lastNumber;
  private long handedOver;

  /** Takes over {@code body}. Returns the message's number, counted from 1. */
  long add(FrameKind kind, int flags, long requestId, ByteBuf body) {
    waiting.add(new Message(kind, flags, requestId, body, ++lastNumber));
    bytes += body.readableBytes();
    return lastNumber;
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  /** Bytes of bodies not yet given to the connection. */
  long bytes() {
    return bytes;
  }

  /** The number of the last message that went to the connection to its last piece. */
  long handedOver() {
    return handedOver;
  }

  /** Whether a message of this id waits here, so that a later one of it must wait too. */
  boolean holds(FrameKind kind, long requestId) {
    if (waiting.isEmpty()) {
      return false;
    }
    for (Message message : waiting) {
      if (message.requestId == requestId && message.kind == kind) {
        return true;
      }
    }
    return false;
  }

  /** Takes back a message of which nothing has been sent; false when there is none. */
  boolean drop(FrameKind kind, long requestId) {
    for (Iterator<Message> each = waiting.iterator(); each.hasNext();) {
      Message message = each.next();
      if (message.requestId == requestId && message.kind == kind && !message.begun) {
        each.remove();
        bytes -= message.body.readableBytes();
        message.body.release();
        return true;
      }
    }
    return false;
  }

  /** Gives the next piece to the connection; returns its bytes. */
  int writePiece(Connection connection, FrameEncoder encoder) {
    Message message = waiting.getFirst();
    boolean last = message.body.readableBytes() <= Frame.PIECE_BYTES;
    ByteBuf piece = last ? message.body : message.body.readRetainedSlice(Frame.PIECE_BYTES);
    int flags = message.flags | (last ? message.begun ? Frame.LAST_PIECE : 0 : Frame.PIECE);
    int pieceBytes = piece.readableBytes();
    ByteBuf header = connection.allocator().buffer(Frame.HEADER_BYTES);
    encoder.encodeHeader(header, message.kind, flags, message.requestId, piece);
    message.begun = true;
    bytes -= pieceBytes;
    if (last) {
      waiting.removeFirst();
      handedOver = message.number;
    }
    connection.write(header);
    connection.write(piece);
    return Frame.HEADER_BYTES + pieceBytes;
  }

  void close() {
    for (Message message : waiting) {
      message.body.release();
    }
    waiting.clear();
    bytes = 0;
  }
}
