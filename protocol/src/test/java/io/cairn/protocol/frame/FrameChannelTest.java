package io.cairn.protocol.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.cairn.platform.EventLoop;
import io.cairn.platform.JdkRandomSource;
import io.cairn.protocol.testing.MemoryTransport;
import io.cairn.protocol.testing.VirtualTime;
import io.cairn.protocol.transport.Connection;
import io.cairn.protocol.transport.ConnectionHandler;
import io.cairn.protocol.transport.HostPort;
import io.cairn.protocol.transport.Transport;
import io.cairn.protocol.wire.SnapshotChunk;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class FrameChannelTest {

  private final VirtualTime time = new VirtualTime();
  private final MemoryTransport transport = new MemoryTransport(time, new JdkRandomSource(7), 2);
  private final EventLoop loop = transport.loops().get(0);
  private final Recorder opener = new Recorder();
  private final Recorder acceptor = new Recorder();

  @BeforeEach
  void connect() throws IOException {
    Transport.Listening listening = transport.listen(new HostPort("memory", 0), acceptor::open);
    transport.connect(listening.address(), 1, loop, new Transport.Connector() {
      @Override
      public ConnectionHandler connected(Connection connection) {
        return opener.open(connection);
      }

      @Override
      public void failed(IOException cause) {
        throw new AssertionError(cause);
      }
    });
    time.until(() -> acceptor.channel != null);
  }

  @AfterEach
  void everyBufferIsReleased() {
    transport.close();
    time.advance(1_000_000_000L);
    assertThat(transport.usedBytes()).isZero();
  }

  @Test
  void framesOfOneTurnLeaveInOneWriteAndArriveInOrder() {
    loop.execute(() -> {
      for (int i = 0; i < 100; i++) {
        opener.channel.send(FrameKind.REQUEST, 0, i, Unpooled.copyInt(i));
      }
    });
    time.until(() -> acceptor.frames.size() == 100);
    assertThat(acceptor.ids()).isSorted().hasSize(100);
    assertThat(acceptor.turns).isEqualTo(1);
  }

  @Test
  void urgentFrameOvertakesTheBulkOfFiveMebibytes() {
    byte[] large = patterned(5 << 20);
    loop.execute(() -> opener.channel.sendBulk(FrameKind.RAFT, 0, 1, Unpooled.wrappedBuffer(large)));
    loop.schedule(100_000, () -> opener.channel.send(FrameKind.RAFT, 0, 1, Unpooled.copyInt(42)));
    time.until(() -> acceptor.frames.size() == 2);
    assertThat(acceptor.frames.get(0).body).isEqualTo(new byte[] {0, 0, 0, 42});
    assertThat(acceptor.frames.get(1).body).isEqualTo(large);
    assertThat(acceptor.frames.get(1).flags).isZero();
  }

  @Test
  void bulkMessagesKeepTheirOrderAndTheirFlags() {
    loop.execute(() -> {
      opener.channel.sendBulk(FrameKind.RESPONSE, Frame.MORE, 9, Unpooled.wrappedBuffer(patterned(300_000)));
      opener.channel.sendBulk(FrameKind.RESPONSE, Frame.MORE, 9, Unpooled.wrappedBuffer(patterned(10)));
      opener.channel.sendBulk(FrameKind.RESPONSE, 0, 9, SnapshotChunk.newBuilder().setData(ByteString.copyFrom(patterned(200_000))).build());
      assertThat(opener.channel.bulkHolds(FrameKind.RESPONSE, 9)).isTrue();
    });
    time.until(() -> acceptor.frames.size() == 3);
    assertThat(acceptor.frames).extracting(frame -> frame.body.length > 100).containsExactly(true, false, true);
    assertThat(acceptor.frames).extracting(Got::flags).containsExactly(Frame.MORE, Frame.MORE, 0);
  }

  @Test
  void bulkWaitsForAFullConnectionAndGoesOnWhenItDrains() {
    loop.execute(() -> {
      transport.lastOpener().stall(true);
      opener.channel.sendBulk(FrameKind.RAFT, 0, 1, Unpooled.wrappedBuffer(patterned(3 << 20)));
    });
    time.advance(1_000_000_000L);
    assertThat(transport.lastOpener().pendingBytes()).isLessThan(Connection.WRITABLE_HIGH_BYTES + 2 * Frame.PIECE_BYTES);
    assertThat(opener.channel.pendingBytes()).isGreaterThan(3 << 20);
    loop.execute(() -> transport.lastOpener().stall(false));
    time.until(() -> acceptor.frames.size() == 1);
    assertThat(opener.channel.pendingBytes()).isZero();
  }

  @Test
  void handedOverTellsWhatMayHaveLeft() {
    loop.execute(() -> {
      transport.lastOpener().stall(true);
      long small = opener.channel.send(FrameKind.REQUEST, 0, 1, Unpooled.copyInt(1));
      long large = opener.channel.sendBulk(FrameKind.REQUEST, 0, 2, Unpooled.wrappedBuffer(patterned(2 << 20)));
      assertThat(opener.channel.handedOver(small)).isFalse();
      opener.channel.flush();
      assertThat(opener.channel.handedOver(small)).isTrue();
      assertThat(opener.channel.handedOver(large)).isFalse();
      assertThat(opener.channel.dropBulk(FrameKind.REQUEST, 2)).as("taken back with pieces of it under way").isFalse();
      long waiting = opener.channel.sendBulk(FrameKind.REQUEST, 0, 3, Unpooled.copyInt(3));
      assertThat(opener.channel.dropBulk(FrameKind.REQUEST, 3)).isTrue();
      transport.lastOpener().reset();
      assertThat(opener.channel.handedOver(large)).isFalse();
      assertThat(opener.channel.handedOver(waiting)).isFalse();
    });
    time.until(() -> opener.closed == 1 && acceptor.closed == 1);
    assertThat(acceptor.frames).isEmpty();
  }

  @Test
  @DisplayName("JV-01: a flipped bit on the way ends the connection and never becomes a message")
  void flippedBitEndsTheConnection() {
    loop.execute(() -> {
      transport.lastOpener().flipBit(2_000);
      opener.channel.send(FrameKind.REQUEST, 0, 1, Unpooled.wrappedBuffer(patterned(1_000)));
      opener.channel.send(FrameKind.REQUEST, 0, 2, Unpooled.wrappedBuffer(patterned(1_000)));
    });
    time.until(() -> acceptor.closed == 1);
    assertThat(acceptor.ids()).containsExactly(1L);
    assertThat(acceptor.malformed.fault()).isEqualTo(FrameException.Fault.CHECKSUM);
  }

  @Test
  @DisplayName("A-10: a body is on loan, its bytes are gone after the call")
  void bodyIsOnLoan() {
    ByteBuf[] kept = new ByteBuf[1];
    acceptor.keep = body -> kept[0] = body;
    loop.execute(() -> opener.channel.send(FrameKind.REQUEST, 0, 1, Unpooled.wrappedBuffer(patterned(100))));
    time.until(() -> kept[0] != null);
    assertThat(kept[0].refCnt()).as("references to a body after its call").isZero();
    assertThatThrownBy(() -> kept[0].readByte()).isInstanceOf(io.netty.util.IllegalReferenceCountException.class);
  }

  @Test
  void bodyOverTheLimitOfTheOtherSideIsRefusedBeforeItIsSent() {
    loop.execute(() -> {
      opener.channel.frameLimits(Frame.FRAME_BYTES_MAX, 70_000);
      assertThat(opener.channel.fits(70_000 - Frame.LENGTH_MIN)).isTrue();
      assertThat(opener.channel.fits(70_001 - Frame.LENGTH_MIN)).isFalse();
      assertThatThrownBy(() -> opener.channel.send(FrameKind.REQUEST, 0, 1, Unpooled.wrappedBuffer(patterned(70_000))))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> opener.channel.sendBulk(FrameKind.REQUEST, 0, 1, Unpooled.wrappedBuffer(patterned(70_000))))
          .isInstanceOf(IllegalArgumentException.class);
    });
    time.advance(1_000_000);
    assertThat(acceptor.frames).isEmpty();
  }

  @Test
  void messageInPiecesOverTheLimitEndsTheConnection() {
    loop.execute(() -> {
      opener.channel.frameLimits(Frame.FRAME_BYTES_MAX, 64 << 20);
      opener.channel.sendBulk(FrameKind.RAFT, 0, 1, Unpooled.wrappedBuffer(patterned(Frame.FRAME_BYTES_MAX)));
    });
    time.until(() -> acceptor.closed == 1);
    assertThat(acceptor.malformed.fault()).isEqualTo(FrameException.Fault.TOO_LARGE);
    assertThat(acceptor.frames).isEmpty();
  }

  @Test
  void lastWordsLeaveBeforeTheEnd() {
    loop.execute(() -> {
      opener.channel.send(FrameKind.GOAWAY, 0, 0, Unpooled.copyInt(5));
      opener.channel.close();
      opener.channel.send(FrameKind.PING, 1);
    });
    time.until(() -> acceptor.closed == 1);
    assertThat(acceptor.frames).extracting(Got::kind).containsExactly(FrameKind.GOAWAY);
  }

  private static byte[] patterned(int length) {
    byte[] bytes = new byte[length];
    new java.util.Random(length).nextBytes(bytes);
    return bytes;
  }

  record Got(FrameKind kind, int flags, long id, byte[] body) {}

  private static final class Recorder implements FrameChannel.Receiver {
    final List<Got> frames = new ArrayList<>();
    FrameChannel channel;
    FrameException malformed;
    java.util.function.Consumer<ByteBuf> keep = body -> { };
    int turns;
    int closed;

    ConnectionHandler open(Connection connection) {
      channel = new FrameChannel(connection, Frame.FRAME_BYTES_MAX, this);
      return channel;
    }

    List<Long> ids() {
      return frames.stream().map(Got::id).toList();
    }

    @Override
    public void frame(FrameKind kind, int flags, long requestId, ByteBuf body) {
      frames.add(new Got(kind, flags, requestId, ByteBufUtil.getBytes(body)));
      keep.accept(body);
    }

    @Override
    public void turnEnded() {
      turns++;
    }

    @Override
    public void writable() {}

    @Override
    public void malformed(FrameException cause) {
      malformed = cause;
    }

    @Override
    public void closed(Throwable cause) {
      closed++;
    }
  }
}
