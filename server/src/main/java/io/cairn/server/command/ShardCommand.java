package io.cairn.server.command;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;

/**
 * What a shard's own leader can say in the shard's log, beside the clients' commands: upkeep that must happen on every replica at the
 * same place. None of these takes a revision.
 */
public sealed interface ShardCommand {

  /** Reads below {@code revision} are refused from here on, and the history that only they need is dropped. */
  record Compact(long revision) implements ShardCommand {}

  /** From here on no history is kept of keys that begin with {@code prefix}, or it is again. */
  record KeepHistory(boolean keeps, ByteString prefix) implements ShardCommand {}

  /** The lowest feature level of a version that understands it. */
  default int level() {
    return switch (this) {
      case Compact _, KeepHistory _ -> EntryPayload.UPKEEP_LEVEL;
    };
  }

  default byte[] encode() {
    return switch (this) {
      case Compact(long revision) -> ByteBuffer.allocate(9).put((byte) 1).putLong(revision).array();
      case KeepHistory(boolean keeps, ByteString prefix) ->
          ByteBuffer.allocate(2 + prefix.size()).put((byte) 2).put((byte) (keeps ? 1 : 0)).put(prefix.asReadOnlyByteBuffer()).array();
    };
  }

  static ShardCommand decode(ByteBuffer buffer) {
    byte kind = buffer.get();
    return switch (kind) {
      case 1 -> new Compact(buffer.getLong());
      case 2 -> new KeepHistory(buffer.get() == 1, ByteString.copyFrom(buffer));
      default -> throw new IllegalStateException("shard command " + kind + " is unknown to this version; the replica stops before it");
    };
  }
}
