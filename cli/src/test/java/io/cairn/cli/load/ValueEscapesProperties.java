package io.cairn.cli.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.client.ByteSeq;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class ValueEscapesProperties {

  /** Many of the bytes that mean something. */
  @Provide
  Arbitrary<byte[]> bytes() {
    Arbitrary<Byte> special = Arbitraries.of((byte) '\\', (byte) 'n', (byte) 't', (byte) '\n', (byte) '\t', (byte) '\r', (byte) 0);
    return Arbitraries.oneOf(special, Arbitraries.bytes()).array(byte[].class).ofMaxSize(60);
  }

  private static byte[] escaped(byte[] value) {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    for (byte b : value) {
      if (b == '\n' || b == '\t' || b == '\\') {
        text.write('\\');
        text.write(b == '\n' ? 'n' : b == '\t' ? 't' : '\\');
      } else {
        text.write(b);
      }
    }
    return text.toByteArray();
  }

  @Property(tries = 500)
  void whatWasEscapedComesBack(@ForAll("bytes") byte[] value, @ForAll @IntRange(max = 3) int before) {
    byte[] escaped = escaped(value);
    byte[] buffer = new byte[before + escaped.length + 2];
    System.arraycopy(escaped, 0, buffer, before, escaped.length);
    int end = ValueEscapes.decode(buffer, before, before + escaped.length);
    assertThat(Arrays.copyOfRange(buffer, before, end)).isEqualTo(value);
  }

  /** Either it is refused at a backslash that begins no escape, or escaping what came out gives what went in, tabs aside. */
  @Property(tries = 500)
  void whatIsDecodedWasWellFormed(@ForAll("bytes") byte[] text) {
    byte[] buffer = text.clone();
    int end = ValueEscapes.decode(buffer, 0, buffer.length);
    if (end < 0) {
      int at = ~end;
      assertThat(text[at]).isEqualTo((byte) '\\');
      assertThat(at + 1 == text.length || "nt\\".indexOf(text[at + 1]) < 0).isTrue();
    } else {
      byte[] plain = new String(text, java.nio.charset.StandardCharsets.ISO_8859_1).replace("\n", "\\n").replace("\t", "\\t")
          .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
      assertThat(escaped(Arrays.copyOf(buffer, end))).isEqualTo(plain);
    }
  }

  @Property(tries = 200)
  void linesAreTheSameHoweverTheInputComes(
      @ForAll List<@net.jqwik.api.From("bytes") byte[]> values, @ForAll @IntRange(min = 1, max = 40) int piece) throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    for (byte[] value : values) {
      file.write('k');
      file.write('\t');
      file.writeBytes(escaped(value));
      file.write('\n');
    }
    InputStream pieces = new ByteArrayInputStream(file.toByteArray()) {
      @Override
      public synchronized int read(byte[] into, int from, int length) {
        return super.read(into, from, Math.min(length, piece));
      }
    };
    LineReader reader = new LineReader(pieces, true);
    for (int i = 0; i < values.size(); i++) {
      assertThat(reader.next()).isEqualTo(new Line.Put(i + 1, ByteSeq.utf8("k"), ByteSeq.of(values.get(i))));
    }
    assertThat(reader.next()).isNull();
  }
}
