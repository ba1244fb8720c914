package io.cairn.simulator.net;

import io.cairn.protocol.transport.HostPort;
import io.cairn.protocol.transport.Transport;
import io.cairn.simulator.SimWorld;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;

class SimTransportTest extends TransportContractTest {
  private final SimWorld world = new SimWorld(11);
  private Transport server;
  private Transport client;

  @BeforeEach
  void boot() {
    world.machine("n1").boot();
    world.machine("n2").boot();
    server = world.machines().iterator().next().transport(2);
    client = world.machines().stream().toList().getLast().transport(1);
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
    return new HostPort("n1", 0);
  }

  @Override
  <T> T await(CompletableFuture<T> future) {
    world.runUntil("what the test waits for is done", future::isDone, 60_000_000_000L);
    return future.join();
  }
}
