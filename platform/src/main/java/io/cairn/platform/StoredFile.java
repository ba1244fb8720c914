package io.cairn.platform;

import java.io.IOException;
import java.nio.ByteBuffer;

/** An open file, read and written at given places. Safe for one writer and many readers. */
public interface StoredFile extends AutoCloseable {

  /** Fills {@code target} from {@code position} on; returns the bytes read, fewer only at the file's end. */
  int read(ByteBuffer target, long position) throws IOException;

  /** Writes all of {@code source}, growing the file where needed. Not durable before {@link #sync()}. */
  void write(ByteBuffer source, long position) throws IOException;

  /** fdatasync. After it failed once nothing is known of the file any more: the caller stops, it never tries again. */
  void sync() throws IOException;

  long size() throws IOException;

  void truncate(long size) throws IOException;

  @Override
  void close() throws IOException;
}
