package io.cairn.server.command;

import io.cairn.server.history.HistoryCodec;
import io.cairn.server.history.HistoryCommand;
import io.cairn.server.members.MemberCodec;
import io.cairn.server.members.MemberCommand;
import java.nio.ByteBuffer;

/** What the system shard's log can say. None of these takes a revision. */
public sealed interface SystemCommand {

  /** Moves the end of the window out of which the oracle hands revisions: {@code count} more may be handed out. */
  record ExtendWindow(long count) implements SystemCommand {}

  /** Changes the table of nodes, or says how far a change of it has come. Of feature level 2. */
  record ChangeMembers(MemberCommand change) implements SystemCommand {}

  /** Changes how much history is kept. */
  record ChangeHistory(HistoryCommand change) implements SystemCommand {}

  /** Renews, registers, ends leases or notes how far their ends have come. Of feature level 3. */
  record ChangeLeases(HomeCommand change) implements SystemCommand {}

  /** The lowest feature level of a version that understands it. */
  default int level() {
    return switch (this) {
      case ExtendWindow _ -> 1;
      case ChangeMembers _ -> EntryPayload.MEMBERS_LEVEL;
      case ChangeHistory _ -> EntryPayload.UPKEEP_LEVEL;
      case ChangeLeases _ -> EntryPayload.LEASES_LEVEL;
    };
  }

  default byte[] encode() {
    return switch (this) {
      case ExtendWindow(long count) -> ByteBuffer.allocate(9).put((byte) 1).putLong(count).array();
      case ChangeMembers(MemberCommand change) -> kind(2, MemberCodec.encode(change));
      case ChangeHistory(HistoryCommand change) -> kind(20, HistoryCodec.encode(change));
      case ChangeLeases(HomeCommand change) -> change.encode();
    };
  }

  private static byte[] kind(int kind, byte[] encoded) {
    return ByteBuffer.allocate(1 + encoded.length).put((byte) kind).put(encoded).array();
  }

  private static byte[] rest(ByteBuffer buffer) {
    byte[] encoded = new byte[buffer.remaining()];
    buffer.get(encoded);
    return encoded;
  }

  static SystemCommand decode(ByteBuffer buffer) {
    byte kind = buffer.get();
    return switch (kind) {
      case 1 -> new ExtendWindow(buffer.getLong());
      case 2 -> new ChangeMembers(MemberCodec.decodeCommand(rest(buffer)));
      case 20 -> new ChangeHistory(HistoryCodec.decodeCommand(rest(buffer)));
      case HomeCommand.RENEW, HomeCommand.REGISTER, HomeCommand.EXPIRE, HomeCommand.PROGRESS ->
          new ChangeLeases(HomeCommand.decode(kind, buffer));
      default -> throw new IllegalStateException("system command " + kind + " is unknown to this version; the replica stops before it");
    };
  }
}
