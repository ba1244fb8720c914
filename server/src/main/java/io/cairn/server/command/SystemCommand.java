package io.cairn.server.command;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** What the system shard's log can say. None of these takes a revision. */
public sealed interface SystemCommand {

  /** Moves the end of the window out of which the oracle hands revisions: {@code count} more may be handed out. */
  record ExtendWindow(long count) implements SystemCommand {}

  /** Notes the data directory a node was first met with; a later one under the same name is not the same node (MB-08). */
  record RegisterNode(String node, byte[] incarnation) implements SystemCommand {}

  default byte[] encode() {
    return switch (this) {
      case ExtendWindow(long count) -> ByteBuffer.allocate(9).put((byte) 1).putLong(count).array();
      case RegisterNode(String node, byte[] incarnation) -> {
        byte[] name = node.getBytes(StandardCharsets.UTF_8);
        yield ByteBuffer.allocate(1 + 2 + name.length + 2 + incarnation.length).put((byte) 2)
            .putShort((short) name.length).put(name).putShort((short) incarnation.length).put(incarnation).array();
      }
    };
  }

  static SystemCommand decode(ByteBuffer buffer) {
    byte kind = buffer.get();
    return switch (kind) {
      case 1 -> new ExtendWindow(buffer.getLong());
      case 2 -> {
        byte[] name = new byte[buffer.getShort() & 0xffff];
        buffer.get(name);
        byte[] incarnation = new byte[buffer.getShort() & 0xffff];
        buffer.get(incarnation);
        yield new RegisterNode(new String(name, StandardCharsets.UTF_8), incarnation);
      }
      default -> throw new IllegalStateException("system command " + kind + " is unknown to this version; the replica stops before it");
    };
  }
}
