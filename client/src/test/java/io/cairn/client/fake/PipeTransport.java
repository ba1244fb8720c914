package io.cairn.client.fake;

import io.cairn.platform.EventLoop;
import io.cairn.protocol.transport.Connection;
import io.cairn.protocol.transport.ConnectionHandler;
import io.cairn.protocol.transport.HostPort;
import io.cairn.protocol.transport.Transport;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A network in memory, on one virtual loop: every flush arrives 100 µs later, unless its address is a black hole. */
public final class PipeTransport implements Transport {

  private static final long HOP_NANOS = 100_000;

  private final VirtualLoop loop;
  private final Map<HostPort, Acceptor> listening = new LinkedHashMap<>();
  private final Set<HostPort> blackHoles = new LinkedHashSet<>();
  private final List<End> ends = new ArrayList<>();
  private int connects;
  private int flushes;

  public PipeTransport(VirtualLoop loop) {
    this.loop = loop;
  }

  /** How often anybody tried to connect. */
  public int connects() {
    return connects;
  }

  /** How often an opener's bytes were handed to the network. */
  public int flushes() {
    return flushes;
  }

  /** Bytes to and from this address vanish, and connecting to it ends by its timeout. */
  public void blackHole(HostPort address, boolean on) {
    if (on) {
      blackHoles.add(address);
    } else {
      blackHoles.remove(address);
    }
  }

  /** Cuts every connection to this address. */
  public void cut(HostPort address) {
    for (End end : List.copyOf(ends)) {
      if (end.server.equals(address)) {
        end.lose();
      }
    }
  }

  @Override
  public List<EventLoop> loops() {
    return List.of(loop);
  }

  @Override
  public Listening listen(HostPort address, Acceptor acceptor) {
    listening.put(address, acceptor);
    return new Listening() {
      @Override
      public HostPort address() {
        return address;
      }

      @Override
      public void close() {
        listening.remove(address);
      }
    };
  }

  @Override
  public void connect(HostPort address, long timeoutNanos, EventLoop on, Connector connector) {
    connects++;
    if (blackHoles.contains(address)) {
      loop.schedule(timeoutNanos, () -> connector.failed(new IOException("connection timed out: " + address)));
      return;
    }
    loop.schedule(HOP_NANOS, () -> {
      Acceptor acceptor = listening.get(address);
      if (acceptor == null) {
        connector.failed(new IOException("connection refused: " + address));
        return;
      }
      End opener = new End(address, true);
      End accepted = new End(address, false);
      opener.other = accepted;
      accepted.other = opener;
      ends.add(opener);
      ends.add(accepted);
      accepted.handler = acceptor.accepted(accepted);
      opener.handler = connector.connected(opener);
    });
  }

  @Override
  public String kind() {
    return "pipe";
  }

  @Override
  public void close() {
    for (End end : List.copyOf(ends)) {
      end.lose();
    }
  }

  private final class End implements Connection {
    private final HostPort server;
    private final boolean opener;
    private End other;
    private ConnectionHandler handler;
    private ByteArrayOutputStream unflushed = new ByteArrayOutputStream();
    private boolean closed;

    End(HostPort server, boolean opener) {
      this.server = server;
      this.opener = opener;
    }

    @Override
    public EventLoop loop() {
      return loop;
    }

    @Override
    public String remote() {
      return server.toString();
    }

    @Override
    public void write(ByteBuf bytes) {
      try {
        bytes.readBytes(unflushed, bytes.readableBytes());
      } catch (IOException e) {
        throw new IllegalStateException(e);
      } finally {
        bytes.release();
      }
    }

    @Override
    public void flush() {
      byte[] bytes = unflushed.toByteArray();
      unflushed = new ByteArrayOutputStream();
      if (closed || bytes.length == 0 || blackHoles.contains(server)) {
        return;
      }
      flushes += opener ? 1 : 0;
      loop.schedule(HOP_NANOS, () -> other.arrive(bytes));
    }

    private void arrive(byte[] bytes) {
      if (!closed) {
        handler.received(Unpooled.wrappedBuffer(bytes));
        Arrays.fill(bytes, (byte) 0xDB); // Who kept the buffer reads rubbish.
        handler.turnEnded();
      }
    }

    @Override
    public long pendingBytes() {
      return 0;
    }

    @Override
    public void pauseReading(boolean paused) {}

    @Override
    public void close() {
      if (!closed) {
        flush();
        loop.schedule(HOP_NANOS, this::lose);
      }
    }

    void lose() {
      ends.remove(this);
      ends.remove(other);
      end(new IOException("connection reset"));
      other.end(new IOException("connection reset"));
    }

    private void end(IOException cause) {
      if (!closed) {
        closed = true;
        loop.execute(() -> handler.closed(cause));
      }
    }
  }
}
