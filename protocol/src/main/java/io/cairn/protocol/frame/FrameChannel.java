package io.cairn.protocol.frame;

import com.google.protobuf.MessageLite;
import io.cairn.platform.EventLoop;
import io.cairn.protocol.transport.Connection;
import io.cairn.protocol.transport.ConnectionHandler;
import io.netty.buffer.ByteBuf;
import java.io.IOException;

/**
 * The frames of one connection, both ways. Belongs to the connection's loop.
 *
 * <p>Sending has two lanes. What {@link #send} is given leaves in its order with the next flush, all small frames of a loop
 * turn in one buffer. What {@link #sendBulk} is given leaves in its own order, cut at {@link Frame#PIECE_BYTES}, and only
 * while the connection has room: so whatever is sent meanwhile waits for a few pieces at most, not for all of a snapshot.
 * Between the lanes there is no order.
 *
 * <p>A flush follows by itself: at the end of the turn in which something was received, or as a task of its own otherwise.
 */
public final class FrameChannel implements ConnectionHandler {

  /** Hears what comes in, on the loop. */
  public interface Receiver extends FrameDecoder.Sink {

    /**
     * A whole frame, without piece flags. The body is on loan for the call.
     *
     * @throws FrameException to have it treated like a malformed one
     */
    @Override
    void frame(FrameKind kind, int flags, long requestId, ByteBuf body) throws FrameException;

    /** No more came in this turn; a flush follows. */
    void turnEnded();

    /** {@link FrameChannel#pendingBytes()} has fallen, more may be sent. */
    void writable();

    /** What came is no frame, or one refused. Something may still be sent; the channel is closed after this. */
    void malformed(FrameException cause);

    /** The connection is gone; called once, last. {@code cause} is null for an orderly end. */
    void closed(Throwable cause);
  }

  /** Most bytes of the bulk lane in one turn of the loop, which has others to serve. */
  private static final int BULK_TURN_BYTES = 4 * Frame.PIECE_BYTES;
  private static final int BUFFER_BYTES = 16 << 10;

  private final Connection connection;
  private final EventLoop loop;
  private final Receiver receiver;
  private final FrameDecoder decoder;
  private final PieceAssembler assembler;
  private final FrameDecoder.Sink pieces;
  private final FrameEncoder encoder = new FrameEncoder();
  private final BulkLane bulk = new BulkLane();
  private final Runnable flushTask = this::flushDue;
  private int sendFrameBytesMax = Frame.FRAME_BYTES_MAX;
  /** Frames not yet given to the connection; null when there are none. */
  private ByteBuf gathered;
  private long framesSent;
  private long framesHandedOver;
  private long handedBytes;
  private boolean receiving;
  private boolean flushing;
  private boolean flushAsked;
  private boolean closed;

  /** @param frameBytesMax the largest frame taken, in bytes after the length field */
  public FrameChannel(Connection connection, int frameBytesMax, Receiver receiver) {
    this(connection, frameBytesMax, null, receiver);
  }

  /** @param room where what has begun and not come whole counts; null on a connection that this side has opened */
  public FrameChannel(Connection connection, int frameBytesMax, InboundRoom room, Receiver receiver) {
    this.connection = connection;
    this.loop = connection.loop();
    this.receiver = receiver;
    InboundRoom.Share share = room == null ? InboundRoom.UNBOUNDED : room.new Share(loop, () -> malformed(room.noRoom()));
    this.decoder = new FrameDecoder(connection.allocator(), frameBytesMax, share);
    this.assembler = new PieceAssembler(connection.allocator(), frameBytesMax, share, receiver);
    this.pieces = assembler::frame;
  }

  /** Sets the largest frame taken and the largest the other side takes, once the handshake has told. */
  public void frameLimits(int receiveBytesMax, int sendBytesMax) {
    decoder.frameBytesMax(receiveBytesMax);
    assembler.frameBytesMax(receiveBytesMax);
    this.sendFrameBytesMax = sendBytesMax;
  }

  public Connection connection() {
    return connection;
  }

  /** Whether a body of this size fits a frame that the other side takes. */
  public boolean fits(int bodyBytes) {
    return bodyBytes <= sendFrameBytesMax - Frame.LENGTH_MIN;
  }

  /**
   * Sends a frame before all that waits in the bulk lane.
   *
   * @return a mark for {@link #handedOver}
   */
  public long send(FrameKind kind, int flags, long requestId, MessageLite body) {
    int bodyBytes = body == null ? 0 : body.getSerializedSize();
    if (makeRoom(bodyBytes)) {
      encoder.encode(gathered, kind, flags, requestId, body, bodyBytes);
      askFlush();
    }
    return ++framesSent;
  }

  /** Sends a frame without a body. */
  public long send(FrameKind kind, long requestId) {
    return send(kind, 0, requestId, (MessageLite) null);
  }

  /** The same with bytes, which are taken over. */
  public long send(FrameKind kind, int flags, long requestId, ByteBuf body) {
    try {
      if (makeRoom(body.readableBytes())) {
        encoder.encode(gathered, kind, flags, requestId, body);
        askFlush();
      }
    } finally {
      body.release();
    }
    return ++framesSent;
  }

  /** Sends a message, in pieces if it is large, while the connection has room. Returns a mark for {@link #handedOver}. */
  public long sendBulk(FrameKind kind, int flags, long requestId, MessageLite body) {
    int bodyBytes = body == null ? 0 : body.getSerializedSize();
    checkSize(bodyBytes);
    ByteBuf bytes = connection.allocator().buffer(Math.max(bodyBytes, 1));
    if (bodyBytes > 0) {
      encoder.serialize(body, bodyBytes, bytes);
    }
    return sendBulk(kind, flags, requestId, bytes);
  }

  /** The same with bytes, which are taken over. */
  public long sendBulk(FrameKind kind, int flags, long requestId, ByteBuf body) {
    if (closed || !fits(body.readableBytes())) {
      int bodyBytes = body.readableBytes();
      body.release();
      checkSize(bodyBytes);
      return Long.MIN_VALUE;
    }
    askFlush();
    return -bulk.add(kind, flags, requestId, body);
  }

  /** Whether the bulk lane still holds a message of this id, so that a later one of it belongs there too. */
  public boolean bulkHolds(FrameKind kind, long requestId) {
    return bulk.holds(kind, requestId);
  }

  /** Takes a message of which nothing was sent yet back out of the bulk lane; false when there is none. */
  public boolean dropBulk(FrameKind kind, long requestId) {
    return bulk.drop(kind, requestId);
  }

  /** Whether the last byte of the frame with this mark has been given to the connection: from then on it may arrive. */
  public boolean handedOver(long mark) {
    return mark > 0 ? mark <= framesHandedOver : -mark <= bulk.handedOver() && mark != Long.MIN_VALUE;
  }

  /** Bytes given to this channel that the network has not taken. */
  public long pendingBytes() {
    return connection.pendingBytes() + (gathered == null ? 0 : gathered.readableBytes()) + bulk.bytes();
  }

  /** Bytes that the network has taken so far: what a reader that stands still makes stand still. */
  public long takenBytes() {
    return handedBytes - connection.pendingBytes();
  }

  /** Which message in pieces has begun to come and not ended, counted from 1; 0 for none. */
  public long joining() {
    return assembler.underWay();
  }

  /** How many frames {@link #send} was given so far. */
  public long framesSent() {
    return framesSent;
  }

  /** Stops or resumes reading: back-pressure. */
  public void pauseReading(boolean paused) {
    connection.pauseReading(paused);
  }

  /** Hands all that was sent, and as much of the bulk lane as there is room for, to the network. */
  public void flush() {
    if (closed || flushing) {
      return;
    }
    flushing = true;
    try {
      handOver();
      int written = 0;
      while (!bulk.isEmpty() && written < BULK_TURN_BYTES && connection.pendingBytes() <= Connection.WRITABLE_HIGH_BYTES) {
        int piece = bulk.writePiece(connection, encoder);
        written += piece;
        handedBytes += piece;
      }
      connection.flush();
    } finally {
      flushing = false;
    }
    if (!bulk.isEmpty() && connection.pendingBytes() <= Connection.WRITABLE_HIGH_BYTES) {
      askFlush(); // Otherwise the connection is full, and writable() goes on.
    }
  }

  /** Ends the connection after what {@link #send} was given; what waits in the bulk lane is dropped. Idempotent. */
  public void close() {
    if (!closed) {
      handOver();
      connection.flush();
      end();
      connection.close();
    }
  }

  /** Ends the connection now. Idempotent. */
  public void abort() {
    if (!closed) {
      end();
      connection.abort();
    }
  }

  public boolean isClosed() {
    return closed;
  }

  @Override
  public void received(ByteBuf bytes) {
    if (closed) {
      return;
    }
    receiving = true;
    try {
      decoder.decode(bytes, pieces);
    } catch (FrameException e) {
      malformed(e);
    }
  }

  private void malformed(FrameException cause) {
    if (!closed) {
      receiver.malformed(cause);
      close();
    }
  }

  @Override
  public void turnEnded() {
    receiving = false;
    if (!closed) {
      receiver.turnEnded();
      flush();
    }
  }

  @Override
  public void writable() {
    if (closed) {
      return;
    }
    if (!bulk.isEmpty()) {
      askFlush();
    }
    receiver.writable();
  }

  @Override
  public void closed(Throwable cause) {
    end();
    receiver.closed(cause);
  }

  /** A failure in the words of the connection's user. */
  public static IOException asIOException(Throwable cause, String otherwise) {
    return cause instanceof IOException failure ? failure : new IOException(cause == null ? otherwise : otherwise + ": " + cause, cause);
  }

  private void end() {
    closed = true;
    decoder.close();
    assembler.close();
    bulk.close();
    if (gathered != null) {
      gathered.release();
      gathered = null;
    }
  }

  private void checkSize(int bodyBytes) {
    if (!fits(bodyBytes)) {
      throw new IllegalArgumentException("a body of " + bodyBytes + " bytes does not fit a frame of " + sendFrameBytesMax
          + "; ask fits() first");
    }
  }

  /** Makes room for one more frame in {@link #gathered}; false when nothing can be sent any more. */
  private boolean makeRoom(int bodyBytes) {
    checkSize(bodyBytes);
    if (closed) {
      return false;
    }
    int needed = FrameEncoder.frameBytes(bodyBytes);
    if (gathered != null && gathered.writableBytes() < needed) {
      handOver();
    }
    if (gathered == null) {
      gathered = connection.allocator().buffer(Math.max(BUFFER_BYTES, needed));
    }
    return true;
  }

  private void handOver() {
    if (gathered != null) {
      ByteBuf bytes = gathered;
      gathered = null;
      framesHandedOver = framesSent;
      handedBytes += bytes.readableBytes();
      connection.write(bytes);
    }
  }

  private void askFlush() {
    if (!flushAsked && !receiving) {
      flushAsked = true;
      loop.execute(flushTask);
    }
  }

  private void flushDue() {
    flushAsked = false;
    flush();
  }
}
