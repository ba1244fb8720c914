package io.cairn.cli.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.client.ByteSeq;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LineReaderTest {

  private static final int LONGEST = 4_096 + 1 + (8 << 20);

  private static List<Line> read(InputStream in, boolean escapes) throws IOException {
    LineReader reader = new LineReader(in, escapes);
    List<Line> lines = new ArrayList<>();
    for (Line line = reader.next(); line != null; line = reader.next()) {
      lines.add(line);
    }
    return lines;
  }

  private static List<Line> read(String text) throws IOException {
    return read(new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1)), false);
  }

  private static Line.Put put(long number, String key, String value) {
    return new Line.Put(
        number, ByteSeq.of(key.getBytes(StandardCharsets.ISO_8859_1)), ByteSeq.of(value.getBytes(StandardCharsets.ISO_8859_1)));
  }

  @Test
  void aLineIsKeyAndValueAtTheFirstTab() throws IOException {
    assertThat(read("a\t1\nb\t2\t3\nc\t\n")).containsExactly(put(1, "a", "1"), put(2, "b", "2\t3"), put(3, "c", ""));
  }

  @Test
  void everyByteOfAValueStaysAsItIs() throws IOException {
    StringBuilder all = new StringBuilder();
    for (char c = 0; c < 256; c++) {
      all.append(c == '\n' ? "" : c);
    }
    assertThat(read("k\t" + all + "\r\n\\k\\n\t\\x")).containsExactly(put(1, "k", all + "\r"), put(2, "\\k\\n", "\\x"));
  }

  @Test
  void aLastLineWithoutAnEndIsALine() throws IOException {
    assertThat(read("a\t1\nb\t2")).containsExactly(put(1, "a", "1"), put(2, "b", "2"));
    assertThat(read("")).isEmpty();
  }

  @Test
  void whatIsNoRecordIsNamedByItsNumberAndTheRestGoesOn() throws IOException {
    List<Line> lines = read("a\t1\nno tab\n\n\tvalue\nb\t2\n");
    assertThat(lines).hasSize(5);
    assertThat(lines.get(1)).isEqualTo(new Line.Bad(2, "there is no tab in it; a record is KEY, a tab, VALUE"));
    assertThat(lines.get(2)).isEqualTo(new Line.Bad(3, "the line is empty; a record is KEY, a tab, VALUE"));
    assertThat(lines.get(3)).isEqualTo(new Line.Bad(4, "the key is empty; a key has 1 to 4096 bytes"));
    assertThat(lines.get(4)).isEqualTo(put(5, "b", "2"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"\\x", "ok \\", "\\0", "\\r", "\\\\\\", "\\ "})
  void anyOtherEscapeIsNamedWithItsPlace(String value) throws IOException {
    List<Line> lines = read(new ByteArrayInputStream(("k\t" + value + "\na\\n\t\\n\\t\\\\\n").getBytes(StandardCharsets.UTF_8)), true);
    assertThat(lines.get(0)).isInstanceOfSatisfying(Line.Bad.class, bad -> assertThat(bad.why())
        .contains("at byte " + (value.lastIndexOf('\\') + 1) + " of the value").contains("\\n, \\t and \\\\ are escapes"));
    assertThat(lines.get(1)).as("the key stays as it is").isEqualTo(put(2, "a\\n", "\n\t\\"));
  }

  @Test
  void theLongestLineIsReadAndOneByteMoreIsNot() throws IOException {
    byte[] longest = new byte[LONGEST + 1];
    Arrays.fill(longest, (byte) 'x');
    longest[4_096] = '\t';
    longest[LONGEST] = '\n';
    byte[] longer = new byte[LONGEST + 2];
    Arrays.fill(longer, (byte) 'x');
    longer[LONGEST + 1] = '\n';
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.writeBytes(longest);
    file.writeBytes(longer);
    file.writeBytes("a\t1\n".getBytes(StandardCharsets.UTF_8));
    file.write(longer, 0, LONGEST + 1);
    List<Line> lines = read(new ByteArrayInputStream(file.toByteArray()), false);
    assertThat(lines).hasSize(4);
    assertThat(lines.get(0)).isInstanceOfSatisfying(Line.Put.class, put -> assertThat(put.value().size()).isEqualTo(8 << 20));
    assertThat(lines.get(1)).isEqualTo(new Line.Bad(2, "the line has " + (LONGEST + 1) + " bytes; no record needs more than " + LONGEST));
    assertThat(lines.get(2)).isEqualTo(put(3, "a", "1"));
    assertThat(lines.get(3)).isEqualTo(new Line.Bad(4, "the line has " + (LONGEST + 1) + " bytes; no record needs more than " + LONGEST));
  }

  @Test
  void aGigabyteOfOneLineTakesTheMemoryOfTheLongestRecord() throws IOException {
    long size = 1L << 30;
    LineReader reader = new LineReader(repeated("x".repeat(1 << 16), size >> 16), false);
    assertThat(reader.next())
        .isInstanceOfSatisfying(Line.Bad.class, bad -> assertThat(bad.why()).contains("the line has " + size + " bytes"));
    assertThat(reader.next()).isNull();
    assertThat(reader.bytesTaken()).isEqualTo(size);
    assertThat(reader.bufferBytes()).isLessThanOrEqualTo(LONGEST + 1);
  }

  @Test
  void shortLinesTakeNoMoreThanTheFirstBuffer() throws IOException {
    LineReader reader = new LineReader(repeated("key\tvalue of it\n", 500_000), false);
    long lines = 0;
    for (Line line = reader.next(); line != null; line = reader.next()) {
      assertThat(line.number()).isEqualTo(++lines);
    }
    assertThat(lines).isEqualTo(500_000);
    assertThat(reader.bufferBytes()).isEqualTo(64 << 10);
  }

  private static InputStream repeated(String text, long times) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return new InputStream() {
      private long left = times * bytes.length;
      private int at;

      @Override
      public int read() {
        throw new UnsupportedOperationException();
      }

      @Override
      public int read(byte[] into, int from, int length) {
        if (left == 0) {
          return -1;
        }
        int count = (int) Math.min(left, Math.min(length, bytes.length - at));
        System.arraycopy(bytes, at, into, from, count);
        at = (at + count) % bytes.length;
        left -= count;
        return count;
      }
    };
  }
}
