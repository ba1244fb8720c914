package io.cairn.protocol.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.protocol.frame.FrameException.Fault;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FrameDecoderTest {

  private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);
  private final FrameDecoder decoder = new FrameDecoder(allocator, 1_000);
  private final List<FrameKind> taken = new ArrayList<>();

  @AfterEach
  void nothingIsKept() {
    decoder.close();
    assertThat(allocator.metric().usedHeapMemory()).isZero();
  }

  @Test
  void lengthOverTheLimitIsRefusedBeforeAnythingIsAllocated() {
    ByteBuf header = Unpooled.buffer().writeInt(1_001);
    assertFault(Fault.TOO_LARGE, "a frame of 1001 bytes is over the limit of 1000", header);
    assertThat(allocator.metric().usedHeapMemory()).isZero();
  }

  @Test
  void lengthThatLooksNegativeIsShownAsItIs() {
    assertFault(Fault.TOO_LARGE, "a frame of 4294967295 bytes", Unpooled.buffer().writeInt(-1));
  }

  @Test
  void lengthBelowAHeaderIsRefused() {
    assertFault(Fault.TOO_SHORT, "a frame of 15 bytes cannot be", Unpooled.buffer().writeInt(15));
  }

  @Test
  void anotherProtocolIsNamedByItsFirstLetters() {
    assertFault(Fault.TOO_LARGE, "begins with 'GET '", Unpooled.copiedBuffer("GET / HTTP/1.1\r\n\r\n", StandardCharsets.US_ASCII));
  }

  @Test
  void wrongChecksumIsRefused() {
    assertFault(Fault.CHECKSUM, "has the checksum", frame(bytes -> { }, bytes -> bytes.setByte(19, 0x55)));
  }

  @Test
  void unknownKindIsRefused() {
    assertFault(Fault.KIND, "frame kind 200 is not known here", frame(bytes -> bytes.setByte(8, 200), bytes -> { }));
    assertFault(Fault.KIND, "frame kind 10 is not known here", frame(bytes -> bytes.setByte(8, 10), bytes -> { }));
  }

  @Test
  void unknownFlagIsRefused() {
    assertFault(Fault.FLAGS, "flags 0x80 of a PING frame", frame(bytes -> bytes.setByte(9, 0x80), bytes -> { }));
  }

  @Test
  void reservedBytesMustBeZero() {
    assertFault(Fault.RESERVED, "must be 0, were 258", frame(bytes -> bytes.setShort(10, 258), bytes -> { }));
  }

  @Test
  void promisedLengthCostsNoMoreThanWhatCame() throws FrameException {
    FrameDecoder large = new FrameDecoder(allocator, Frame.FRAME_BYTES_MAX);
    large.decode(Unpooled.buffer().writeInt(Frame.FRAME_BYTES_MAX).writeZero(3_000), this::take);
    assertThat(allocator.metric().usedHeapMemory()).isLessThanOrEqualTo(2 * 3_004);
    large.close();
  }

  @Test
  void decoderClosedByItsSinkReadsNoFurther() throws FrameException {
    ByteBuf two = Unpooled.wrappedBuffer(frame(b -> { }, b -> { }), frame(b -> { }, b -> { }));
    decoder.decode(two, (kind, flags, id, body) -> {
      taken.add(kind);
      decoder.close();
    });
    assertThat(taken).hasSize(1);
  }

  @Test
  void bytesThatAreNoMessageAreRefused() {
    assertThatThrownBy(() -> Frame.parse(io.cairn.protocol.wire.Hello.parser(), Unpooled.buffer().writeByte(0x0f).writeByte(7)))
        .isInstanceOfSatisfying(FrameException.class, e -> assertThat(e.fault()).isEqualTo(Fault.BODY));
  }

  private void take(FrameKind kind, int flags, long id, ByteBuf body) {
    taken.add(kind);
  }

  private void assertFault(Fault fault, String words, ByteBuf bytes) {
    FrameDecoder fresh = new FrameDecoder(allocator, 1_000);
    assertThatThrownBy(() -> fresh.decode(bytes, this::take))
        .isInstanceOfSatisfying(FrameException.class, e -> assertThat(e.fault()).isEqualTo(fault))
        .hasMessageContaining(words);
    assertThat(taken).isEmpty();
  }

  /** A PING whose bytes are changed before and after its checksum is taken. */
  private static ByteBuf frame(Consumer<ByteBuf> before, Consumer<ByteBuf> after) {
    ByteBuf bytes = Unpooled.buffer();
    new FrameEncoder().encode(bytes, FrameKind.PING, 0, 7, Unpooled.EMPTY_BUFFER);
    before.accept(bytes);
    CRC32C crc = new CRC32C();
    crc.update(bytes.nioBuffer(8, bytes.readableBytes() - 8));
    bytes.setInt(4, (int) crc.getValue());
    after.accept(bytes);
    return bytes;
  }
}
