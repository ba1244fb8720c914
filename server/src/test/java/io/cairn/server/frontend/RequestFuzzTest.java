package io.cairn.server.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.cairn.protocol.frame.Frame;
import io.cairn.protocol.frame.FrameChannel;
import io.cairn.protocol.frame.FrameException;
import io.cairn.protocol.frame.FrameKind;
import io.cairn.protocol.fuzz.Bytes;
import io.cairn.protocol.fuzz.Fuzz;
import io.cairn.protocol.fuzz.MessageInputs;
import io.cairn.protocol.link.Handshake;
import io.cairn.protocol.transport.Connection;
import io.cairn.protocol.transport.ConnectionHandler;
import io.cairn.protocol.transport.HostPort;
import io.cairn.protocol.transport.Transport;
import io.cairn.protocol.wire.ChildrenRequest;
import io.cairn.protocol.wire.Command;
import io.cairn.protocol.wire.Delete;
import io.cairn.protocol.wire.DeleteRange;
import io.cairn.protocol.wire.GetRequest;
import io.cairn.protocol.wire.HashRequest;
import io.cairn.protocol.wire.Put;
import io.cairn.protocol.wire.RangeRequest;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import io.cairn.protocol.wire.Role;
import io.cairn.server.testing.Commands;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Whole requests that mean nonsense, to a whole node: each is answered once, and the node goes on. */
class RequestFuzzTest {
  private static final int TOKENS = 300_000;
  private static final int REQUESTS = 40_000;
  private static final int AT_ONCE = 200;
  private static final HostPort PORT = new HostPort("127.0.0.1", 7_101);
  private static final long[] NUMBERS = {0, 0, 0, 1, 2, 3, 7, 40, 1L << 40, Long.MAX_VALUE, -1, Long.MIN_VALUE};
  private static final String[] KEYS = {"", "a", "a/", "a/b", "b", "lz", "m", "m\0", "n/1", "z", "\u00ff"};

  private final ClientFixture node = new ClientFixture();

  /** A client that sends what it likes, and notes what becomes of each of its requests. */
  private final class Stranger implements FrameChannel.Receiver {
    private final TreeMap<Long, Integer> ended = new TreeMap<>();
    private final TreeSet<Long> sent = new TreeSet<>();
    private FrameChannel frames;
    private boolean closed;

    Stranger() {
      node.transport.connect(PORT, 0, node.client, new Transport.Connector() {
        @Override
        public ConnectionHandler connected(Connection connection) {
          frames = new FrameChannel(connection, 8 << 20, Stranger.this);
          frames.send(FrameKind.HELLO, 0, 0, Handshake.hello(Role.CLIENT).build());
          return frames;
        }

        @Override
        public void failed(IOException cause) {
          throw new AssertionError(cause);
        }
      });
      node.loops.run();
    }

    void send(long id, byte[] body) {
      sent.add(id);
      node.client.now(() -> frames.send(FrameKind.REQUEST, 0, id, Unpooled.wrappedBuffer(body)));
    }

    @Override
    public void frame(FrameKind kind, int flags, long requestId, ByteBuf body) throws FrameException {
      if (kind == FrameKind.RESPONSE) {
        Response response = Frame.parse(Response.parser(), body);
        assertThat(response.getError().getMessage()).doesNotContain("Exception", "\n");
        if ((flags & Frame.MORE) == 0) {
          ended.merge(requestId, 1, Integer::sum);
        }
      }
    }

    @Override
    public void turnEnded() {}

    @Override
    public void writable() {}

    @Override
    public void malformed(FrameException cause) {
      throw new AssertionError(cause);
    }

    @Override
    public void closed(Throwable cause) {
      closed = true;
    }

    /** Each once, unless the connection was ended over one that could not be read. */
    void check() {
      assertThat(node.broken).isEmpty();
      assertThat(ended.values()).allMatch(times -> times == 1);
      if (!closed) {
        assertThat(ended.keySet()).isEqualTo(sent);
      }
    }
  }

  @Test
  void requestsThatMeanNonsenseAreEachAnsweredOnceAndTheNodeGoesOn() {
    for (String key : KEYS) {
      if (!key.isEmpty()) {
        assertThat(node.answer(Request.newBuilder().setRemainingMillis(5_000).setCommand(Commands.put(9, 1, key, "v").build().toByteString())))
            .isNotNull();
      }
    }
    var damaged = new MessageInputs(Request.getDefaultInstance());
    Stranger[] stranger = {new Stranger()};
    long[] id = {0};
    Fuzz.run("requests", REQUESTS, new Fuzz.Bound(Long.MAX_VALUE / 2, 0), random -> switch (random.nextInt(4)) {
      case 0 -> Bytes.damaged(request(random).build().toByteArray(), random);
      case 1 -> random.nextInt(20) == 0 ? damaged.next(random) : damaged.sound(random);
      default -> request(random).build().toByteArray();
    }, (input, random) -> {
      stranger[0].send(++id[0], input);
      if (id[0] % AT_ONCE == 0 || stranger[0].closed) {
        node.loops.advance(6_000 * ClientFixture.MILLI);
      } else {
        node.loops.run();
      }
      if (stranger[0].closed) {
        stranger[0].check();
        stranger[0] = new Stranger();
      }
      return !stranger[0].sent.isEmpty();
    });
    node.loops.advance(3_700_000 * ClientFixture.MILLI);
    stranger[0].check();
    assertThat(node.service.inflightBytes()).as("room that was not given back").isZero();
    assertThat(node.service.outboundBytes()).isZero();
    assertThat(node.answer(Request.newBuilder().setRemainingMillis(5_000).setGet(GetRequest.newBuilder().setKey(utf8("a")))).hasGet()).isTrue();
  }

  private static ByteString utf8(String text) {
    return ByteString.copyFromUtf8(text);
  }

  private static ByteString key(SplittableRandom random) {
    return random.nextInt(8) == 0 ? ByteString.copyFrom(Bytes.random(random, 6)) : utf8(KEYS[random.nextInt(KEYS.length)]);
  }

  private static long number(SplittableRandom random) {
    return random.nextInt(8) == 0 ? random.nextLong() >>> random.nextInt(64) : NUMBERS[random.nextInt(NUMBERS.length)];
  }

  /** Fields that belong together, each at any value. */
  private static Request.Builder request(SplittableRandom random) {
    Request.Builder request = Request.newBuilder().setRemainingMillis(random.nextInt(30) == 0 ? (int) number(random) : 1 + random.nextInt(5_000));
    if (random.nextInt(3) == 0) {
      request.setConsistencyValue(random.nextInt(4)).setAtLeast(number(random)).setSeen(number(random));
    }
    if (random.nextInt(10) == 0) {
      request.setKeyspace((int) number(random)).setShard((int) number(random)).setShardEpoch(number(random));
    }
    switch (random.nextInt(6)) {
      case 0 -> request.setGet(GetRequest.newBuilder().setKey(key(random)).setRevision(number(random)));
      case 1, 2 -> request.setRange(RangeRequest.newBuilder().setStart(key(random)).setEnd(random.nextBoolean() ? key(random) : ByteString.EMPTY)
          .setEndOpen(random.nextBoolean()).setRevision(number(random)).setLimit(number(random)).setBytesLimit(number(random))
          .setKeysOnly(random.nextBoolean()).setCountOnly(random.nextBoolean()).setReverse(random.nextBoolean()).setResume(token(random)));
      case 3 -> request.setChildren(ChildrenRequest.newBuilder().setPrefix(key(random)).setDelimiter(random.nextBoolean() ? utf8("/") : key(random))
          .setRevision(number(random)).setLimit(number(random)).setResume(token(random)));
      case 4 -> request.setHash(HashRequest.newBuilder().setShard(random.nextInt(4)).setRevision(number(random)));
      default -> request.setCommand(command(random).build().toByteString());
    }
    return request;
  }

  private static Command.Builder command(SplittableRandom random) {
    Command.Builder command = Command.newBuilder().setClientHigh(random.nextInt(3)).setClientLow(random.nextInt(3)).setKeyspace(1)
        .setSequence(random.nextInt(4) == 0 ? number(random) : 1 + random.nextInt(500)).setLowestOpen(random.nextInt(4) == 0 ? number(random) : 1)
        .setSeen(random.nextInt(4) == 0 ? number(random) : 0);
    return switch (random.nextInt(4)) {
      case 0 -> command.setPut(Put.newBuilder().setKey(key(random)).setValue(ByteString.copyFrom(Bytes.random(random, 50)))
          .setPrevious(random.nextBoolean()).setLease(random.nextInt(4) == 0 ? number(random) : 0));
      case 1 -> command.setDelete(Delete.newBuilder().setKey(key(random)).setPrevious(random.nextBoolean()));
      case 2 -> command.setDeleteRange(DeleteRange.newBuilder().setStart(key(random)).setEnd(key(random)).setEndOpen(random.nextBoolean()));
      default -> command;
    };
  }

  /** Whole ones that somebody made up, and pieces of them. */
  private static ByteString token(SplittableRandom random) {
    if (random.nextBoolean()) {
      return ByteString.EMPTY;
    }
    byte[] position = Bytes.joined(new byte[] {(byte) random.nextInt(3)}, key(random).toByteArray());
    byte[] whole = new ResumeToken(random.nextBoolean(), random.nextInt(3) == 0, number(random), position).encode().toByteArray();
    return ByteString.copyFrom(random.nextInt(3) == 0 ? Bytes.damaged(whole, random) : whole);
  }

  @Test
  void tokensThatWereCutChangedOrMadeUpAreTakenOrRefusedAndAllocateWhatTheyPaidFor() {
    Fuzz.Outcome outcome = Fuzz.run("resume tokens", TOKENS, new Fuzz.Bound(4_000, 8), random -> random.nextInt(8) == 0
        ? Bytes.random(random, 200) : token(random).toByteArray(), (input, random) -> {
          ResumeToken.Decoded decoded = ResumeToken.decode(ByteString.copyFrom(input));
          assertThat(decoded.token() == null).isNotEqualTo(decoded.refusal() == null);
          return decoded.token() != null;
        });
    assertThat(outcome.taken()).isGreaterThan(TOKENS / 20);
    assertThat(outcome.refused()).isGreaterThan(TOKENS / 20);
  }
}
