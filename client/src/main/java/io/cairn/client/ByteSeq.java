package io.cairn.client;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * An immutable sequence of bytes: every key and value of Cairn. Ordered as the server orders keys, byte by byte, unsigned,
 * a prefix before what it begins.
 */
public final class ByteSeq implements Comparable<ByteSeq> {

  /** No bytes. Not a key: keys have 1 to 4,096 bytes. */
  public static final ByteSeq EMPTY = new ByteSeq(new byte[0]);

  private final byte[] bytes;

  private ByteSeq(byte[] bytes) {
    this.bytes = bytes;
  }

  /** The bytes of {@code array} as they are now; later changes to the array do not show. */
  public static ByteSeq of(byte[] array) {
    return array.length == 0 ? EMPTY : new ByteSeq(array.clone());
  }

  /** A copy of what remains in {@code buffer}, whose position stays where it is. */
  public static ByteSeq of(ByteBuffer buffer) {
    if (!buffer.hasRemaining()) {
      return EMPTY;
    }
    byte[] copy = new byte[buffer.remaining()];
    buffer.duplicate().get(copy);
    return new ByteSeq(copy);
  }

  /** {@code text} in UTF-8. */
  public static ByteSeq utf8(String text) {
    return text.isEmpty() ? EMPTY : new ByteSeq(text.getBytes(StandardCharsets.UTF_8));
  }

  public int size() {
    return bytes.length;
  }

  public boolean isEmpty() {
    return bytes.length == 0;
  }

  /** @throws IndexOutOfBoundsException unless {@code 0 <= index < size()} */
  public byte byteAt(int index) {
    return bytes[index];
  }

  /** A copy. */
  public byte[] toByteArray() {
    return bytes.clone();
  }

  /** These bytes read as UTF-8; what is not UTF-8 becomes U+FFFD. {@link #ifUtf8()} tells the two apart. */
  public String utf8() {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** The text, when these bytes are well-formed UTF-8. */
  public Optional<String> ifUtf8() {
    try {
      return Optional.of(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }

  public boolean startsWith(ByteSeq prefix) {
    return bytes.length >= prefix.bytes.length && Arrays.equals(bytes, 0, prefix.bytes.length, prefix.bytes, 0, prefix.bytes.length);
  }

  /** The smallest sequence greater than this one: these bytes and a zero. */
  public ByteSeq successor() {
    return new ByteSeq(Arrays.copyOf(bytes, bytes.length + 1));
  }

  /**
   * The smallest sequence greater than every one that begins with these bytes. Empty when there is none, because these bytes
   * are all 0xFF, or none at all.
   */
  public Optional<ByteSeq> prefixEnd() {
    for (int i = bytes.length - 1; i >= 0; i--) {
      if (bytes[i] != (byte) 0xFF) {
        byte[] end = Arrays.copyOf(bytes, i + 1);
        end[i]++;
        return Optional.of(new ByteSeq(end));
      }
    }
    return Optional.empty();
  }

  @Override
  public int compareTo(ByteSeq other) {
    return Arrays.compareUnsigned(bytes, other.bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ByteSeq that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** The text when it is UTF-8 without control characters, else {@code 0x} and hexadecimal; at most the first 64 bytes. For messages and logs. */
  @Override
  public String toString() {
    if (bytes.length > 64) {
      return new ByteSeq(Arrays.copyOf(bytes, 64)) + "… (" + bytes.length + " bytes)";
    }
    return ifUtf8().filter(text -> text.codePoints().noneMatch(Character::isISOControl)).orElseGet(() -> "0x" + HexFormat.of().formatHex(bytes));
  }
}
