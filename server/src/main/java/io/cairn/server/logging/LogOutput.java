package io.cairn.server.logging;

import java.io.IOException;

/** Where lines end up. Used by the logging thread alone, which it may block as long as it likes. */
public interface LogOutput {

  /** Writes whole lines. What could not be written is lost and counted; the next call tries again. */
  void write(byte[] lines, int length) throws IOException;
}
