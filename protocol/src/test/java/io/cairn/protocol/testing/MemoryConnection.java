package io.cairn.protocol.testing;

import io.cairn.platform.EventLoop;
import io.cairn.protocol.transport.Connection;
import io.cairn.protocol.transport.ConnectionHandler;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.util.ArrayDeque;

/**
 * One end of a connection in memory. What the handler has been lent is overwritten before it is released, so that whoever
 * kept it reads rubbish at once instead of one day (A-10, JV-01).
 */
public final class MemoryConnection implements Connection {

  private static final int POISON = 0xDB;

  private final MemoryTransport transport;
  private final EventLoop loop;
  private final String remote;
  private MemoryConnection peer;
  private ConnectionHandler handler;
  private final ArrayDeque<ByteBuf> written = new ArrayDeque<>();
  private final ArrayDeque<byte[]> incoming = new ArrayDeque<>();
  private int incomingBytes;
  private long pending;
  private int flushable;
  private boolean wasFull;
  private boolean paused;
  private boolean deliveryDue;
  private boolean ending;
  private boolean peerEnded;
  private boolean closed;
  private boolean silent;
  private boolean stalled;
  private long flipBitAt = -1;
  private long sentBytes;

  MemoryConnection(MemoryTransport transport, EventLoop loop, String remote) {
    this.transport = transport;
    this.loop = loop;
    this.remote = remote;
  }

  void peer(MemoryConnection other) {
    this.peer = other;
  }

  void handler(ConnectionHandler given) {
    this.handler = given;
    if (closed) {
      given.closed(null);
    } else {
      deliverLater();
    }
  }

  /** What is sent from here on vanishes, and nothing says so: a half-open connection. */
  public void silence() {
    silent = true;
  }

  /** The network takes nothing from this end until resumed. */
  public void stall(boolean value) {
    stalled = value;
    loop.execute(this::push);
  }

  /** Flips one bit of the byte that is sent {@code ahead} bytes from now. */
  public void flipBit(long ahead) {
    flipBitAt = sentBytes + ahead;
  }

  public boolean isReadingPaused() {
    return paused;
  }

  /** The other side goes without a word of goodbye; both ends hear of it. */
  public void reset() {
    loop.run(() -> end(new IOException("connection reset")));
    peer.loop.execute(() -> peer.end(new IOException("connection reset by peer")));
  }

  @Override
  public EventLoop loop() {
    return loop;
  }

  @Override
  public String remote() {
    return remote;
  }

  @Override
  public ByteBufAllocator allocator() {
    return transport.allocator;
  }

  @Override
  public void write(ByteBuf bytes) {
    if (!loop.inLoop()) {
      throw new AssertionError("written off the loop");
    }
    if (closed || ending) {
      bytes.release();
      return;
    }
    pending += bytes.readableBytes();
    written.add(bytes);
  }

  @Override
  public void flush() {
    flushable = written.size();
    push();
  }

  @Override
  public long pendingBytes() {
    return pending;
  }

  @Override
  public void pauseReading(boolean value) {
    paused = value;
    deliverLater();
  }

  @Override
  public void close() {
    ending = true;
    finishEnding();
  }

  @Override
  public void abort() {
    end(null);
    peer.loop.execute(() -> peer.end(new IOException("connection reset by peer")));
  }

  /** Moves flushed bytes to the other end, as far as its window is open. */
  private void push() {
    wasFull |= pending > WRITABLE_HIGH_BYTES;
    while (flushable > 0 && !closed && !stalled && (silent || peer.incomingBytes < transport.windowBytes)) {
      ByteBuf next = written.poll();
      flushable--;
      byte[] bytes = new byte[next.readableBytes()];
      next.readBytes(bytes);
      next.release();
      pending -= bytes.length;
      if (flipBitAt >= sentBytes && flipBitAt < sentBytes + bytes.length) {
        bytes[(int) (flipBitAt - sentBytes)] ^= 0x10;
      }
      sentBytes += bytes.length;
      if (!silent && bytes.length > 0) {
        peer.incoming.add(bytes);
        peer.incomingBytes += bytes.length;
        peer.deliverLater();
      }
    }
    if (wasFull && pending <= WRITABLE_LOW_BYTES && !closed && !ending && handler != null) {
      wasFull = false;
      handler.writable();
    }
    finishEnding();
  }

  private void finishEnding() {
    if (ending && flushable == 0 && !closed) {
      end(null);
      if (!silent) {
        peer.loop.schedule(MemoryTransport.LATENCY_NANOS, () -> {
          peer.peerEnded = true;
          peer.deliverLater();
        });
      }
    }
  }

  private void deliverLater() {
    if (!deliveryDue && handler != null) {
      deliveryDue = true;
      loop.schedule(MemoryTransport.LATENCY_NANOS, this::deliver);
    }
  }

  private void deliver() {
    deliveryDue = false;
    if (closed || paused) {
      return;
    }
    boolean any = false;
    for (int reads = 0; reads < 16 && !incoming.isEmpty() && !closed && !ending; reads++) {
      receive(incoming.poll());
      any = true;
    }
    if (any && !closed && !ending) {
      handler.turnEnded();
    }
    peer.loop.execute(peer::push);
    if (!incoming.isEmpty()) {
      deliverLater();
    } else if (peerEnded) {
      end(null);
    }
  }

  private void receive(byte[] bytes) {
    incomingBytes -= bytes.length;
    int cut = (int) transport.random.nextLong(bytes.length + 1L);
    lend(bytes, 0, cut);
    lend(bytes, cut, bytes.length - cut);
  }

  /** Hands over some bytes, and poisons the buffer when it is back. */
  private void lend(byte[] bytes, int from, int length) {
    if (length == 0 || closed || ending) {
      return;
    }
    ByteBuf lent = transport.allocator.buffer(length);
    lent.writeBytes(bytes, from, length);
    try {
      handler.received(lent);
    } finally {
      for (int i = 0; i < length; i++) {
        lent.setByte(i, POISON);
      }
      lent.release();
    }
  }

  private void end(Throwable cause) {
    if (closed) {
      return;
    }
    closed = true;
    written.forEach(ByteBuf::release);
    written.clear();
    pending = 0;
    incoming.clear();
    incomingBytes = 0;
    if (handler != null) {
      loop.execute(() -> handler.closed(cause));
    }
  }
}
