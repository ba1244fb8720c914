package io.cairn.protocol.frame;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Writes frames into buffers that have the room for them. Belongs to one loop. */
public final class FrameEncoder {

  /** Messages up to this size are written to an array first, which costs less than protobuf's way into direct memory. */
  private static final int SCRATCH_BYTES = 4 << 10;

  private final CRC32C crc = new CRC32C();
  private final byte[] scratch = new byte[SCRATCH_BYTES];

  /** The bytes of a frame whose body has {@code bodyBytes}. */
  public static int frameBytes(int bodyBytes) {
    return Frame.HEADER_BYTES + bodyBytes;
  }

  /** Appends a frame; {@code body} is null for none, and {@code bodyBytes} is its serialized size. */
  public void encode(ByteBuf out, FrameKind kind, int flags, long requestId, MessageLite body, int bodyBytes) {
    int start = header(out, kind, flags, requestId, bodyBytes);
    if (bodyBytes > 0) {
      serialize(body, bodyBytes, out);
    }
    seal(out, start);
  }

  /** Appends a frame with a copy of the body's readable bytes. */
  public void encode(ByteBuf out, FrameKind kind, int flags, long requestId, ByteBuf body) {
    int start = header(out, kind, flags, requestId, body.readableBytes());
    out.writeBytes(body, body.readerIndex(), body.readableBytes());
    seal(out, start);
  }

  /** Appends the header alone of a frame whose body travels in a buffer of its own, and is not copied. */
  void encodeHeader(ByteBuf out, FrameKind kind, int flags, long requestId, ByteBuf body) {
    int start = header(out, kind, flags, requestId, body.readableBytes());
    crc.reset();
    update(crc, out, start + Frame.KIND_OFFSET, Frame.HEADER_BYTES - Frame.KIND_OFFSET);
    update(crc, body, body.readerIndex(), body.readableBytes());
    out.setInt(start + Frame.CRC_OFFSET, (int) crc.getValue());
  }

  /** Appends the message's bytes alone. */
  void serialize(MessageLite body, int bodyBytes, ByteBuf out) {
    int at = out.writerIndex();
    out.ensureWritable(bodyBytes);
    boolean small = bodyBytes <= SCRATCH_BYTES;
    CodedOutputStream output = small ? CodedOutputStream.newInstance(scratch, 0, bodyBytes)
        : out.hasArray() ? CodedOutputStream.newInstance(out.array(), out.arrayOffset() + at, bodyBytes)
        : CodedOutputStream.newInstance(out.internalNioBuffer(at, bodyBytes));
    try {
      body.writeTo(output);
      output.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // A message that grew after its size was taken: it was not immutable.
    }
    output.checkNoSpaceLeft();
    if (small) {
      out.writeBytes(scratch, 0, bodyBytes);
    } else {
      out.writerIndex(at + bodyBytes);
    }
  }

  private static int header(ByteBuf out, FrameKind kind, int flags, long requestId, int bodyBytes) {
    int start = out.writerIndex();
    out.writeInt(Frame.LENGTH_MIN + bodyBytes);
    out.writeInt(0);
    out.writeByte(kind.code());
    out.writeByte(flags);
    out.writeShort(0);
    out.writeLong(requestId);
    return start;
  }

  private void seal(ByteBuf out, int start) {
    crc.reset();
    update(crc, out, start + Frame.KIND_OFFSET, out.writerIndex() - start - Frame.KIND_OFFSET);
    out.setInt(start + Frame.CRC_OFFSET, (int) crc.getValue());
  }

  /** Adds bytes to a checksum where they lie: the JDK's intrinsic reads arrays and direct memory alike. */
  static void update(CRC32C crc, ByteBuf bytes, int index, int length) {
    if (bytes.hasArray()) {
      crc.update(bytes.array(), bytes.arrayOffset() + index, length);
    } else if (bytes.nioBufferCount() == 1) {
      crc.update(bytes.internalNioBuffer(index, length));
    } else {
      for (ByteBuffer part : bytes.nioBuffers(index, length)) {
        crc.update(part);
      }
    }
  }
}
