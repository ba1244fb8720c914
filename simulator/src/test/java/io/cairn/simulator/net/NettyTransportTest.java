package io.cairn.simulator.net;

import io.cairn.protocol.transport.HostPort;
import io.cairn.protocol.transport.Transport;
import io.cairn.protocol.transport.netty.NettyTransport;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;

/** The contract over real sockets, by whichever way the machine offers. */
class NettyTransportTest extends TransportContractTest {
  private final AtomicReference<Throwable> uncaught = new AtomicReference<>();
  private final NettyTransport server = new NettyTransport("server", 2, uncaught::set, sockets());
  private final NettyTransport client = new NettyTransport("client", 1, uncaught::set, sockets());

  NettyTransport.Native sockets() {
    return NettyTransport.Native.IF_AVAILABLE;
  }

  @AfterEach
  void close() {
    client.close();
    server.close();
    if (uncaught.get() != null) {
      throw new AssertionError("a handler threw", uncaught.get());
    }
  }

  @Override
  Transport server() {
    return server;
  }

  @Override
  Transport client() {
    return client;
  }

  @Override
  HostPort address() {
    return new HostPort("127.0.0.1", 0);
  }

  /** The bound is for a hang alone; nothing is measured. */
  @Override
  <T> T await(CompletableFuture<T> future) {
    return future.orTimeout(60, TimeUnit.SECONDS).join();
  }
}
