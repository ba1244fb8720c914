package io.cairn.protocol.frame;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class FrameCodecProperties {

  record Sent(FrameKind kind, int flags, long id, byte[] body) {
    boolean same(Sent other) {
      return kind == other.kind && flags == other.flags && id == other.id && Arrays.equals(body, other.body);
    }
  }

  @Property(tries = 300)
  void whatIsEncodedIsDecodedHoweverTheBytesAreCut(@ForAll("frames") List<Sent> frames, @ForAll long cuts, @ForAll boolean direct)
      throws FrameException {
    UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(direct);
    ByteBuf stream = encode(frames, allocator);
    FrameDecoder decoder = new FrameDecoder(allocator, Frame.FRAME_BYTES_MAX);
    List<Sent> decoded = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(cuts);
    while (stream.isReadable()) {
      int most = random.nextInt(4) == 0 ? stream.readableBytes() : Math.min(stream.readableBytes(), 1 + random.nextInt(random.nextBoolean() ? 9 : 20_000));
      decoder.decode(stream.readSlice(most), (kind, flags, id, body) -> decoded.add(new Sent(kind, flags, id, ByteBufUtil.getBytes(body))));
    }
    assertThat(decoded).hasSameSizeAs(frames);
    for (int i = 0; i < frames.size(); i++) {
      assertThat(decoded.get(i).same(frames.get(i))).as("frame %d of %d is what was sent", i, frames.size()).isTrue();
    }
    assertThat(decoder.partialBytes()).isZero();
    decoder.close();
    stream.release();
    assertThat(allocator.metric().usedHeapMemory() + allocator.metric().usedDirectMemory()).isZero();
  }

  @Property(tries = 300)
  void oneFlippedBitIsNeverTakenForAFrame(@ForAll("frame") Sent frame, @ForAll long where) {
    UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);
    ByteBuf stream = encode(List.of(frame), allocator);
    int bit = (int) Math.floorMod(where, stream.readableBytes() * 8L);
    stream.setByte(bit / 8, stream.getByte(bit / 8) ^ 1 << bit % 8);
    FrameDecoder decoder = new FrameDecoder(allocator, Frame.FRAME_BYTES_MAX);
    List<Sent> decoded = new ArrayList<>();
    try {
      decoder.decode(stream, (kind, flags, id, body) -> decoded.add(new Sent(kind, flags, id, new byte[0])));
    } catch (FrameException refused) {
      assertThat(refused.fault()).isIn(FrameException.Fault.CHECKSUM, FrameException.Fault.TOO_LARGE, FrameException.Fault.TOO_SHORT);
    }
    assertThat(decoded).as("frames read from a stream with bit %d flipped", bit).isEmpty();
    decoder.close();
    stream.release();
    assertThat(allocator.metric().usedHeapMemory()).isZero();
  }

  private static ByteBuf encode(List<Sent> frames, UnpooledByteBufAllocator allocator) {
    FrameEncoder encoder = new FrameEncoder();
    ByteBuf stream = allocator.buffer();
    for (Sent frame : frames) {
      ByteBuf body = allocator.buffer(frame.body.length + 1).writeBytes(frame.body);
      encoder.encode(stream, frame.kind, frame.flags, frame.id, body);
      body.release();
    }
    return stream;
  }

  @Provide
  Arbitrary<List<Sent>> frames() {
    return frame().list().ofMaxSize(8);
  }

  @Provide
  Arbitrary<Sent> frame() {
    Arbitrary<byte[]> bodies = Arbitraries.oneOf(
        Arbitraries.bytes().array(byte[].class).ofMaxSize(60),
        Arbitraries.integers().between(0, 90_000).map(FrameCodecProperties::patterned));
    return Combinators.combine(Arbitraries.of(FrameKind.class), Arbitraries.integers().between(0, Frame.FLAGS), Arbitraries.longs(), bodies)
        .as(Sent::new);
  }

  private static byte[] patterned(int length) {
    byte[] bytes = new byte[length];
    new java.util.Random(length).nextBytes(bytes);
    return bytes;
  }
}
