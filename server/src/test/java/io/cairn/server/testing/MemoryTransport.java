package io.cairn.server.testing;

import io.cairn.platform.EventLoop;
import io.cairn.protocol.transport.Connection;
import io.cairn.protocol.transport.ConnectionHandler;
import io.cairn.protocol.transport.HostPort;
import io.cairn.protocol.transport.Transport;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Connections between loops in virtual time. The side that opened one can stop taking bytes ({@link End#stall}). */
public final class MemoryTransport implements Transport {
  private final List<EventLoop> loops;
  private final Map<String, Acceptor> ports = new TreeMap<>();
  private final List<End> opened = new ArrayList<>();

  public MemoryTransport(List<? extends EventLoop> loops) {
    this.loops = List.copyOf(loops);
  }

  /** One end of a connection. */
  public final class End implements Connection {
    private final EventLoop loop;
    private final ArrayDeque<ByteBuf> written = new ArrayDeque<>();
    private End other;
    private ConnectionHandler handler;
    private long pending;
    private boolean full;
    private boolean stalled;
    private boolean paused;
    private boolean closed;

    private End(EventLoop loop) {
      this.loop = loop;
    }

    /** The process at this end takes no more bytes, or takes them again. */
    public void stall(boolean stop) {
      stalled = stop;
      other.loop.execute(other::move);
    }

    public boolean isClosed() {
      return closed;
    }

    public boolean readingPaused() {
      return paused;
    }

    @Override
    public EventLoop loop() {
      return loop;
    }

    @Override
    public String remote() {
      return "memory";
    }

    @Override
    public void write(ByteBuf bytes) {
      if (closed) {
        bytes.release();
        return;
      }
      written.add(bytes);
      pending += bytes.readableBytes();
      full |= pending > WRITABLE_HIGH_BYTES;
    }

    @Override
    public void flush() {
      loop.execute(this::move);
    }

    private void move() {
      while (!written.isEmpty() && !other.stalled && !other.paused) {
        ByteBuf bytes = written.poll();
        pending -= bytes.readableBytes();
        other.loop.execute(() -> other.take(bytes));
      }
      if (full && pending <= WRITABLE_LOW_BYTES && !closed) {
        full = false;
        handler.writable();
      }
    }

    private void take(ByteBuf bytes) {
      if (!closed) {
        handler.received(bytes);
        if (!closed) {
          handler.turnEnded();
        }
      }
      bytes.release();
    }

    @Override
    public long pendingBytes() {
      return pending;
    }

    @Override
    public void pauseReading(boolean pause) {
      paused = pause;
      other.loop.execute(other::move);
    }

    @Override
    public void close() {
      if (!closed) {
        move();
        end();
        other.loop.execute(other::end);
      }
    }

    private void end() {
      if (!closed) {
        closed = true;
        loop.execute(() -> handler.closed(null));
      }
    }
  }

  /** The opening ends of all connections, in order. */
  public List<End> opened() {
    return opened;
  }

  @Override
  public List<EventLoop> loops() {
    return loops;
  }

  @Override
  public Listening listen(HostPort address, Acceptor acceptor) {
    ports.put(address.toString(), acceptor);
    return new Listening() {
      @Override
      public HostPort address() {
        return address;
      }

      @Override
      public void close() {
        ports.remove(address.toString());
      }
    };
  }

  @Override
  public void connect(HostPort address, long timeoutNanos, EventLoop loop, Connector connector) {
    Acceptor acceptor = ports.get(address.toString());
    if (acceptor == null) {
      loop.execute(() -> connector.failed(new IOException("nobody listens on " + address)));
      return;
    }
    var here = new End(loop);
    var there = new End(loops.getFirst());
    here.other = there;
    there.other = here;
    opened.add(here);
    there.loop.execute(() -> there.handler = acceptor.accepted(there));
    loop.execute(() -> here.handler = connector.connected(here));
  }

  /** The accepting end of a connection. */
  public End accepted(int number) {
    return opened.get(number).other;
  }

  @Override
  public String kind() {
    return "memory";
  }

  @Override
  public void close() {}
}
