package io.cairn.simulator.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.platform.EventLoop;
import io.cairn.protocol.transport.Connection;
import io.cairn.protocol.transport.ConnectionHandler;
import io.cairn.protocol.transport.HostPort;
import io.cairn.protocol.transport.Transport;
import io.cairn.simulator.schedule.SimRandom;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** What the code above the transport relies on, of sockets and of the simulated network alike. */
abstract class TransportContractTest {
  private static final long CONNECT_NANOS = 5_000_000_000L;

  /** One that listens. */
  abstract Transport server();

  /** One that connects. */
  abstract Transport client();

  /** Where {@link #server()} may listen, with port 0. */
  abstract HostPort address();

  /** Lets the world go on until this is done. */
  abstract <T> T await(CompletableFuture<T> future);

  /** Two joined ends. */
  record Joined(RecordingHandler client, RecordingHandler server) {}

  final Joined join() throws IOException {
    CompletableFuture<RecordingHandler> accepted = new CompletableFuture<>();
    Transport.Listening listening = server().listen(address(), connection -> {
      RecordingHandler handler = new RecordingHandler(connection);
      accepted.complete(handler);
      return handler;
    });
    RecordingHandler connected = await(connect(listening.address()));
    return new Joined(connected, await(accepted));
  }

  final CompletableFuture<RecordingHandler> connect(HostPort to) {
    CompletableFuture<RecordingHandler> result = new CompletableFuture<>();
    EventLoop loop = client().loops().getFirst();
    client().connect(to, CONNECT_NANOS, loop, new Transport.Connector() {
      @Override
      public ConnectionHandler connected(Connection connection) {
        RecordingHandler handler = new RecordingHandler(connection);
        if (!loop.inLoop() || connection.loop() != loop || !result.complete(handler)) {
          throw new IllegalStateException("connected twice, or not on its loop");
        }
        return handler;
      }

      @Override
      public void failed(IOException cause) {
        if (!loop.inLoop() || !result.completeExceptionally(cause)) {
          throw new IllegalStateException("failed after an end, or not on its loop");
        }
      }
    });
    return result;
  }

  static byte[] someBytes(int length) {
    byte[] bytes = new byte[length];
    SimRandom random = new SimRandom(length);
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) random.nextLong();
    }
    return bytes;
  }

  static void send(Connection connection, byte[] bytes) {
    connection.loop().execute(() -> {
      for (int from = 0; from < bytes.length; from += 10_000) {
        int length = Math.min(10_000, bytes.length - from);
        connection.write(connection.allocator().buffer(length).writeBytes(bytes, from, length));
      }
      connection.flush();
    });
  }

  @Test
  void bytesArriveInOrderAndComplete_inBothDirections_howeverTheyAreCut() throws IOException {
    Joined joined = join();
    byte[] there = someBytes(1_000_000);
    byte[] back = someBytes(300_001);

    send(joined.client().connection, there);
    send(joined.server().connection, back);

    assertThat(await(joined.server().expect(there.length))).isEqualTo(there);
    assertThat(await(joined.client().expect(back.length))).isEqualTo(back);
  }

  @Test
  void everyTurnOfReceivedBytesHasAnEnd_andAllCallsComeOnTheLoop() throws IOException {
    Joined joined = join();
    send(joined.client().connection, someBytes(500_000));
    await(joined.server().expect(500_000));
    joined.client().connection.loop().execute(joined.client().connection::close);
    await(joined.server().closed);

    List<String> calls = await(joined.server().calls());

    assertThat(calls).containsOnly("received", "turnEnded", "closed");
    assertThat(calls.indexOf("received")).isZero();
    assertThat(calls.lastIndexOf("turnEnded")).isGreaterThan(calls.lastIndexOf("received"));
    assertThat(calls).last().isEqualTo("closed");
  }

  @Test
  void connectionLivesOnALoopOfItsTransport() throws IOException {
    Joined joined = join();

    assertThat(server().loops()).contains(joined.server().connection.loop());
    assertThat(client().loops()).contains(joined.client().connection.loop());
    assertThat(joined.client().connection.remote()).isNotBlank();
  }

  @Test
  void nothingIsSentBeforeAFlush() throws IOException {
    Joined joined = join();
    Connection connection = joined.client().connection;
    CompletableFuture<Long> pending = new CompletableFuture<>();
    connection.loop().execute(() -> {
      connection.write(Unpooled.wrappedBuffer(someBytes(1_000)));
      pending.complete(connection.pendingBytes());
    });

    assertThat(await(pending)).as("bytes written and not taken by the network").isGreaterThanOrEqualTo(1_000);
    connection.loop().execute(connection::flush);
    assertThat(await(joined.server().expect(1_000))).isEqualTo(someBytes(1_000));
  }

  @Test
  void closeEndsAfterWhatWasFlushed_andBothSidesHearOnce() throws IOException {
    Joined joined = join();
    Connection connection = joined.client().connection;
    byte[] last = someBytes(200_000);
    connection.loop().execute(() -> {
      connection.write(Unpooled.wrappedBuffer(last));
      connection.flush();
      connection.close();
      connection.close();
    });

    assertThat(await(joined.server().expect(last.length))).isEqualTo(last);
    assertThat(await(joined.server().closed)).as("an orderly end has no cause").isNull();
    assertThat(await(joined.client().closed)).isNull();
    assertThat(await(joined.client().calls())).containsExactly("closed");
    assertThat(await(joined.server().calls())).containsOnlyOnce("closed");
  }

  @Test
  void writeTakesOverTheBuffer_alsoAfterTheEnd() throws IOException {
    Joined joined = join();
    Connection connection = joined.client().connection;
    ByteBuf before = Unpooled.wrappedBuffer(someBytes(10));
    ByteBuf after = Unpooled.wrappedBuffer(someBytes(10));
    CompletableFuture<Void> written = new CompletableFuture<>();
    connection.loop().execute(() -> {
      connection.write(before);
      connection.flush();
      connection.close();
    });
    await(joined.client().closed);
    connection.loop().execute(() -> {
      connection.write(after);
      connection.flush();
      written.complete(null);
    });
    await(written);

    assertThat(await(joined.server().expect(10))).hasSize(10);
    await(joined.server().closed);
    assertThat(before.refCnt()).isZero();
    assertThat(after.refCnt()).isZero();
    assertThat(await(joined.server().expect(10))).as("nothing is sent once closed").hasSize(10);
  }

  @Test
  void abortEndsAtOnce_alsoWithBytesThatThePeerDoesNotTake() throws IOException {
    Joined joined = join();
    Connection connection = joined.client().connection;
    joined.server().connection.loop().execute(() -> joined.server().connection.pauseReading(true));
    await(joined.server().calls());
    send(connection, someBytes(8_000_000));
    connection.loop().execute(connection::abort);

    await(joined.client().closed);
    joined.server().connection.loop().execute(() -> joined.server().connection.pauseReading(false));
    await(joined.server().closed);
    assertThat(await(joined.client().calls()).stream().filter("closed"::equals)).hasSize(1);
  }

  @Test
  void pausedReaderMakesPendingBytesGrow_andResumingMakesTheSenderWritable() throws IOException {
    Joined joined = join();
    Connection reader = joined.server().connection;
    Connection writer = joined.client().connection;
    byte[] much = someBytes(16_000_000);
    reader.loop().execute(() -> reader.pauseReading(true));
    await(joined.server().calls());
    CompletableFuture<Long> pending = new CompletableFuture<>();
    send(writer, much);
    writer.loop().execute(() -> pending.complete(writer.pendingBytes()));

    assertThat(await(pending)).isGreaterThan(Connection.WRITABLE_HIGH_BYTES);
    assertThat(joined.client().writable).isNotDone();
    reader.loop().execute(() -> reader.pauseReading(false));
    await(joined.client().writable);
    assertThat(Arrays.equals(await(joined.server().expect(much.length)), much)).isTrue();
  }

  @Test
  void connectingToAPortWhereNobodyListens_fails() throws IOException {
    Transport.Listening listening = server().listen(address(), RecordingHandler::new);
    HostPort closedAgain = listening.address();
    listening.close();

    assertThatThrownBy(() -> {
      // A port closed on NIO is free once its loop has turned: a connection or two may still get through, or be reset by that.
      for (int tries = 0; tries < 1_000; tries++) {
        try {
          await(connect(closedAgain));
        } catch (CompletionException e) {
          if (!e.getMessage().contains("reset")) {
            throw e;
          }
        }
      }
    })
        .hasRootCauseInstanceOf(IOException.class)
        .hasStackTraceContaining("refused");
  }

  @Test
  void portInUseIsRefusedByName_andPortZeroPicksAFreeOne() throws IOException {
    Transport.Listening first = server().listen(address(), RecordingHandler::new);

    assertThat(first.address().port()).isPositive();
    assertThat(server().listen(address(), RecordingHandler::new).address().port()).isNotEqualTo(first.address().port());
    assertThatThrownBy(() -> server().listen(first.address(), RecordingHandler::new))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(first.address().toString());
  }

  @Test
  void closingTheTransportClosesItsConnections() throws IOException {
    Joined joined = join();

    client().close();

    await(joined.client().closed);
    await(joined.server().closed);
  }
}
