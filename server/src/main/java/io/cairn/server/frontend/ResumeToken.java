package io.cairn.server.frontend;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.server.outcome.Refusal;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * Where an answer left off, in a client's hands: opaque to it, and good at any node and after any change of shards.
 *
 * <pre>
 *  format    1 byte, 1
 *  flags     1 byte   bit 0: backward;  bit 1: of children, not of a range
 *  revision  8 bytes
 *  position  a stored key: the first that is left, or backward the end of what is left
 *  checksum  4 bytes, CRC32C of all before
 * </pre>
 *
 * The checksum finds a token that was cut, mixed up or made up by somebody who did not know better. Who makes up a whole one reads
 * nothing that he could not have asked for.
 */
record ResumeToken(boolean reverse, boolean children, long revision, byte[] position) {
  private static final byte FORMAT = 1;
  private static final int REVERSE = 1;
  private static final int CHILDREN = 2;
  private static final int AROUND_POSITION = 1 + 1 + 8 + 4;

  ByteString encode() {
    ByteBuffer out = ByteBuffer.allocate(AROUND_POSITION + position.length)
        .put(FORMAT).put((byte) ((reverse ? REVERSE : 0) | (children ? CHILDREN : 0))).putLong(revision).put(position);
    out.putInt(checksum(out.array(), out.position()));
    return UnsafeByteOperations.unsafeWrap(out.array());
  }

  /** What a token says, or why it is refused: one of the two is null. */
  record Decoded(ResumeToken token, Refusal refusal) {}

  static Decoded decode(ByteString bytes) {
    byte[] array = bytes.toByteArray();
    int body = array.length - 4;
    if (array.length <= AROUND_POSITION || ByteBuffer.wrap(array).getInt(body) != checksum(array, body)) {
      return refused("it was cut or made up (" + array.length + " bytes, and the checksum does not fit); send it as the answer gave it");
    }
    ByteBuffer in = ByteBuffer.wrap(array, 0, body);
    byte format = in.get();
    byte flags = in.get();
    long revision = in.getLong();
    if (format != FORMAT || flags < 0 || flags > (REVERSE | CHILDREN)) {
      return refused("it is of format " + format + " with flags " + flags + ", this version knows format " + FORMAT + "; begin anew");
    }
    if (revision <= 0) {
      return refused("it names revision " + revision + ", which cannot be: it was made up; send it as the answer gave it");
    }
    byte[] position = new byte[in.remaining()];
    in.get(position);
    return new Decoded(new ResumeToken((flags & REVERSE) != 0, (flags & CHILDREN) != 0, revision, position), null);
  }

  /** Why it does not belong to a request, or null. Bounds are stored keys. */
  Refusal misfit(boolean asksReverse, boolean asksChildren, long asksRevision, byte[] start, byte[] end) {
    if (children != asksChildren) {
      return refusal("it comes from " + (children ? "a list of children" : "a range") + " and cannot go on with another request");
    }
    if (reverse != asksReverse) {
      return refusal("it goes " + (reverse ? "backward" : "forward") + "; ask in that direction");
    }
    if (asksRevision != 0 && asksRevision != revision) {
      return refusal("it goes on at revision " + revision + ", not at " + asksRevision + "; leave the revision out");
    }
    if (Arrays.compareUnsigned(position, start) < 0 || Arrays.compareUnsigned(position, end) > 0) {
      return refusal("it lies outside the range asked for; ask for the range that it comes from");
    }
    return null;
  }

  private static Decoded refused(String why) {
    return new Decoded(null, refusal(why));
  }

  private static Refusal refusal(String why) {
    return Refusal.of(ErrorCode.BAD_REQUEST, "the resume token is no good: " + why);
  }

  private static int checksum(byte[] bytes, int length) {
    var crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }
}
