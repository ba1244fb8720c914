package io.cairn.protocol.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Message;
import io.cairn.protocol.fuzz.Bytes;
import io.cairn.protocol.fuzz.Fuzz;
import io.cairn.protocol.fuzz.MessageInputs;
import io.cairn.protocol.wire.Command;
import io.cairn.protocol.wire.GoAway;
import io.cairn.protocol.wire.HandshakeRefused;
import io.cairn.protocol.wire.Hello;
import io.cairn.protocol.wire.PeerRequest;
import io.cairn.protocol.wire.PeerResponse;
import io.cairn.protocol.wire.RaftBatch;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import io.cairn.protocol.wire.Welcome;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Two million inputs for the frame decoder and for every message that comes over a socket. */
class FrameFuzzTest {

  private static final int STREAMS = 1_000_000;
  private static final int BODIES = 1_000_000;
  private static final int LIMIT = 4_096;

  private static final List<Message> MESSAGES = List.of(Hello.getDefaultInstance(), Welcome.getDefaultInstance(),
      HandshakeRefused.getDefaultInstance(), GoAway.getDefaultInstance(), Request.getDefaultInstance(), Command.getDefaultInstance(),
      Response.getDefaultInstance(), RaftBatch.getDefaultInstance(), PeerRequest.getDefaultInstance(), PeerResponse.getDefaultInstance());

  /** A frame of 20 bytes is handed out as a slice; what is cut in two is copied, at most twice over by the doubling of its buffer. */
  private static final Fuzz.Bound STREAM_BOUND = new Fuzz.Bound(6_000, 8);

  /** What a stranger may send: the body is copied once, nothing is multiplied, and a refusal may have a hundred calls in its trace. */
  private static final Fuzz.Bound STRANGERS_BOUND = new Fuzz.Bound(30_000, 4);

  /** What the cluster's own nodes send: two bytes in a list may be an empty message, so an object, what builds it, and its place there. */
  private static final Fuzz.Bound NODES_BOUND = new Fuzz.Bound(30_000, 250);
  private static final Set<Class<?>> FROM_NODES = Set.of(Response.class, RaftBatch.class, PeerRequest.class, PeerResponse.class);

  private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);
  private final Map<FrameException.Fault, Integer> seen = new EnumMap<>(FrameException.Fault.class);
  private long frames;

  @Test
  void streamsOfDamagedFramesGiveFramesOrFrameExceptionsAndAllocateWhatTheyPaidFor() {
    Fuzz.Outcome outcome = Fuzz.run("frames", STREAMS, STREAM_BOUND, FrameFuzzTest::damagedStream, this::readStream);

    assertThat(allocator.metric().usedHeapMemory()).as("bytes that leaked").isZero();
    assertThat(frames).as("whole frames among the damaged ones").isGreaterThan(STREAMS / 4);
    assertThat(outcome.refused()).isGreaterThan(STREAMS / 10);
    assertThat(seen.keySet()).as("faults that were met: the generator reaches every check").contains(FrameException.Fault.CHECKSUM,
        FrameException.Fault.TOO_LARGE, FrameException.Fault.TOO_SHORT, FrameException.Fault.KIND, FrameException.Fault.FLAGS,
        FrameException.Fault.RESERVED, FrameException.Fault.PIECES);
  }

  private boolean readStream(byte[] input, SplittableRandom random) {
    ByteBuf stream = Unpooled.wrappedBuffer(input);
    FrameDecoder decoder = new FrameDecoder(allocator, LIMIT);
    PieceAssembler assembler = new PieceAssembler(allocator, LIMIT, (kind, flags, id, body) -> frames++);
    FrameDecoder.Sink sink = assembler::frame;
    try {
      while (stream.isReadable()) {
        decoder.decode(stream.readSlice(1 + random.nextInt(stream.readableBytes())), sink);
      }
      return true;
    } catch (FrameException e) {
      seen.merge(e.fault(), 1, Integer::sum);
      return false;
    } finally {
      decoder.close();
      assembler.close();
    }
  }

  @Test
  void damagedMessagesAreReadOrRefusedAndAllocateWhatTheyPaidFor() {
    for (Message prototype : MESSAGES) {
      int inputs = BODIES / MESSAGES.size();
      Fuzz.Outcome outcome = Fuzz.run(prototype.getDescriptorForType().getName(), inputs, bound(prototype), new MessageInputs(prototype),
          (input, random) -> readBody(prototype, input));
      assertThat(outcome.taken()).isGreaterThan(inputs / 20);
      assertThat(outcome.refused()).isGreaterThan(inputs / 20);
    }
  }

  private static Fuzz.Bound bound(Message prototype) {
    return FROM_NODES.contains(prototype.getClass()) ? NODES_BOUND : STRANGERS_BOUND;
  }

  private static boolean readBody(Message prototype, byte[] input) {
    try {
      Frame.parse(prototype.getParserForType(), Unpooled.wrappedBuffer(input));
      return true;
    } catch (FrameException e) {
      assertThat(e.fault()).isEqualTo(FrameException.Fault.BODY);
      return false;
    }
  }

  @Test
  void aWholeFrameOfFieldsThatNobodyKnowsCostsItsReaderNoMoreThanItsBytes() {
    byte[] flood = new byte[1 << 20];
    int end = 0;
    while (end < flood.length - 12) {
      end = Bytes.varint(flood, end, 1_000L + end << 3);
      flood[end++] = 1;
    }
    byte[] trimmed = Arrays.copyOf(flood, end);
    for (Message prototype : MESSAGES) {
      Fuzz.Outcome read = Fuzz.run("unknown fields of " + prototype.getDescriptorForType().getName(), 1, new Fuzz.Bound(10_000, 2),
          random -> trimmed, (input, random) -> readBody(prototype, input));
      assertThat(read.taken()).isEqualTo(1);
    }
  }

  @Test
  void everyMessageIsReadBackAsItWas() throws FrameException {
    for (int number = 0; number < 20_000; number++) {
      SplittableRandom random = new SplittableRandom(number);
      Message message = MessageInputs.message(MESSAGES.get(number % MESSAGES.size()), random);
      int size = message.getSerializedSize();
      ByteBuf out = random.nextBoolean() ? Unpooled.buffer(16) : Unpooled.directBuffer(16);
      new FrameEncoder().encode(out, FrameKind.REQUEST, 0, number, message, size);
      Message[] back = new Message[1];
      new FrameDecoder(UnpooledByteBufAllocator.DEFAULT, Frame.FRAME_BYTES_MAX)
          .decode(out, (kind, flags, id, body) -> back[0] = Frame.parse(message.getParserForType(), body));
      assertThat(back[0]).as("input %d", number).isEqualTo(message);
      out.release();
    }
  }

  @Test
  void aStreamThatIsCutAtAnyByteGivesTheFramesBeforeTheCutAndTheRestWhenItComes() throws FrameException {
    List<Integer> ends = new ArrayList<>();
    ByteBuf whole = Unpooled.buffer();
    FrameEncoder encoder = new FrameEncoder();
    int[] flags = {0, Frame.MORE, Frame.PIECE, 0, Frame.PIECE, Frame.LAST_PIECE, 0};
    for (int i = 0; i < flags.length; i++) {
      boolean piece = flags[i] > Frame.MORE;
      encoder.encode(whole, piece ? FrameKind.RESPONSE : FrameKind.PING, flags[i], piece ? 1 : 10 + i,
          Unpooled.wrappedBuffer(new byte[piece ? 700 : 3 * i]));
      if (flags[i] != Frame.PIECE) {
        ends.add(whole.writerIndex());
      }
    }
    for (int cut = 0; cut <= whole.readableBytes(); cut++) {
      int[] got = new int[1];
      FrameDecoder decoder = new FrameDecoder(allocator, LIMIT);
      PieceAssembler assembler = new PieceAssembler(allocator, LIMIT, (kind, flag, id, body) -> got[0]++);
      decoder.decode(whole.slice(0, cut), assembler::frame);
      int at = cut;
      assertThat(got[0]).as("whole before byte %d", cut).isEqualTo((int) ends.stream().filter(end -> end <= at).count());
      if (cut % 2 == 0) {
        decoder.decode(whole.slice(cut, whole.readableBytes() - cut), assembler::frame);
        assertThat(got[0]).as("whole after the rest has come").isEqualTo(ends.size());
      }
      decoder.close();
      assembler.close();
      assertThat(allocator.metric().usedHeapMemory()).as("held after the end at byte %d", cut).isZero();
    }
  }

  @Test
  void aFirstPieceCostsWhatItBroughtHoweverLargeItsWholeMayBecome() throws FrameException {
    PieceAssembler assembler = new PieceAssembler(allocator, Frame.FRAME_BYTES_MAX, (kind, flags, id, body) -> { });
    assembler.frame(FrameKind.REQUEST, Frame.PIECE, 1, Unpooled.wrappedBuffer(new byte[1]));
    assertThat(allocator.metric().usedHeapMemory()).isLessThanOrEqualTo(512);
    assembler.close();
  }

  @Test
  void theKitSeesAReaderThatAllocatesByAPromiseAndOneThatThrowsSomethingElse() {
    Fuzz.Bound bound = new Fuzz.Bound(1_000, 2);
    assertThatThrownBy(() -> Fuzz.run("a promise", 1, bound, random -> new byte[4], (input, random) -> new byte[1 << 20].length > 0))
        .isInstanceOf(AssertionError.class).hasMessageContaining("at most 1008 may be");
    assertThatThrownBy(() -> Fuzz.run("a fault", 1, bound, random -> new byte[0], (input, random) -> input[0] == 0))
        .isInstanceOf(AssertionError.class).hasMessageContaining("seed").hasCauseInstanceOf(ArrayIndexOutOfBoundsException.class);
  }

  /** Some frames, one of which is often wrong in one way: with a right checksum, so that what lies behind it is reached too. */
  private static byte[] damagedStream(SplittableRandom random) {
    ByteBuf stream = Unpooled.buffer(256);
    FrameEncoder encoder = new FrameEncoder();
    int count = 1 + random.nextInt(4);
    for (int i = 0; i < count; i++) {
      FrameKind kind = FrameKind.values()[random.nextInt(FrameKind.values().length)];
      int flags = random.nextInt(3) == 0 ? random.nextInt(8) : random.nextInt(2);
      byte[] bytes = new byte[random.nextInt(20) == 0 ? random.nextInt(6_000) : random.nextInt(80)];
      int start = stream.writerIndex();
      encoder.encode(stream, kind, flags, random.nextInt(3), Unpooled.wrappedBuffer(bytes));
      if (random.nextInt(4) == 0) {
        damageHeader(stream, start, random);
      }
    }
    byte[] bytes = Arrays.copyOf(stream.array(), stream.writerIndex());
    return random.nextInt(4) == 0 ? Bytes.damaged(bytes, random) : bytes;
  }

  private static void damageHeader(ByteBuf stream, int start, SplittableRandom random) {
    switch (random.nextInt(6)) {
      case 0 -> stream.setByte(start + 8, random.nextInt(256));
      case 1 -> stream.setByte(start + 9, random.nextInt(256));
      case 2 -> stream.setShort(start + 10, random.nextInt(3));
      case 3 -> stream.setInt(start, Integer.MAX_VALUE - random.nextInt(8));
      case 4 -> stream.setInt(start, LIMIT - random.nextInt(3) + 1);
      default -> stream.setInt(start, random.nextInt(40) - 10);
    }
    java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
    FrameEncoder.update(crc, stream, start + 8, stream.writerIndex() - start - 8);
    stream.setInt(start + 4, (int) crc.getValue());
  }
}
