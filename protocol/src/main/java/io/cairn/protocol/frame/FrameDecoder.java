package io.cairn.protocol.frame;

import io.cairn.protocol.frame.FrameException.Fault;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * Finds the frames in a stream of bytes that comes cut anywhere. Belongs to one loop.
 *
 * <p>A frame that lies whole in what was received is handed out where it lies; only one cut in two is copied together. The
 * memory for that grows with the bytes that have really come, never with what a length field promises: a length over the
 * limit is refused before anything is allocated, and one within it costs at most twice what its sender has paid.
 */
public final class FrameDecoder {

  /** Takes the frames in their order. The body is on loan for the call: copy or retain what must stay. */
  public interface Sink {
    void frame(FrameKind kind, int flags, long requestId, ByteBuf body) throws FrameException;
  }

  private static final int PARTIAL_BYTES_MIN = 512;

  private final ByteBufAllocator allocator;
  private final InboundRoom.Share room;
  private final CRC32C crc = new CRC32C();
  private int frameBytesMax;
  /** The beginning of a frame whose rest has not come; null between frames. */
  private ByteBuf partial;
  private boolean closed;

  /** @param frameBytesMax the largest value of a length field that is taken */
  public FrameDecoder(ByteBufAllocator allocator, int frameBytesMax) {
    this(allocator, frameBytesMax, InboundRoom.UNBOUNDED);
  }

  /** @param room where frames that have not come whole count */
  FrameDecoder(ByteBufAllocator allocator, int frameBytesMax, InboundRoom.Share room) {
    this.allocator = allocator;
    this.room = room;
    frameBytesMax(frameBytesMax);
  }

  /** Holds for lengths read from now on. */
  public void frameBytesMax(int bytes) {
    if (bytes < Frame.LENGTH_MIN) {
      throw new IllegalArgumentException("a frame limit is at least " + Frame.LENGTH_MIN + " bytes, was " + bytes);
    }
    this.frameBytesMax = bytes;
  }

  /**
   * Reads all of {@code in}, and hands each frame that is complete with it to {@code sink}. Stops early when closed meanwhile.
   *
   * @throws FrameException at the first byte that cannot be part of a frame; the decoder takes nothing more after it
   */
  public void decode(ByteBuf in, Sink sink) throws FrameException {
    try {
      while (!closed && in.isReadable()) {
        if (partial == null && in.readableBytes() >= Frame.LENGTH_BYTES) {
          int total = frameBytes(in, in.readerIndex());
          if (in.readableBytes() >= total) {
            int start = in.readerIndex();
            in.skipBytes(total);
            emit(in, start, total, sink);
            continue;
          }
        }
        gather(in, sink);
      }
    } catch (FrameException e) {
      close();
      throw e;
    }
  }

  /** Bytes held of a frame that is not complete. */
  int partialBytes() {
    return partial == null ? 0 : partial.capacity();
  }

  /** Lets go of what was held; later bytes are ignored. */
  public void close() {
    closed = true;
    if (partial != null) {
      letGo(partial);
      partial = null;
    }
  }

  /** Adds to the partial frame what of it has come, and hands it out once complete. */
  private void gather(ByteBuf in, Sink sink) throws FrameException {
    if (partial == null) {
      partial = allocator.buffer(PARTIAL_BYTES_MIN); // So much of each connection is not counted: it comes and goes with every read.
    }
    if (partial.readableBytes() < Frame.LENGTH_BYTES) {
      append(in, Frame.LENGTH_BYTES - partial.readableBytes(), Frame.LENGTH_BYTES);
      if (partial.readableBytes() < Frame.LENGTH_BYTES) {
        return;
      }
    }
    int total = frameBytes(partial, 0);
    append(in, total - partial.readableBytes(), total);
    if (partial.readableBytes() == total) {
      ByteBuf whole = partial;
      partial = null;
      try {
        emit(whole, 0, total, sink);
      } finally {
        letGo(whole);
      }
    }
  }

  private void append(ByteBuf in, int missing, int total) throws FrameException {
    int count = Math.min(missing, in.readableBytes());
    int needed = partial.readableBytes() + count;
    if (needed > partial.capacity()) {
      int capacity = Math.max(needed, Math.min(total, 2 * partial.capacity()));
      room.take(capacity - partial.capacity());
      partial.capacity(capacity);
    }
    partial.writeBytes(in, count);
  }

  private void letGo(ByteBuf gathered) {
    room.give(Math.max(0, gathered.capacity() - PARTIAL_BYTES_MIN));
    gathered.release();
  }

  /** The size of the frame that begins at {@code index}, checked. */
  private int frameBytes(ByteBuf in, int index) throws FrameException {
    int length = in.getInt(index);
    if (length >= Frame.LENGTH_MIN && length <= frameBytesMax) {
      return Frame.LENGTH_BYTES + length;
    }
    if (length >= 0 && length < Frame.LENGTH_MIN) {
      throw new FrameException(Fault.TOO_SHORT, "a frame of " + length + " bytes cannot be: its header alone has " + Frame.LENGTH_MIN);
    }
    throw new FrameException(Fault.TOO_LARGE, "a frame of " + Integer.toUnsignedLong(length) + " bytes is over the limit of "
        + frameBytesMax + asText(in, index));
  }

  /** Mostly it is another protocol that came to this port; then its first letters say which. */
  private static String asText(ByteBuf in, int index) {
    for (int i = 0; i < Frame.LENGTH_BYTES; i++) {
      byte b = in.getByte(index + i);
      if (b < ' ' || b > '~') {
        return "";
      }
    }
    return "; as text it begins with '" + in.toString(index, Frame.LENGTH_BYTES, StandardCharsets.US_ASCII) + "', which is not this protocol";
  }

  private void emit(ByteBuf in, int start, int total, Sink sink) throws FrameException {
    crc.reset();
    FrameEncoder.update(crc, in, start + Frame.KIND_OFFSET, total - Frame.KIND_OFFSET);
    int sent = in.getInt(start + Frame.CRC_OFFSET);
    if ((int) crc.getValue() != sent) {
      throw new FrameException(Fault.CHECKSUM, "a frame of " + (total - Frame.LENGTH_BYTES) + " bytes has the checksum "
          + Integer.toHexString((int) crc.getValue()) + " and says " + Integer.toHexString(sent));
    }
    int code = in.getUnsignedByte(start + Frame.KIND_OFFSET);
    FrameKind kind = FrameKind.of(code);
    if (kind == null) {
      throw new FrameException(Fault.KIND, "frame kind " + code + " is not known here");
    }
    int flags = in.getUnsignedByte(start + Frame.FLAGS_OFFSET);
    if ((flags & ~Frame.FLAGS) != 0) {
      throw new FrameException(Fault.FLAGS, "flags 0x" + Integer.toHexString(flags) + " of a " + kind + " frame are not known here");
    }
    int zero = in.getUnsignedShort(start + Frame.ZERO_OFFSET);
    if (zero != 0) {
      throw new FrameException(Fault.RESERVED, "the reserved bytes of a " + kind + " frame must be 0, were " + zero);
    }
    sink.frame(kind, flags, in.getLong(start + Frame.ID_OFFSET), in.slice(start + Frame.HEADER_BYTES, total - Frame.HEADER_BYTES));
  }
}
