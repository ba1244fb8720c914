package io.cairn.server.command;

import java.nio.ByteBuffer;

/** What the system shard's log can say. None of these takes a revision. */
public sealed interface SystemCommand {

  /** Moves the end of the window out of which the oracle hands revisions: {@code count} more may be handed out. */
  record ExtendWindow(long count) implements SystemCommand {}

  default byte[] encode() {
    return switch (this) {
      case ExtendWindow(long count) -> ByteBuffer.allocate(9).put((byte) 1).putLong(count).array();
    };
  }

  static SystemCommand decode(ByteBuffer buffer) {
    byte kind = buffer.get();
    return switch (kind) {
      case 1 -> new ExtendWindow(buffer.getLong());
      default -> throw new IllegalStateException("system command " + kind + " is unknown to this version; the replica stops before it");
    };
  }
}
