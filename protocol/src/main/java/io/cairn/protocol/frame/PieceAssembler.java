package io.cairn.protocol.frame;

import io.cairn.protocol.frame.FrameException.Fault;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * Joins the pieces of a large message again, and passes whole frames through, between pieces too.
 *
 * <p>A sender finishes one message in pieces before it begins the next, so one is being joined at most, and it is bounded by
 * the limit of a frame. The memory for it grows with the pieces that have come: a first piece of one byte promises much and costs little.
 */
final class PieceAssembler {

  private static final int JOINED_BYTES_MIN = 512;

  private final ByteBufAllocator allocator;
  private final FrameDecoder.Sink sink;
  private final InboundRoom.Share room;
  private int frameBytesMax;
  private FrameKind kind;
  private int flags;
  private long requestId;
  /** The pieces so far; null when no message is under way. */
  private ByteBuf joined;
  private long begun;

  PieceAssembler(ByteBufAllocator allocator, int frameBytesMax, FrameDecoder.Sink sink) {
    this(allocator, frameBytesMax, InboundRoom.UNBOUNDED, sink);
  }

  /** @param room where messages that have not come whole count */
  PieceAssembler(ByteBufAllocator allocator, int frameBytesMax, InboundRoom.Share room, FrameDecoder.Sink sink) {
    this.allocator = allocator;
    this.frameBytesMax = frameBytesMax;
    this.room = room;
    this.sink = sink;
  }

  /** The message that is being joined, counted from 1; 0 when there is none. */
  long underWay() {
    return joined == null ? 0 : begun;
  }

  void frameBytesMax(int bytes) {
    this.frameBytesMax = bytes;
  }

  void frame(FrameKind kind, int flags, long requestId, ByteBuf body) throws FrameException {
    int piece = flags & (Frame.PIECE | Frame.LAST_PIECE);
    int rest = flags & ~(Frame.PIECE | Frame.LAST_PIECE);
    if (piece == 0) {
      sink.frame(kind, flags, requestId, body);
      return;
    }
    if (piece == (Frame.PIECE | Frame.LAST_PIECE)) {
      throw new FrameException(Fault.FLAGS, "a piece of a " + kind + " frame says both that the rest follows and that it is the last");
    }
    if (joined == null) {
      begin(kind, rest, requestId, piece);
    } else if (kind != this.kind || requestId != this.requestId || rest != this.flags) {
      throw new FrameException(Fault.PIECES, "a piece of " + kind + " " + requestId + " came while " + this.kind + " " + this.requestId
          + " is not complete");
    }
    if (Frame.LENGTH_MIN + joined.readableBytes() + body.readableBytes() > frameBytesMax) {
      throw new FrameException(Fault.TOO_LARGE, kind + " " + requestId + " in pieces is over the limit of " + frameBytesMax + " bytes");
    }
    grow(joined.readableBytes() + body.readableBytes());
    joined.writeBytes(body, body.readerIndex(), body.readableBytes());
    if (piece == Frame.LAST_PIECE) {
      finish();
    }
  }

  void close() {
    if (joined != null) {
      letGo(joined);
      joined = null;
    }
  }

  private void grow(int needed) throws FrameException {
    if (needed > joined.capacity()) {
      int capacity = Math.max(needed, Math.min(frameBytesMax, 2 * joined.capacity()));
      room.take(capacity - joined.capacity());
      joined.capacity(capacity);
    }
  }

  private void letGo(ByteBuf whole) {
    room.give(whole.capacity());
    whole.release();
  }

  private void begin(FrameKind kind, int flags, long requestId, int piece) throws FrameException {
    if (piece == Frame.LAST_PIECE) {
      throw new FrameException(Fault.PIECES, "the last piece of " + kind + " " + requestId + " came without a first");
    }
    this.kind = kind;
    this.flags = flags;
    this.requestId = requestId;
    int first = Math.min(JOINED_BYTES_MIN, frameBytesMax);
    room.take(first);
    joined = allocator.buffer(first, frameBytesMax);
    begun++;
  }

  private void finish() throws FrameException {
    ByteBuf whole = joined;
    joined = null;
    try {
      sink.frame(kind, flags, requestId, whole);
    } finally {
      letGo(whole);
    }
  }
}
