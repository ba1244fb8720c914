package io.cairn.simulator.net;

import io.cairn.protocol.transport.ConnectionHandler;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import java.util.Arrays;

/** What has arrived at one end and waits to be read, in as many parts as the seed likes. */
final class Incoming {
  private static final int READ_BYTES_MAX = 64 * 1024;
  private static final byte POISON = (byte) 0xDB;

  private final SimConnection connection;
  private final ArrayDeque<byte[]> pieces = new ArrayDeque<>();
  private boolean paused;
  private boolean ended;
  private boolean readPosted;

  Incoming(SimConnection connection) {
    this.connection = connection;
  }

  void arrived(byte[] bytes) {
    pieces.addLast(bytes);
    readSoon();
  }

  void ended() {
    ended = true;
    readSoon();
  }

  void pause(boolean pause) {
    paused = pause;
    if (!pause) {
      readSoon();
    }
  }

  void dropAll() {
    pieces.clear();
  }

  void readSoon() {
    if (!readPosted && connection.open() && !paused && (ended || !pieces.isEmpty())) {
      readPosted = true;
      connection.loop().execute(this::read);
    }
  }

  /** One turn: several pieces at once, or one in parts, then the turn's end. */
  private void read() {
    readPosted = false;
    if (!connection.open() || paused) {
      return;
    }
    ConnectionHandler handler = connection.handler();
    int taken = 0;
    while (!pieces.isEmpty() && taken < READ_BYTES_MAX && !paused && connection.open()) {
      byte[] bytes = gather();
      taken += bytes.length;
      handOver(handler, bytes);
    }
    if (taken > 0) {
      credit(taken);
      if (connection.open()) {
        handler.turnEnded();
      }
    }
    if (ended && pieces.isEmpty() && connection.open()) {
      connection.ended();
      return;
    }
    readSoon();
  }

  /** Joins the pieces at hand into one buffer, or leaves them as they came, or cuts the first. */
  private byte[] gather() {
    byte[] first = pieces.pollFirst();
    SimLink link = connection.linkIn();
    if (first.length > 1 && link.fragments()) {
      int cut = link.cutPoint(first.length);
      pieces.addFirst(Arrays.copyOfRange(first, cut, first.length));
      return Arrays.copyOf(first, cut);
    }
    if (pieces.isEmpty() || link.fragments()) {
      return first;
    }
    int length = first.length;
    for (byte[] piece : pieces) {
      length += piece.length;
    }
    byte[] joined = Arrays.copyOf(first, length);
    int at = first.length;
    for (byte[] piece : pieces) {
      System.arraycopy(piece, 0, joined, at, piece.length);
      at += piece.length;
    }
    pieces.clear();
    return joined;
  }

  private void handOver(ConnectionHandler handler, byte[] bytes) {
    ByteBuf buffer = Unpooled.wrappedBuffer(bytes);
    handler.received(buffer);
    if (buffer.refCnt() == 1) {
      // whoever kept the bytes without retaining them now holds rubbish.
      Arrays.fill(bytes, POISON);
    } else {
      connection.noteRetained();
    }
    buffer.release();
  }

  /** Tells the sender of the room, by the way back: at once when it has nothing more to send, to save events. */
  private void credit(int bytes) {
    SimConnection sender = connection.peer();
    if (sender.pendingBytes() == 0 && !connection.linkOut().isCut()) {
      sender.credited(bytes);
    } else {
      connection.linkOut().carry("net.credit", () -> sender.credited(bytes));
    }
  }
}
