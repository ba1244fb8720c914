package io.cairn.server.command;

import io.cairn.server.members.MemberCodec;
import io.cairn.server.members.MemberCommand;
import java.nio.ByteBuffer;

/** What the system shard's log can say. None of these takes a revision. */
public sealed interface SystemCommand {

  /** Moves the end of the window out of which the oracle hands revisions: {@code count} more may be handed out. */
  record ExtendWindow(long count) implements SystemCommand {}

  /** Changes the table of nodes, or says how far a change of it has come. Of feature level 2. */
  record ChangeMembers(MemberCommand change) implements SystemCommand {}

  /** The lowest feature level of a version that understands it. */
  default int level() {
    return switch (this) {
      case ExtendWindow _ -> 1;
      case ChangeMembers _ -> EntryPayload.MEMBERS_LEVEL;
    };
  }

  default byte[] encode() {
    return switch (this) {
      case ExtendWindow(long count) -> ByteBuffer.allocate(9).put((byte) 1).putLong(count).array();
      case ChangeMembers(MemberCommand change) -> {
        byte[] encoded = MemberCodec.encode(change);
        yield ByteBuffer.allocate(1 + encoded.length).put((byte) 2).put(encoded).array();
      }
    };
  }

  static SystemCommand decode(ByteBuffer buffer) {
    byte kind = buffer.get();
    return switch (kind) {
      case 1 -> new ExtendWindow(buffer.getLong());
      case 2 -> {
        byte[] encoded = new byte[buffer.remaining()];
        buffer.get(encoded);
        yield new ChangeMembers(MemberCodec.decodeCommand(encoded));
      }
      default -> throw new IllegalStateException("system command " + kind + " is unknown to this version; the replica stops before it");
    };
  }
}
