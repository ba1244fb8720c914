package io.cairn.server.command;

import java.nio.ByteBuffer;

/**
 * What a shard's own leader can say in the shard's log, beside the clients' commands: upkeep that must happen on every replica at the
 * same place. None of these takes a revision.
 */
public sealed interface ShardCommand {

  /** Reads below {@code revision} are refused from here on, and the history that only they need is dropped. */
  record Compact(long revision) implements ShardCommand {}

  /** The lowest feature level of a version that understands it. */
  default int level() {
    return switch (this) {
      case Compact _ -> EntryPayload.UPKEEP_LEVEL;
    };
  }

  default byte[] encode() {
    return switch (this) {
      case Compact(long revision) -> ByteBuffer.allocate(9).put((byte) 1).putLong(revision).array();
    };
  }

  static ShardCommand decode(ByteBuffer buffer) {
    byte kind = buffer.get();
    return switch (kind) {
      case 1 -> new Compact(buffer.getLong());
      default -> throw new IllegalStateException("shard command " + kind + " is unknown to this version; the replica stops before it");
    };
  }
}
