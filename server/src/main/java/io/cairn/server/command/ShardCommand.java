package io.cairn.server.command;

import com.google.protobuf.ByteString;
import io.cairn.storage.guard.Subject;
import io.cairn.storage.mvcc.Op;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * What a shard's own leader can say in the shard's log, beside the clients' commands: upkeep that must happen on every replica at the
 * same place. None of these takes a revision.
 */
public sealed interface ShardCommand {

  /** Reads below {@code revision} are refused from here on, and the history that only they need is dropped. */
  record Compact(long revision) implements ShardCommand {}

  /** From here on no history is kept of keys that begin with {@code prefix}, or it is again. */
  record KeepHistory(boolean keeps, ByteString prefix) implements ShardCommand {}

  /** What the shard knows of leases changes. */
  record ChangeLeases(Kind kind, List<Op.Generation> leases) implements ShardCommand {

    /** What becomes of them; each with its byte. */
    public enum Kind {
      /** Shard 0 has noted this shard for them: keys may be put under them. */
      KNOW(10),
      /** No key is put under them any more. */
      FENCE(11),
      /** Their fences are removed, where they have no keys. */
      UNFENCE(12);

      private final byte code;

      Kind(int code) {
        this.code = (byte) code;
      }
    }
  }

  /** What the shard knows of guards changes, or what it is told of subjects of its own. */
  record ChangeGuards(Kind kind, Subject subject, int shard) implements ShardCommand {

    /** What becomes of the subject; each with its byte. */
    public enum Kind {
      /** The subject's home has noted this shard: writes here may be guarded by it. */
      KNOW,
      /** None may any more. */
      FENCE,
      /** The fence is removed. */
      UNFENCE,
      /** Of one at home here: writes of another shard are to be guarded by it. */
      REGISTER,
      /** Of one at home here: the other shard has fenced it. */
      FENCED
    }

    private static final int FIRST = 20;

    private byte code() {
      return (byte) (FIRST + kind.ordinal());
    }
  }

  /** The lowest feature level of a version that understands it. */
  default int level() {
    return switch (this) {
      case Compact _, KeepHistory _ -> EntryPayload.UPKEEP_LEVEL;
      case ChangeLeases _, ChangeGuards _ -> EntryPayload.LEASES_LEVEL;
    };
  }

  default byte[] encode() {
    return switch (this) {
      case Compact(long revision) -> ByteBuffer.allocate(9).put((byte) 1).putLong(revision).array();
      case KeepHistory(boolean keeps, ByteString prefix) ->
          ByteBuffer.allocate(2 + prefix.size()).put((byte) 2).put((byte) (keeps ? 1 : 0)).put(prefix.asReadOnlyByteBuffer()).array();
      case ChangeLeases(var kind, var leases) -> {
        ByteBuffer buffer = ByteBuffer.allocate(5 + leases.size() * 2 * Long.BYTES).put(kind.code).putInt(leases.size());
        leases.forEach(lease -> buffer.putLong(lease.id()).putLong(lease.grant()));
        yield buffer.array();
      }
      case ChangeGuards guards -> ByteBuffer.allocate(1 + Integer.BYTES + Long.BYTES + guards.subject.key().length).put(guards.code()).putInt(guards.shard)
          .putLong(guards.subject.token()).put(guards.subject.key()).array();
    };
  }

  static ShardCommand decode(ByteBuffer buffer) {
    byte kind = buffer.get();
    return switch (kind) {
      case 1 -> new Compact(buffer.getLong());
      case 2 -> new KeepHistory(buffer.get() == 1, ByteString.copyFrom(buffer));
      case 10, 11, 12 -> {
        int count = EntryPayload.count(buffer, 2 * Long.BYTES);
        var leases = new ArrayList<Op.Generation>(count);
        for (int i = 0; i < count; i++) {
          leases.add(new Op.Generation(buffer.getLong(), buffer.getLong()));
        }
        yield new ChangeLeases(ChangeLeases.Kind.values()[kind - 10], leases);
      }
      case 20, 21, 22, 23, 24 -> {
        int shard = buffer.getInt();
        long token = buffer.getLong();
        byte[] key = new byte[buffer.remaining()];
        buffer.get(key);
        yield new ChangeGuards(ChangeGuards.Kind.values()[kind - ChangeGuards.FIRST], new Subject(key, token), shard);
      }
      default -> throw new IllegalStateException("shard command " + kind + " is unknown to this version; the replica stops before it");
    };
  }
}
