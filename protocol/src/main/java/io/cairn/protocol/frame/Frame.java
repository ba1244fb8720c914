package io.cairn.protocol.frame;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.DiscardUnknownFieldsParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import com.google.protobuf.UnsafeByteOperations;
import io.netty.buffer.ByteBuf;

/**
 * The layout of a frame. Two versions of the software meet on the wire, so none of these numbers may change under
 * protocol version 1.
 */
public final class Frame {

  /** The length field, which counts the bytes after itself. */
  public static final int LENGTH_BYTES = 4;

  /** All of a frame before its body. */
  public static final int HEADER_BYTES = 20;

  /** The part of the header that the length field counts; so the length of a frame without a body. */
  public static final int LENGTH_MIN = HEADER_BYTES - LENGTH_BYTES;

  /** More RESPONSE frames follow for this request id. */
  public static final int MORE = 1;

  /** The body is a piece of a larger one, the rest follows. */
  public static final int PIECE = 2;

  /** The body is the last piece of a larger one. (Its absence would not do: a whole frame of the same id may go between pieces.) */
  public static final int LAST_PIECE = 4;

  /** What a frame carries at most unless told otherwise, in bytes after the length field: a value of 8 MiB and room around it. */
  public static final int FRAME_BYTES_MAX = 9 << 20;

  /** The same before the handshake is done, when nobody knows yet who is there. */
  public static final int HANDSHAKE_FRAME_BYTES_MAX = 64 << 10;

  /** A body above this goes in pieces of this size. */
  public static final int PIECE_BYTES = 64 << 10;

  static final int FLAGS = MORE | PIECE | LAST_PIECE;
  static final int CRC_OFFSET = 4;
  static final int KIND_OFFSET = 8;
  static final int FLAGS_OFFSET = 9;
  static final int ZERO_OFFSET = 10;
  static final int ID_OFFSET = 12;

  private Frame() {}

  /**
   * Reads a message from a frame's body. The bytes are copied once, and the message's byte strings are parts of that copy:
   * they outlive the buffer, and one of them keeps all of it alive. Fields that this version does not know are passed over,
   * not kept: kept, three bytes of such a field would cost its reader hundreds, and a frame of a MiB a large part of a small heap.
   *
   * @throws FrameException when the bytes are no such message
   */
  public static <M extends Message> M parse(Parser<M> parser, ByteBuf body) throws FrameException {
    byte[] copy = new byte[body.readableBytes()];
    body.getBytes(body.readerIndex(), copy);
    CodedInputStream input = UnsafeByteOperations.unsafeWrap(copy).newCodedInput();
    input.enableAliasing(true);
    try {
      M message = DiscardUnknownFieldsParser.wrap(parser).parseFrom(input);
      input.checkLastTagWas(0);
      return message;
    } catch (InvalidProtocolBufferException e) {
      throw new FrameException(FrameException.Fault.BODY, "a body of " + copy.length + " bytes cannot be read: " + e.getMessage());
    }
  }
}
