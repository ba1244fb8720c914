package io.cairn.cli.load;

import io.cairn.client.ByteSeq;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Cuts a stream of bytes into lines, and each line into key and value at its first tab. No byte means anything but {@code \n} and that tab,
 * and {@code \\} in a value with escapes: a carriage return before the line end belongs to the value. A last line without an end is one.
 *
 * <p>In memory is one line: at most the longest that can be a record. Of a longer one the rest is passed over.
 */
public final class LineReader {

  private static final int FIRST_BUFFER_BYTES = 64 << 10;
  private static final int KEY_BYTES_MAX = 4_096;
  /** The longest value that a server can be configured to take; most take less, and say so themselves. */
  private static final int VALUE_BYTES_MAX = 8 << 20;

  private final InputStream in;
  private final boolean escapes;
  private final int lineBytesMax;
  private byte[] buffer = new byte[FIRST_BUFFER_BYTES];
  /** What is read and not yet taken lies from here ... */
  private int from;
  /** ... to here. */
  private int to;
  private boolean ended;
  private long number;
  private volatile long bytesTaken;

  /** @param escapes whether {@code \n}, {@code \t} and {@code \\} in values are decoded, and any other escape is a fault */
  public LineReader(InputStream in, boolean escapes) {
    this.in = in;
    this.escapes = escapes;
    this.lineBytesMax = KEY_BYTES_MAX + 1 + (escapes ? 2 * VALUE_BYTES_MAX : VALUE_BYTES_MAX);
  }

  /** The next line; null at the end of the input. */
  public Line next() throws IOException {
    int searched = from;
    while (true) {
      for (int i = searched; i < to; i++) {
        if (buffer[i] == '\n') {
          return take(i, i + 1);
        }
      }
      searched = to;
      if (ended) {
        return from == to ? null : take(to, to);
      }
      if (to - from > lineBytesMax) {
        return passOver();
      }
      int moved = from;
      fill();
      searched -= moved - from;
    }
  }

  /** Bytes of the lines returned so far. From any thread. */
  public long bytesTaken() {
    return bytesTaken;
  }

  /** What this reader holds in memory. */
  int bufferBytes() {
    return buffer.length;
  }

  private void fill() throws IOException {
    if (to == buffer.length) {
      int length = to - from;
      if (from > 0) {
        System.arraycopy(buffer, from, buffer, 0, length);
      } else {
        buffer = Arrays.copyOf(buffer, (int) Math.min(2L * buffer.length, lineBytesMax + 1L));
      }
      from = 0;
      to = length;
    }
    int read = in.read(buffer, to, buffer.length - to);
    if (read < 0) {
      ended = true;
    } else {
      to += read;
    }
  }

  /** The line that begins at {@link #from} and whose bytes end at {@code end}; the next one begins at {@code next}. */
  private Line take(int end, int next) {
    Line line = end - from > lineBytesMax ? tooLong(end - from) : parse(++number, from, end);
    bytesTaken += next - from;
    from = next;
    return line;
  }

  /** A line that is too long already, and whose end is not in sight. */
  private Line passOver() throws IOException {
    long length = 0;
    while (true) {
      for (int i = from; i < to; i++) {
        if (buffer[i] == '\n') {
          length += i - from;
          bytesTaken += length + 1;
          from = i + 1;
          return tooLong(length);
        }
      }
      length += to - from;
      from = 0;
      to = 0;
      if (ended) {
        bytesTaken += length;
        return tooLong(length);
      }
      fill();
    }
  }

  private Line tooLong(long length) {
    return new Line.Bad(++number, "the line has " + length + " bytes; no record needs more than " + lineBytesMax);
  }

  private Line parse(long line, int start, int end) {
    int tab = start;
    while (tab < end && buffer[tab] != '\t') {
      tab++;
    }
    if (tab == end) {
      return new Line.Bad(line, start == end ? "the line is empty; a record is KEY, a tab, VALUE"
          : "there is no tab in it; a record is KEY, a tab, VALUE");
    }
    if (tab == start) {
      return new Line.Bad(line, "the key is empty; a key has 1 to " + KEY_BYTES_MAX + " bytes");
    }
    int value = tab + 1;
    int valueEnd = escapes ? ValueEscapes.decode(buffer, value, end) : end;
    if (valueEnd < 0) {
      return new Line.Bad(line, badEscape(~valueEnd, value, end));
    }
    return new Line.Put(line, slice(start, tab), slice(value, valueEnd));
  }

  private String badEscape(int at, int value, int end) {
    String place = " at byte " + (at - value + 1) + " of the value";
    String right = "; \\n, \\t and \\\\ are escapes, a backslash of its own is \\\\";
    if (at + 1 == end) {
      return "the backslash" + place + " has nothing behind it" + right;
    }
    int letter = buffer[at + 1] & 0xff;
    String shown = letter > ' ' && letter < 0x7f ? "'\\" + (char) letter + "'"
        : String.format("a backslash before the byte 0x%02x", letter);
    return shown + place + " is no escape" + right;
  }

  private ByteSeq slice(int start, int end) {
    return ByteSeq.of(ByteBuffer.wrap(buffer, start, end - start));
  }
}
