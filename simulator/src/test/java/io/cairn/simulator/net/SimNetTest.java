package io.cairn.simulator.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.platform.EventLoop;
import io.cairn.protocol.transport.Connection;
import io.cairn.protocol.transport.ConnectionHandler;
import io.cairn.protocol.transport.HostPort;
import io.cairn.protocol.transport.Transport;
import io.cairn.simulator.SimMachine;
import io.cairn.simulator.SimWorld;
import io.cairn.simulator.disk.CrashLoss;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The faults of the simulated network, and that they are what the documentation says (TI-04). */
class SimNetTest {
  private static final long SECOND = 1_000_000_000L;
  private static final HostPort PORT = new HostPort("n2", 7001);

  private SimWorld world;
  private SimMachine near;
  private SimMachine far;
  private SimTransport nearTransport;
  private RecordingHandler client;
  private RecordingHandler server;
  private IOException failure;

  @BeforeEach
  void twoHosts() throws IOException {
    start(new SimWorld(21));
  }

  private void start(SimWorld fresh) throws IOException {
    world = fresh;
    near = world.machine("n1");
    far = world.machine("n2");
    near.boot();
    nearTransport = near.transport(1);
    bootFar();
    connect(SECOND);
    world.runFor(SECOND / 10);
  }

  private void bootFar() throws IOException {
    far.boot();
    far.transport(1).listen(PORT, connection -> server = new RecordingHandler(connection));
  }

  private void connect(long timeoutNanos) {
    nearTransport.connect(PORT, timeoutNanos, nearTransport.loops().getFirst(), new Transport.Connector() {
      @Override
      public ConnectionHandler connected(Connection connection) {
        return client = new RecordingHandler(connection);
      }

      @Override
      public void failed(IOException cause) {
        failure = cause;
      }
    });
  }

  private static void send(RecordingHandler from, String text) {
    Connection connection = from.connection;
    connection.loop().execute(() -> {
      connection.write(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8));
      connection.flush();
    });
  }

  private String received(RecordingHandler by) {
    var bytes = by.expect(0);
    world.runFor(SECOND / 100);
    return new String(bytes.join(), StandardCharsets.UTF_8);
  }

  @Test
  void cutLinkSwallowsOneDirection_whileTheOtherGoesOn_andDeliversAfterTheHeal() {
    world.net().cut("n1", "n2");
    send(client, "lost for now,");
    send(server, "still comes");
    world.runFor(10 * SECOND);

    assertThat(received(server)).isEmpty();
    assertThat(received(client)).isEqualTo("still comes");
    assertThat(client.closed).isNotDone();

    send(client, " and in order");
    world.net().heal();
    world.runFor(SECOND);
    assertThat(received(server)).isEqualTo("lost for now, and in order");
  }

  @Test
  void bytesSentAroundAHealNeverOvertakeThoseHeldBefore() throws IOException {
    for (long seed = 0; seed < 100; seed++) {
      start(new SimWorld(seed));
      StringBuilder sent = new StringBuilder();
      for (int i = 0; i < 20; i++) {
        sent.append(i).append(';');
        send(client, i + ";");
        if (i == 5) {
          world.net().partition(List.of("n1"), List.of("n2"));
        } else if (i == 12) {
          world.net().heal();
        }
        world.runFor(30_000);
      }
      world.runFor(SECOND);
      assertThat(received(server)).isEqualTo(sent.toString());
    }
  }

  @Test
  void killedProcessResetsItsConnections_atTheOtherSide() {
    far.kill();
    world.runFor(SECOND);

    assertThat(client.closed.join()).isInstanceOf(IOException.class).hasMessageContaining("reset by n2");
    assertThat(server.closed).as("the dead hear nothing").isNotDone();
  }

  @Test
  void machineWithoutPowerSaysNothing_untilItIsBackAndAsked() throws IOException {
    far.losePower(CrashLoss.DRAWN);
    send(client, "hello?");
    world.runFor(60 * SECOND);
    assertThat(client.closed).as("half-open").isNotDone();

    bootFar();
    world.runFor(SECOND);
    assertThat(client.closed).isNotDone();
    send(client, "hello?");
    world.runFor(SECOND);
    assertThat(client.closed.join()).isInstanceOf(IOException.class).hasMessageContaining("reset by n2");
  }

  @Test
  void connectingIsRefusedWithoutAProcess_andTimesOutWithoutPowerOrWay() throws IOException {
    far.kill();
    connect(SECOND);
    world.runFor(2 * SECOND);
    assertThat(failure).hasMessageContaining("refused: n2:7001");

    failure = null;
    bootFar();
    far.losePower(CrashLoss.ALL);
    connect(SECOND);
    world.runFor(SECOND / 2);
    assertThat(failure).isNull();
    world.runFor(SECOND);
    assertThat(failure).hasMessageContaining("no answer from n2:7001");

    failure = null;
    bootFar();
    server = null;
    world.net().cut("n2", "n1");
    connect(SECOND);
    world.runFor(2 * SECOND);
    assertThat(failure).as("the answer does not come back").hasMessageContaining("no answer");
    assertThat(server).as("though the other side has accepted").isNotNull();
  }

  @Test
  void lostPieceResetsTheConnection_andNothingAfterItArrives() throws IOException {
    int resets = 0;
    for (long seed = 0; seed < 50; seed++) {
      start(new SimWorld(seed));
      world.net().settings("n1", "n2", LinkSettings.LAN.withResets(0.05));
      StringBuilder sent = new StringBuilder();
      for (int i = 0; i < 20; i++) {
        sent.append(i).append(';');
        send(client, i + ";");
        world.runFor(100_000);
      }
      world.runFor(SECOND);
      if (client.closed.isDone()) {
        resets++;
        assertThat(client.closed.join()).hasMessageContaining("reset");
        assertThat(server.closed.join()).hasMessageContaining("reset");
      } else {
        assertThat(received(server)).isEqualTo(sent.toString());
      }
    }
    assertThat(resets).isBetween(15, 49);
  }

  @Test
  void whatAProcessSentAheadOfItsDeathWasNeverSent() {
    EventLoop loop = client.connection.loop();
    loop.execute(() -> {
      world.scheduler().elapse(SECOND);
      client.connection.write(Unpooled.copiedBuffer("after a second", StandardCharsets.UTF_8));
      client.connection.flush();
    });
    world.runFor(SECOND / 2);
    near.kill();
    world.runFor(10 * SECOND);

    assertThat(server.closed.join()).hasMessageContaining("reset by n1");
    assertThat(server.expect(0)).satisfies(bytes -> {
      world.runFor(SECOND);
      assertThat(bytes.join()).isEmpty();
    });
  }

  @Test
  void bytesAreCutAndJoinedInManyWays() {
    Set<Integer> lengths = new TreeSet<>();
    world.net().tap((from, to, connection, bytes) -> lengths.add(bytes.length));
    for (int i = 0; i < 200; i++) {
      send(client, "0123456789".repeat(5));
      world.runFor(20_000);
    }

    assertThat(lengths).hasSizeGreaterThan(10).contains(50);
  }

  @Test
  @DisplayName("A-10 bytes kept without retaining them read as rubbish after the call")
  void receivedBytesAreOverwrittenAfterTheCall() {
    List<ByteBuf> kept = new ArrayList<>();
    List<ByteBuf> retained = new ArrayList<>();
    far.process().scheduler();
    nearTransport.connect(PORT, SECOND, nearTransport.loops().getFirst(), new Transport.Connector() {
      @Override
      public ConnectionHandler connected(Connection connection) {
        return new ConnectionHandler() {
          @Override
          public void received(ByteBuf bytes) {
            kept.add(Unpooled.wrappedBuffer(bytes.array()));
            if (kept.size() == 1) {
              retained.add(bytes.retain());
            }
          }

          @Override
          public void turnEnded() {}

          @Override
          public void writable() {}

          @Override
          public void closed(Throwable cause) {}
        };
      }

      @Override
      public void failed(IOException cause) {
        throw new IllegalStateException(cause);
      }
    });
    world.runFor(SECOND);
    send(server, "a");
    world.runFor(SECOND);
    send(server, "b");
    world.runFor(SECOND);

    assertThat(retained.getFirst().readByte()).as("retained: still there").isEqualTo((byte) 'a');
    assertThat(retained.getFirst().release()).isTrue();
    assertThat(world.net().retainedBuffers()).isEqualTo(1);
    assertThat(kept.getLast().readByte()).as("kept: gone").isEqualTo((byte) 0xDB);
  }

  @Test
  void connectionIsUsedOnItsLoopOnly() {
    assertThatThrownBy(() -> client.connection.flush()).isInstanceOf(IllegalStateException.class).hasMessageContaining("its loop net-0");
  }
}
