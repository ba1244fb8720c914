package io.cairn.jepsen.load;

import io.cairn.client.ByteSeq;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The lines KEY, tab, VALUE of a file, with {@code \n}, {@code \t} and {@code \\} in values, all of them records. Read by code of its own: it
 * is what kvctl's reading is judged by.
 */
public final class RecordFile {
  private final byte[] bytes;
  /** Where line i (from 0) ends, behind its {@code \n}. */
  private final int[] ends;

  private RecordFile(byte[] bytes) {
    this.bytes = bytes;
    int[] found = new int[1_024];
    int count = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        found = count == found.length ? Arrays.copyOf(found, 2 * count) : found;
        found[count++] = i + 1;
      }
    }
    if (count == 0 || found[count - 1] != bytes.length) {
      throw new IllegalArgumentException("the file is empty, or its last line has no end");
    }
    this.ends = Arrays.copyOf(found, count);
  }

  public static RecordFile of(byte[] bytes) {
    return new RecordFile(bytes);
  }

  public static RecordFile read(Path file) throws IOException {
    return new RecordFile(Files.readAllBytes(file));
  }

  public int lines() {
    return ends.length;
  }

  /** The bytes of the lines from {@code first} up to {@code last}, without that one; both from 0. */
  ByteBuffer bytes(int first, int last) {
    int from = first == 0 ? 0 : ends[first - 1];
    return ByteBuffer.wrap(bytes, from, (last == 0 ? 0 : ends[last - 1]) - from);
  }

  ByteSeq key(int line) {
    int from = line == 0 ? 0 : ends[line - 1];
    return ByteSeq.of(ByteBuffer.wrap(bytes, from, tab(line) - from));
  }

  ByteSeq value(int line) {
    ByteBuffer decoded = ByteBuffer.allocate(ends[line] - tab(line));
    for (int i = tab(line) + 1; i < ends[line] - 1; i++) {
      if (bytes[i] == '\\') {
        i++;
        decoded.put(bytes[i] == 'n' ? (byte) '\n' : bytes[i] == 't' ? (byte) '\t' : bytes[i]);
      } else {
        decoded.put(bytes[i]);
      }
    }
    return ByteSeq.of(decoded.flip());
  }

  private int tab(int line) {
    int from = line == 0 ? 0 : ends[line - 1];
    for (int i = from; i < ends[line]; i++) {
      if (bytes[i] == '\t') {
        return i;
      }
    }
    throw new IllegalArgumentException("line " + (line + 1) + " has no tab");
  }
}
