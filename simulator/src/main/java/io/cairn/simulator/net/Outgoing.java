package io.cairn.simulator.net;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Arrays;

/** What one end has written: first here, then as pieces on the wire, in order, until the other end takes them. */
final class Outgoing {
  /** Bytes on the wire or unread at the other side: the socket buffers of both hosts. */
  private static final int WINDOW_BYTES = 256 * 1024;
  private static final int PIECE_BYTES_MAX = 64 * 1024;

  private final SimConnection connection;
  private byte[] buffer = new byte[1024];
  private int head;
  private int flushed;
  private int tail;
  private int inFlight;
  private boolean broken;
  private long lastPieceNanos;
  private final ArrayDeque<Piece> wire = new ArrayDeque<>();

  Outgoing(SimConnection connection) {
    this.connection = connection;
  }

  void write(ByteBuf bytes) {
    int length = bytes.readableBytes();
    reserve(length);
    bytes.readBytes(buffer, tail, length);
    tail += length;
  }

  void flushed() {
    flushed = tail;
  }

  boolean hasFlushed() {
    return flushed > head;
  }

  long pendingBytes() {
    return tail - head;
  }

  void dropUnflushed() {
    tail = flushed;
  }

  void dropAll() {
    head = 0;
    flushed = 0;
    tail = 0;
  }

  /** Puts on the wire what the window has room for. */
  void pump() {
    while (hasFlushed() && inFlight < WINDOW_BYTES && !broken) {
      int length = Math.min(Math.min(flushed - head, WINDOW_BYTES - inFlight), PIECE_BYTES_MAX);
      if (length > 1 && connection.linkOut().fragments()) {
        length = connection.linkOut().cutPoint(length);
      }
      byte[] bytes = Arrays.copyOfRange(buffer, head, head + length);
      head += length;
      inFlight += length;
      connection.net().noteSent(connection, bytes);
      if (connection.linkOut().resets()) {
        connection.lost();
      } else {
        send(new Piece(bytes, null));
      }
    }
    if (head == tail) {
      dropAll();
    }
  }

  void credited(int bytes) {
    inFlight -= bytes;
  }

  void sendOpened(Runnable opened) {
    send(new Piece(null, opened));
  }

  /** After all bytes: the end of the stream. */
  void sendEnd() {
    SimConnection peer = connection.peer();
    send(new Piece(null, () -> peer.incoming().ended()));
  }

  /** Nothing more arrives, not even what is on the wire. */
  void breakWire() {
    broken = true;
    wire.clear();
  }

  private void send(Piece piece) {
    if (broken) {
      return;
    }
    wire.addLast(piece);
    long sentAt = connection.net().scheduler().now();
    if (sentAt < lastPieceNanos) {
      throw new IllegalStateException("sent at " + sentAt + " after " + lastPieceNanos);
    }
    lastPieceNanos = sentAt;
    connection.linkOut().carry("net.piece", () -> {
      if (connection.lived(sentAt)) {
        piece.arrived = true;
        takeInOrder();
      }
    });
  }

  private void takeInOrder() {
    SimConnection peer = connection.peer();
    while (!wire.isEmpty() && wire.peekFirst().arrived) {
      Piece piece = wire.pollFirst();
      if (piece.control != null) {
        piece.control.run();
      } else if (peer.takesBytes()) {
        peer.incoming().arrived(piece.bytes);
      } else {
        peer.answerWithReset();
      }
    }
  }

  private void reserve(int length) {
    if (tail + length <= buffer.length) {
      return;
    }
    int kept = tail - head;
    byte[] target = kept + length <= buffer.length / 2 ? buffer : new byte[Math.max(2 * buffer.length, 2 * (kept + length))];
    System.arraycopy(buffer, head, target, 0, kept);
    buffer = target;
    flushed -= head;
    head = 0;
    tail = kept;
  }

  /** Some bytes, or a control that travels in line with them. */
  private static final class Piece {
    private final byte[] bytes;
    private final Runnable control;
    private boolean arrived;

    Piece(byte[] bytes, Runnable control) {
      this.bytes = bytes;
      this.control = control;
    }
  }
}
