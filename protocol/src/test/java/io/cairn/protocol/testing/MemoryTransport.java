package io.cairn.protocol.testing;

import io.cairn.platform.EventLoop;
import io.cairn.platform.RandomSource;
import io.cairn.protocol.transport.ConnectionHandler;
import io.cairn.protocol.transport.HostPort;
import io.cairn.protocol.transport.Transport;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Streams of bytes between loops of one {@link VirtualTime}. All ends share this one transport and its addresses. */
public final class MemoryTransport implements Transport {

  static final long LATENCY_NANOS = 50_000;

  final VirtualTime time;
  final RandomSource random;
  final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false, true);
  private final List<EventLoop> loops = new ArrayList<>();
  private final Map<HostPort, Acceptor> ports = new LinkedHashMap<>();
  private final List<MemoryConnection> opened = new ArrayList<>();
  private int nextLoop;
  private int nextPort = 10_000;
  /** Bytes a connection holds between its two ends before the writer's pending bytes grow. */
  int windowBytes = 128 << 10;
  boolean unreachable;

  public MemoryTransport(VirtualTime time, RandomSource random, int loopCount) {
    this.time = time;
    this.random = random;
    for (int i = 0; i < loopCount; i++) {
      loops.add(time.loop("memory-" + i));
    }
  }

  @Override
  public List<EventLoop> loops() {
    return List.copyOf(loops);
  }

  /** Ends of connections in the order they were made: the opener's, then the acceptor's. */
  public List<MemoryConnection> opened() {
    return opened;
  }

  /** The newest connection's end on the opener's side. */
  public MemoryConnection lastOpener() {
    return opened.get(opened.size() - 2);
  }

  public MemoryConnection lastAcceptor() {
    return opened.get(opened.size() - 1);
  }

  /** Bytes in buffers that nobody has released. */
  public long usedBytes() {
    return allocator.metric().usedHeapMemory() + allocator.metric().usedDirectMemory();
  }

  public void unreachable(boolean value) {
    unreachable = value;
  }

  public void windowBytes(int bytes) {
    windowBytes = bytes;
  }

  @Override
  public Listening listen(HostPort address, Acceptor acceptor) throws IOException {
    HostPort bound = address.port() == 0 ? new HostPort(address.host(), nextPort++) : address;
    if (ports.putIfAbsent(bound, acceptor) != null) {
      throw new IOException("cannot listen on " + bound + ": it is in use");
    }
    return new Listening() {
      @Override
      public HostPort address() {
        return bound;
      }

      @Override
      public void close() {
        ports.remove(bound, acceptor);
      }
    };
  }

  @Override
  public void connect(HostPort address, long timeoutNanos, EventLoop loop, Connector connector) {
    loop.schedule(LATENCY_NANOS, () -> {
      Acceptor acceptor = ports.get(address);
      if (acceptor == null || unreachable) {
        connector.failed(new IOException("cannot connect to " + address + ": refused"));
        return;
      }
      MemoryConnection opener = new MemoryConnection(this, loop, address.toString());
      MemoryConnection accepted = new MemoryConnection(this, loops.get(nextLoop++ % loops.size()), "memory:" + opened.size());
      opener.peer(accepted);
      accepted.peer(opener);
      opened.add(opener);
      opened.add(accepted);
      ConnectionHandler handler = connector.connected(opener);
      opener.handler(handler);
      accepted.loop().execute(() -> accepted.handler(acceptor.accepted(accepted)));
    });
  }

  @Override
  public String kind() {
    return "memory";
  }

  @Override
  public void close() {
    for (MemoryConnection connection : List.copyOf(opened)) {
      connection.loop().run(connection::abort);
    }
    ports.clear();
  }
}
