package io.cairn.protocol.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.platform.EventLoop;
import io.cairn.protocol.testing.World;
import io.cairn.protocol.transport.Connection;
import io.cairn.protocol.transport.ConnectionHandler;
import io.cairn.protocol.transport.HostPort;
import io.cairn.protocol.transport.Transport;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NettyTransportTest {

  private static final long SECOND = 1_000_000_000L;
  private World.Sockets world = (World.Sockets) World.sockets(NettyTransport.Native.IF_AVAILABLE);

  @AfterEach
  void close() {
    world.close();
  }

  @ParameterizedTest
  @EnumSource(NettyTransport.Native.class)
  void kindSaysWhatItIsMadeOf(NettyTransport.Native sockets) {
    try (NettyTransport transport = new NettyTransport("kind", 1, e -> { }, sockets)) {
      boolean epoll = sockets == NettyTransport.Native.IF_AVAILABLE && io.netty.channel.epoll.Epoll.isAvailable();
      assertThat(transport.kind()).isEqualTo(epoll ? "epoll" : "nio");
    }
  }

  @Test
  void portInUseIsNamed() throws IOException {
    try (Transport.Listening first = world.transport.listen(world.anyPort(), connection -> new Recorder())) {
      assertThatThrownBy(() -> world.transport.listen(first.address(), connection -> new Recorder()))
          .isInstanceOf(java.net.BindException.class)
          .hasMessage("cannot listen on " + first.address() + ": it is in use by another process");
    }
  }

  @Test
  void addressOfAnotherMachineIsNamed() {
    assertThatThrownBy(() -> world.transport.listen(new HostPort("192.0.2.1", 0), connection -> new Recorder()))
        .hasMessage("cannot listen on 192.0.2.1:0: it is no address of this machine");
    assertThatThrownBy(() -> world.transport.listen(new HostPort("no-such-host.invalid", 0), connection -> new Recorder()))
        .hasMessageContaining("no address is known");
  }

  @Test
  void closedPortCanBeTakenAgainAtOnce() throws IOException {
    HostPort address = world.transport.listen(world.anyPort(), connection -> new Recorder()).address();
    assertThatThrownBy(() -> world.transport.listen(address, connection -> new Recorder())).isInstanceOf(IOException.class);
    world.transport.close();
    world = (World.Sockets) World.sockets(NettyTransport.Native.IF_AVAILABLE);
    world.transport.listen(address, connection -> new Recorder()).close();
  }

  @Test
  void refusedAndUnknownAddressesFailOnce() throws IOException {
    Transport.Listening gone = world.transport.listen(world.anyPort(), connection -> new Recorder());
    gone.close();
    Recorder refused = new Recorder();
    Recorder unknown = new Recorder();
    EventLoop loop = world.transport.loops().get(1);
    world.transport.connect(gone.address(), SECOND, loop, refused);
    world.transport.connect(new HostPort("no-such-host.invalid", 1), SECOND, loop, unknown);
    world.until(() -> refused.failures.size() == 1 && unknown.failures.size() == 1);
    assertThat(refused.failures.peek()).hasMessageContaining("cannot connect to " + gone.address()).hasMessageContaining("refused");
    assertThat(unknown.failures.peek()).hasMessageContaining("no address is known for 'no-such-host.invalid'");
    assertThat(refused.loops).containsExactly(loop.name());
  }

  @Test
  void hostNamesAreLookedUpOffTheLoop() throws IOException {
    try (Transport.Listening port = world.transport.listen(new HostPort("localhost", 0), connection -> new Recorder())) {
      Recorder recorder = new Recorder();
      world.transport.connect(port.address(), SECOND, world.transport.loops().get(0), recorder);
      world.until(() -> recorder.connection != null);
      assertThat(recorder.loops).containsExactly("test-net-0");
    }
  }

  @Test
  void acceptedConnectionsAreSpreadOverTheLoops() throws IOException {
    List<Recorder> accepted = new java.util.concurrent.CopyOnWriteArrayList<>();
    try (Transport.Listening port = world.transport.listen(world.anyPort(), connection -> accept(connection, accepted))) {
      for (int i = 0; i < 6; i++) {
        world.transport.connect(port.address(), SECOND, world.transport.loops().get(0), new Recorder());
      }
      world.until(() -> accepted.size() == 6);
      Set<String> used = new HashSet<>();
      accepted.forEach(each -> used.addAll(each.loops));
      assertThat(used).containsExactlyInAnyOrder("test-net-0", "test-net-1");
    }
  }

  @Test
  void lastWordsReachTheOtherSideThoughItIsStillSending() throws IOException {
    byte[] words = "refused".repeat(1_000).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    Transport.Acceptor refusing = connection -> {
      Recorder recorder = new Recorder();
      recorder.connection = connection;
      recorder.onReceived = () -> {
        connection.write(connection.allocator().buffer().writeBytes(words));
        connection.flush();
        connection.close();
      };
      return recorder;
    };
    try (Transport.Listening port = world.transport.listen(world.anyPort(), refusing)) {
      for (int i = 0; i < 20; i++) {
        Recorder opener = new Recorder();
        opener.onConnected = connection -> {
          connection.write(connection.allocator().buffer().writeZero(1 << 20));
          connection.flush();
        };
        world.transport.connect(port.address(), SECOND, world.transport.loops().get(0), opener);
        world.until(() -> opener.closed == 1);
        assertThat(opener.receivedBytes.get()).isEqualTo(words.length);
      }
    }
  }

  @Test
  void pausedReadingHoldsTheWriterBackAndWritableTellsWhenItGoesOn() throws IOException {
    List<Recorder> accepted = new java.util.concurrent.CopyOnWriteArrayList<>();
    try (Transport.Listening port = world.transport.listen(world.anyPort(), connection -> accept(connection, accepted))) {
      Recorder opener = new Recorder();
      world.transport.connect(port.address(), SECOND, world.transport.loops().get(0), opener);
      world.until(() -> accepted.size() == 1 && opener.connection != null);
      Connection reader = accepted.get(0).connection;
      CountDownLatch paused = new CountDownLatch(1);
      reader.loop().execute(() -> {
        reader.pauseReading(true);
        paused.countDown();
      });
      await(paused);
      int total = 32 << 20;
      world.onLoop(() -> {
        for (int i = 0; i < 32; i++) {
          opener.connection.write(opener.connection.allocator().buffer().writeZero(1 << 20));
        }
        opener.connection.flush();
        assertThat(opener.connection.pendingBytes()).isGreaterThan(Connection.WRITABLE_HIGH_BYTES);
        assertThat(opener.writables).isZero();
      });
      reader.loop().execute(() -> reader.pauseReading(false));
      world.until(() -> opener.writables == 1 && accepted.get(0).receivedBytes.get() == total);
      assertThat(opener.connection.pendingBytes()).isZero();
    }
  }

  @Test
  @DisplayName("JV-05: what a task or a handler throws reaches the owner and is not logged away")
  void uncaughtExceptionsReachTheirHandler() throws IOException {
    EventLoop loop = world.transport.loops().get(1);
    IllegalStateException thrown = new IllegalStateException("of a task");
    loop.execute(() -> {
      throw thrown;
    });
    Throwable[] heard = new Throwable[1];
    world.until(() -> (heard[0] = world.takeUncaught()) != null);
    assertThat(heard[0]).isSameAs(thrown);
    Transport.Acceptor failing = connection -> {
      Recorder recorder = new Recorder();
      recorder.onReceived = () -> {
        throw new StackOverflowError("of a handler");
      };
      return recorder;
    };
    try (Transport.Listening port = world.transport.listen(world.anyPort(), failing)) {
      Recorder opener = new Recorder();
      opener.onConnected = connection -> {
        connection.write(connection.allocator().buffer().writeByte(1));
        connection.flush();
      };
      world.transport.connect(port.address(), SECOND, world.transport.loops().get(0), opener);
      world.until(() -> (heard[0] = world.takeUncaught()) != null);
      world.until(() -> opener.closed == 1);
      assertThat(heard[0]).isInstanceOf(StackOverflowError.class);
    }
  }

  @Test
  @DisplayName("JV-05: what is thrown by whoever hears that a connection failed reaches the owner too")
  void exceptionsOfAFailedConnectReachTheirHandler() throws IOException {
    HostPort nobody;
    try (Transport.Listening port = world.transport.listen(world.anyPort(), connection -> new Recorder())) {
      nobody = port.address();
    }
    IllegalStateException thrown = new IllegalStateException("of a connector");
    world.transport.connect(nobody, SECOND, world.transport.loops().get(0), new Transport.Connector() {
      @Override
      public ConnectionHandler connected(Connection connection) {
        throw new AssertionError("nobody listens there");
      }

      @Override
      public void failed(IOException cause) {
        throw thrown;
      }
    });
    Throwable[] heard = new Throwable[1];
    world.until(() -> (heard[0] = world.takeUncaught()) != null);

    assertThat(heard[0]).isSameAs(thrown);
  }

  @Test
  void loopRunsTasksInOrderAndTimersNotBeforeTheirTime() {
    EventLoop loop = world.transport.loops().get(1);
    List<Integer> order = new java.util.concurrent.CopyOnWriteArrayList<>();
    long[] fired = new long[1];
    long begun = world.clock().nanoTime();
    loop.execute(() -> {
      EventLoop.Timer cancelled = loop.schedule(1_000_000, () -> order.add(-1));
      cancelled.cancel();
      cancelled.cancel();
    });
    loop.schedule(20_000_000, () -> fired[0] = world.clock().nanoTime());
    for (int i = 0; i < 100; i++) {
      int number = i;
      loop.execute(() -> order.add(number));
    }
    world.until(() -> order.size() == 100 && fired[0] != 0);
    assertThat(order).isSorted().doesNotContain(-1);
    assertThat(fired[0] - begun).isGreaterThanOrEqualTo(20_000_000);
  }

  @RepeatedTest(20)
  void closingTellsEveryConnectionOnce() throws IOException {
    List<Recorder> ends = new java.util.concurrent.CopyOnWriteArrayList<>();
    world.transport.listen(world.anyPort(), connection -> accept(connection, ends)).close();
    Transport.Listening port = world.transport.listen(world.anyPort(), connection -> accept(connection, ends));
    for (int i = 0; i < 8; i++) {
      Recorder opener = new Recorder();
      opener.onConnected = connection -> ends.add(opener);
      world.transport.connect(port.address(), SECOND, world.transport.loops().get(i % 2), opener);
    }
    world.until(() -> ends.size() == 16);
    world.transport.close();
    assertThat(ends).extracting(end -> end.closed).containsOnly(1);
  }

  @Test
  void closedTransportDropsTasks() {
    NettyTransport transport = new NettyTransport("closed", 1, e -> { });
    EventLoop loop = transport.loops().get(0);
    transport.close();
    List<String> ran = new ArrayList<>();
    loop.execute(() -> ran.add("task"));
    loop.schedule(1, () -> ran.add("timer")).cancel();
    assertThat(ran).isEmpty();
  }

  private static Recorder accept(Connection connection, List<Recorder> accepted) {
    Recorder recorder = new Recorder();
    recorder.connected(connection);
    accepted.add(recorder);
    return recorder;
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static final class Recorder implements ConnectionHandler, Transport.Connector {
    final ConcurrentLinkedQueue<IOException> failures = new ConcurrentLinkedQueue<>();
    final Set<String> loops = java.util.concurrent.ConcurrentHashMap.newKeySet();
    final AtomicLong receivedBytes = new AtomicLong();
    volatile Connection connection;
    volatile int closed;
    volatile int writables;
    java.util.function.Consumer<Connection> onConnected = opened -> { };
    Runnable onReceived = () -> { };

    @Override
    public ConnectionHandler connected(Connection opened) {
      loops.add(Thread.currentThread().getName());
      connection = opened;
      onConnected.accept(opened);
      return this;
    }

    @Override
    public void failed(IOException cause) {
      loops.add(Thread.currentThread().getName());
      failures.add(cause);
    }

    @Override
    public void received(ByteBuf bytes) {
      receivedBytes.addAndGet(bytes.readableBytes());
      onReceived.run();
    }

    @Override
    public void turnEnded() {}

    @Override
    public void writable() {
      writables++;
    }

    @Override
    public void closed(Throwable cause) {
      closed++;
    }
  }
}
