package io.cairn.protocol.frame;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.cairn.protocol.wire.GoAway;
import io.cairn.protocol.wire.HandshakeRefused;
import io.cairn.protocol.wire.Command;
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
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Seeded: a failure names the number of its input, which alone makes it again. */
class FrameFuzzTest {

  private static final int STREAMS = 120_000;
  private static final int BODIES = 120_000;
  private static final int LIMIT = 4_096;

  private static final List<Message> MESSAGES = List.of(Hello.getDefaultInstance(), Welcome.getDefaultInstance(),
      HandshakeRefused.getDefaultInstance(), GoAway.getDefaultInstance(), Request.getDefaultInstance(), Command.getDefaultInstance(),
      Response.getDefaultInstance(), RaftBatch.getDefaultInstance(), PeerRequest.getDefaultInstance(), PeerResponse.getDefaultInstance());

  @Test
  void streamsOfDamagedFramesGiveFramesOrFrameExceptionsAndNothingElse() {
    UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);
    Map<FrameException.Fault, Integer> seen = new EnumMap<>(FrameException.Fault.class);
    long[] frames = new long[1];
    for (int number = 0; number < STREAMS; number++) {
      SplittableRandom random = new SplittableRandom(number);
      ByteBuf stream = damagedStream(random);
      int streamBytes = stream.readableBytes();
      FrameDecoder decoder = new FrameDecoder(allocator, LIMIT);
      PieceAssembler assembler = new PieceAssembler(allocator, LIMIT, (kind, flags, id, body) -> frames[0]++);
      try {
        while (stream.isReadable()) {
          decoder.decode(stream.readSlice(1 + random.nextInt(stream.readableBytes())), assembler::frame);
          if (decoder.partialBytes() > Math.max(512, 2 * streamBytes)) {
            throw new AssertionError("input " + number + " of " + streamBytes + " bytes made the decoder hold " + decoder.partialBytes());
          }
        }
      } catch (FrameException e) {
        seen.merge(e.fault(), 1, Integer::sum);
      } catch (RuntimeException | Error e) {
        throw new AssertionError("input " + number, e);
      }
      decoder.close();
      assembler.close();
    }
    assertThat(allocator.metric().usedHeapMemory()).as("bytes that leaked").isZero();
    assertThat(frames[0]).as("whole frames among the damaged ones").isGreaterThan(STREAMS / 4);
    assertThat(seen.keySet()).as("faults that were met: the generator reaches every check").contains(FrameException.Fault.CHECKSUM,
        FrameException.Fault.TOO_LARGE, FrameException.Fault.TOO_SHORT, FrameException.Fault.KIND, FrameException.Fault.FLAGS,
        FrameException.Fault.RESERVED, FrameException.Fault.PIECES);
  }

  @Test
  void damagedMessagesAreReadOrRefusedAndNothingElse() {
    int read = 0;
    int refused = 0;
    for (int number = 0; number < BODIES; number++) {
      SplittableRandom random = new SplittableRandom(number);
      Message prototype = MESSAGES.get(number % MESSAGES.size());
      ByteBuf body = Unpooled.wrappedBuffer(randomMessage(prototype, random, 0).toByteArray());
      damage(body, random);
      try {
        Frame.parse(prototype.getParserForType(), random.nextBoolean() ? body : direct(body));
        read++;
      } catch (FrameException e) {
        refused += e.fault() == FrameException.Fault.BODY ? 1 : 0;
      } catch (RuntimeException | Error e) {
        throw new AssertionError("input " + number + " of " + prototype.getDescriptorForType().getName(), e);
      }
    }
    assertThat(read + refused).isEqualTo(BODIES);
    assertThat(read).isGreaterThan(BODIES / 20);
    assertThat(refused).isGreaterThan(BODIES / 20);
  }

  @Test
  void everyMessageIsReadBackAsItWas() throws FrameException {
    for (int number = 0; number < 20_000; number++) {
      SplittableRandom random = new SplittableRandom(number);
      Message message = randomMessage(MESSAGES.get(number % MESSAGES.size()), random, 0);
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

  private static ByteBuf direct(ByteBuf heap) {
    return Unpooled.wrappedBuffer(java.nio.ByteBuffer.allocateDirect(heap.readableBytes())).clear().writeBytes(heap);
  }

  /** Some frames, one of which is often wrong in one way: with a right checksum, so that what lies behind it is reached too. */
  private static ByteBuf damagedStream(SplittableRandom random) {
    ByteBuf stream = Unpooled.buffer();
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
    if (random.nextInt(4) == 0) {
      damage(stream, random);
    }
    return stream;
  }

  private static void damageHeader(ByteBuf stream, int start, SplittableRandom random) {
    switch (random.nextInt(4)) {
      case 0 -> stream.setByte(start + 8, random.nextInt(256));
      case 1 -> stream.setByte(start + 9, random.nextInt(256));
      case 2 -> stream.setShort(start + 10, random.nextInt(3));
      default -> stream.setInt(start, random.nextInt(40) - 10);
    }
    java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
    FrameEncoder.update(crc, stream, start + 8, stream.writerIndex() - start - 8);
    stream.setInt(start + 4, (int) crc.getValue());
  }

  private static void damage(ByteBuf bytes, SplittableRandom random) {
    int times = random.nextInt(4);
    for (int i = 0; i < times && bytes.isReadable(); i++) {
      int at = random.nextInt(bytes.writerIndex());
      switch (random.nextInt(4)) {
        case 0 -> bytes.setByte(at, bytes.getByte(at) ^ 1 << random.nextInt(8));
        case 1 -> bytes.setByte(at, random.nextInt(256));
        case 2 -> bytes.setByte(at, 0xff);
        default -> bytes.writerIndex(at);
      }
    }
  }

  /** A message of the prototype's type with any of its fields filled. */
  private static Message randomMessage(Message prototype, SplittableRandom random, int depth) {
    Message.Builder builder = prototype.newBuilderForType();
    for (FieldDescriptor field : prototype.getDescriptorForType().getFields()) {
      if (random.nextInt(3) == 0) {
        continue;
      }
      if (field.isRepeated()) {
        for (int i = random.nextInt(3); i > 0; i--) {
          builder.addRepeatedField(field, randomValue(field, builder, random, depth));
        }
      } else {
        builder.setField(field, randomValue(field, builder, random, depth));
      }
    }
    return builder.build();
  }

  private static Object randomValue(FieldDescriptor field, Message.Builder parent, SplittableRandom random, int depth) {
    long bits = random.nextLong() >>> random.nextInt(64);
    switch (field.getJavaType()) {
      case INT:
        return (int) bits;
      case LONG:
        return bits;
      case BOOLEAN:
        return random.nextBoolean();
      case STRING:
        return Long.toString(bits, 36);
      case BYTE_STRING:
        byte[] bytes = new byte[random.nextInt(40)];
        random.nextBytes(bytes);
        return ByteString.copyFrom(bytes);
      case ENUM:
        EnumDescriptor type = field.getEnumType();
        return type.getValues().get(random.nextInt(type.getValues().size()));
      case MESSAGE:
        Message child = parent.newBuilderForField(field).getDefaultInstanceForType();
        return depth > 3 ? child : randomMessage(child, random, depth + 1);
      default:
        throw new AssertionError("no value is made for " + field);
    }
  }
}
