package io.cairn.protocol.testing;

import io.cairn.platform.Clock;
import io.cairn.platform.JdkClock;
import io.cairn.platform.JdkRandomSource;
import io.cairn.protocol.transport.HostPort;
import io.cairn.protocol.transport.Transport;
import io.cairn.protocol.transport.netty.NettyTransport;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A transport with the clock it runs by, and how to wait in it: what the same test needs on sockets and in memory. */
public interface World extends AutoCloseable {

  Transport transport();

  Clock clock();

  HostPort anyPort();

  /** Waits until the condition, which is looked at on the first loop, is true. */
  void until(BooleanSupplier condition);

  /** Runs a task on the first loop, and waits for its end. */
  default void onLoop(Runnable task) {
    until(() -> {
      task.run();
      return true;
    });
  }

  /** Ends everything, and fails when a buffer was not released or something was thrown on a loop. */
  @Override
  void close();

  static World memory(long seed) {
    return new Memory(seed);
  }

  static World sockets(NettyTransport.Native sockets) {
    return new Sockets(sockets);
  }

  /** In virtual time. */
  final class Memory implements World {
    public final VirtualTime time = new VirtualTime();
    public final MemoryTransport transport;

    Memory(long seed) {
      transport = new MemoryTransport(time, new JdkRandomSource(seed), 2);
    }

    @Override
    public Transport transport() {
      return transport;
    }

    @Override
    public Clock clock() {
      return time;
    }

    @Override
    public HostPort anyPort() {
      return new HostPort("memory", 0);
    }

    @Override
    public void until(BooleanSupplier condition) {
      time.until(condition);
    }

    @Override
    public void onLoop(Runnable task) {
      boolean[] done = new boolean[1];
      transport.loops().get(0).execute(() -> {
        task.run();
        done[0] = true;
      });
      time.until(() -> done[0]);
    }

    @Override
    public void close() {
      transport.close();
      time.advance(10_000_000_000L);
      if (transport.usedBytes() != 0) {
        throw new AssertionError(transport.usedBytes() + " bytes of buffers were not released");
      }
    }
  }

  /** On loopback. */
  final class Sockets implements World {
    public final NettyTransport transport;
    private final Queue<Throwable> uncaught = new ConcurrentLinkedQueue<>();

    Sockets(NettyTransport.Native sockets) {
      transport = new NettyTransport("test-net", 2, uncaught::add, sockets);
    }

    @Override
    public Transport transport() {
      return transport;
    }

    @Override
    public Clock clock() {
      return new JdkClock();
    }

    @Override
    public HostPort anyPort() {
      return new HostPort("127.0.0.1", 0);
    }

    /** What was thrown on a loop; taken out, so that it does not fail the test. */
    public Throwable takeUncaught() {
      return uncaught.poll();
    }

    @Override
    public void until(BooleanSupplier condition) {
      CompletableFuture<Void> met = new CompletableFuture<>();
      transport.loops().get(0).execute(() -> look(condition, met));
      try {
        met.get(20, TimeUnit.SECONDS);
      } catch (Exception e) {
        AssertionError failure = new AssertionError("the condition never came true: " + e + "; thrown on loops: " + uncaught, e);
        throw e.getCause() instanceof AssertionError inner ? inner : failure;
      }
    }

    private void look(BooleanSupplier condition, CompletableFuture<Void> met) {
      try {
        if (condition.getAsBoolean()) {
          met.complete(null);
        } else {
          transport.loops().get(0).schedule(1_000_000, () -> look(condition, met));
        }
      } catch (Throwable e) {
        met.completeExceptionally(e);
      }
    }

    @Override
    public void close() {
      transport.close();
      if (!uncaught.isEmpty()) {
        throw new AssertionError("thrown on a loop: " + uncaught, uncaught.peek());
      }
      if (transport.pinnedBytes() != 0) {
        throw new AssertionError(transport.pinnedBytes() + " bytes of buffers were not released");
      }
    }
  }
}
