package io.cairn.simulator.net;

import io.cairn.platform.EventLoop;
import io.cairn.protocol.transport.Connection;
import io.cairn.protocol.transport.ConnectionHandler;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;

/**
 * One end of a stream. Bytes written wait in {@link Outgoing}; a flush puts as many of them on the wire as the window of the other
 * host leaves room for; what arrives there in order waits in {@link Incoming} for the loop to read it.
 */
final class SimConnection implements Connection {

  private enum State {
    /** Not joined to a handler yet: what arrives waits. */
    OPENING,
    OPEN,
    /** Closed on this side; what was flushed is still on its way out. */
    CLOSING,
    CLOSED
  }

  private final SimTransport transport;
  private final EventLoop loop;
  private final String remote;
  private final String remoteHost;
  private final long id;
  private final SimLink out;
  private final SimLink in;
  private final Outgoing outgoing;
  private final Incoming incoming;
  private SimConnection peer;
  private ConnectionHandler handler;
  private State state = State.OPENING;
  private boolean full;
  private boolean pumpPosted;
  private IOException resetCause;

  SimConnection(SimTransport transport, EventLoop loop, String remote, String remoteHost) {
    this.transport = transport;
    this.loop = loop;
    this.remote = remote;
    this.remoteHost = remoteHost;
    SimNet net = transport.net();
    this.id = net.nextConnection();
    this.out = net.link(localHost(), remoteHost);
    this.in = net.link(remoteHost, localHost());
    this.outgoing = new Outgoing(this);
    this.incoming = new Incoming(this);
    transport.add(this);
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
  public void write(ByteBuf bytes) {
    checkOnLoop("write");
    try {
      if (state == State.OPEN || state == State.OPENING) {
        outgoing.write(bytes);
        full |= pendingBytes() > WRITABLE_HIGH_BYTES;
      }
    } finally {
      bytes.release();
    }
  }

  @Override
  public void flush() {
    checkOnLoop("flush");
    if (state == State.OPEN) {
      outgoing.flushed();
      pump();
    }
  }

  @Override
  public long pendingBytes() {
    return outgoing.pendingBytes();
  }

  @Override
  public void pauseReading(boolean paused) {
    checkOnLoop("pauseReading");
    incoming.pause(paused);
  }

  @Override
  public void close() {
    if (state == State.CLOSING || state == State.CLOSED) {
      return;
    }
    state = State.CLOSING;
    outgoing.dropUnflushed();
    incoming.dropAll();
    loop.execute(this::pump);
  }

  @Override
  public void abort() {
    if (state == State.CLOSED) {
      return;
    }
    state = State.CLOSING;
    loop.execute(() -> {
      sendReset();
      finish(null);
    });
  }

  @Override
  public ByteBufAllocator allocator() {
    return net().buffers();
  }

  long id() {
    return id;
  }

  String localHost() {
    return transport.process().name();
  }

  String remoteHost() {
    return remoteHost;
  }

  SimNet net() {
    return transport.net();
  }

  SimLink linkOut() {
    return out;
  }

  SimLink linkIn() {
    return in;
  }

  SimConnection peer() {
    return peer;
  }

  ConnectionHandler handler() {
    return handler;
  }

  void join(SimConnection other) {
    peer = other;
  }

  /** The handler is known, on the loop: what has come in meanwhile may be read. */
  void begin(ConnectionHandler first) {
    handler = first;
    if (resetCause != null) {
      finish(resetCause);
      return;
    }
    if (state == State.OPENING) {
      state = State.OPEN;
      pump();
      incoming.readSoon();
    }
  }

  /** A connection that never came to be. */
  void abandon() {
    if (peer != null) {
      sendReset();
    }
    state = State.CLOSED;
    transport.remove(this);
  }

  void sendOpened(Runnable opened) {
    outgoing.sendOpened(opened);
  }

  boolean open() {
    return state == State.OPEN;
  }

  /** Whether it was alive, and had not died by then, when it sent something at this time. */
  boolean lived(long sentAtNanos) {
    return transport.process().lived(sentAtNanos);
  }

  /** Whether bytes that arrive find someone: no after a close or a death. */
  boolean takesBytes() {
    return (state == State.OPENING || state == State.OPEN) && resetCause == null && transport.process().alive();
  }

  Incoming incoming() {
    return incoming;
  }

  /** Bytes have come to an end that is no more: its host says so, if it has power. */
  void answerWithReset() {
    if (net().poweredOn(localHost())) {
      out.carryOnce("net.reset", () -> peer.reset("connection reset by " + localHost()));
    }
  }

  /** The network or the other side gave this connection up: what was not sent is gone. */
  void reset(String why) {
    if (state == State.CLOSED || resetCause != null || !transport.process().alive()) {
      return;
    }
    resetCause = new IOException(why);
    loop.execute(() -> {
      if (handler != null) {
        finish(resetCause);
      }
    });
  }

  /** A piece was lost for good on the way out. */
  void lost() {
    String why = "connection reset on the way from " + localHost() + " to " + remoteHost;
    outgoing.breakWire();
    reset(why);
    if (peer != null) {
      out.carryOnce("net.reset", () -> peer.reset(why));
    }
  }

  /** The other side has taken so many bytes: there is room in its window. */
  void credited(int bytes) {
    outgoing.credited(bytes);
    if (outgoing.hasFlushed() && !pumpPosted) {
      pumpPosted = true;
      loop.execute(() -> {
        pumpPosted = false;
        pump();
      });
    }
  }

  /** All that the peer sent has been read, and it has closed. */
  void ended() {
    finish(null);
  }

  void processDied() {
    if (!transport.process().powerLost()) {
      sendReset();
    }
  }

  void noteRetained() {
    net().noteRetained();
  }

  private void pump() {
    if (state == State.CLOSED || resetCause != null || handler == null) {
      return;
    }
    outgoing.pump();
    if (state == State.CLOSING) {
      if (!outgoing.hasFlushed()) {
        outgoing.sendEnd();
        finish(null);
      }
      return;
    }
    if (full && pendingBytes() <= WRITABLE_LOW_BYTES) {
      full = false;
      handler.writable();
    }
  }

  private void sendReset() {
    if (peer != null) {
      out.carryOnce("net.reset", () -> peer.reset("connection reset by " + localHost()));
    }
  }

  private void finish(Throwable cause) {
    if (state == State.CLOSED) {
      return;
    }
    state = State.CLOSED;
    transport.remove(this);
    outgoing.dropAll();
    incoming.dropAll();
    if (handler != null) {
      handler.closed(cause);
    }
  }

  private void checkOnLoop(String what) {
    transport.process().checkAlive();
    if (!loop.inLoop()) {
      throw new IllegalStateException(what + " on connection to " + remote + " outside of its loop " + loop.name());
    }
  }
}
