package io.cairn.server.command;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.cairn.storage.mvcc.Batch;
import io.cairn.storage.mvcc.TxnBounds;
import io.cairn.storage.mvcc.Write;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The payload of an entry. Changing this corrupts existing logs.
 *
 * <pre>
 *   u8 format (1) | u8 feature level (1; 2 with changes of members; 3 with upkeep of a shard, or with
 *       commands that are transactions or know leases) | u8 kind | u8 zero
 *   kind 1, commands: u64 first revision | u32 count | u32 clients remembered
 *                     | from level 3 on: u32 most bytes of a transaction's answer | u32 most keys that it comes upon
 *                     | count x (u32 length | the client's bytes)
 *   kind 2, system:   system command ({@link SystemCommand})
 *   kind 3, upkeep:   shard command ({@link ShardCommand})
 * </pre>
 *
 * An empty payload changes nothing. A replica that meets a format, level or kind above its own stops before applying it: what
 * enters a log is never half understood.
 */
public final class EntryPayload {
  public static final int FORMAT = 1;
  /** The highest that this version understands. */
  public static final int FEATURE_LEVEL = 3;
  /** From which on members can be changed. */
  public static final int MEMBERS_LEVEL = 2;
  /** From which on shards are kept up by entries of their own. */
  public static final int UPKEEP_LEVEL = 3;
  /** From which on commands may be transactions. */
  public static final int TXN_LEVEL = 3;
  /** From which on there are leases. */
  public static final int LEASES_LEVEL = 3;
  public static final int FIRST_LEVEL = 1;
  static final int KIND_COMMANDS = 1;
  static final int KIND_SYSTEM = 2;
  static final int KIND_UPKEEP = 3;
  private static final int HEAD = 4;
  private static final int COMMANDS_HEAD = HEAD + 8 + 4 + 4;
  private static final int TXN_BOUNDS = 4 + 4;

  private EntryPayload() {}

  /** Bytes one command adds to a payload beside its own. */
  public static final int COMMAND_OVERHEAD = 4;

  /** Commands none of which is a transaction. */
  public static byte[] commands(long firstRevision, int clientRecordsMax, List<ByteString> commands) {
    return commands(FIRST_LEVEL, firstRevision, clientRecordsMax, TxnBounds.NONE, commands);
  }

  /**
   * Commands as clients sent them.
   *
   * @param level that the one needs which needs most
   * @param txnBounds of transactions, each at most what an int holds; left out below their level
   */
  public static byte[] commands(int level, long firstRevision, int clientRecordsMax, TxnBounds txnBounds, List<ByteString> commands) {
    int at = commandsAt(level);
    int size = at;
    for (ByteString command : commands) {
      size += COMMAND_OVERHEAD + command.size();
    }
    byte[] payload = new byte[size];
    ByteBuffer buffer = head(payload, level, KIND_COMMANDS);
    buffer.putLong(firstRevision).putInt(commands.size()).putInt(clientRecordsMax);
    if (level >= TXN_LEVEL) {
      buffer.putInt(Math.toIntExact(txnBounds.answerBytes())).putInt(Math.toIntExact(txnBounds.keys()));
    }
    for (ByteString command : commands) {
      buffer.putInt(at, command.size());
      command.copyTo(payload, at + COMMAND_OVERHEAD);
      at += COMMAND_OVERHEAD + command.size();
    }
    return payload;
  }

  private static int commandsAt(int level) {
    return level < TXN_LEVEL ? COMMANDS_HEAD : COMMANDS_HEAD + TXN_BOUNDS;
  }

  /** The feature level that an entry asks of whoever applies it; 0 for one that changes nothing. */
  public static int level(byte[] payload) {
    if (payload.length == 0) {
      return 0;
    }
    requireHead(payload);
    return payload[1] & 0xff;
  }

  public static byte[] system(SystemCommand command) {
    return one(command.level(), KIND_SYSTEM, command.encode());
  }

  public static byte[] upkeep(ShardCommand command) {
    return one(command.level(), KIND_UPKEEP, command.encode());
  }

  private static byte[] one(int level, int kind, byte[] body) {
    byte[] payload = new byte[HEAD + body.length];
    head(payload, level, kind).put(body);
    return payload;
  }

  private static ByteBuffer head(byte[] payload, int level, int kind) {
    return ByteBuffer.wrap(payload).put((byte) FORMAT).put((byte) level).put((byte) kind).put((byte) 0);
  }

  public static boolean isSystem(byte[] payload) {
    return payload.length > 0 && kind(payload) == KIND_SYSTEM;
  }

  public static boolean isCommands(byte[] payload) {
    return payload.length > 0 && kind(payload) == KIND_COMMANDS;
  }

  public static boolean isUpkeep(byte[] payload) {
    return payload.length > 0 && kind(payload) == KIND_UPKEEP;
  }

  private static void requireHead(byte[] payload) {
    if (payload.length < HEAD) {
      throw new IllegalStateException("a committed entry's payload has " + payload.length + " bytes, fewer than its head; the replica stops before it");
    }
  }

  private static int kind(byte[] payload) {
    requireHead(payload);
    int format = payload[0] & 0xff;
    int level = payload[1] & 0xff;
    if (format != FORMAT || level > FEATURE_LEVEL) {
      throw new IllegalStateException("an entry of format " + format + ", feature level " + level + " is above this version's ("
          + FORMAT + ", " + FEATURE_LEVEL + "); the replica stops before applying it");
    }
    if (payload[2] < KIND_COMMANDS || payload[2] > KIND_UPKEEP) {
      throw new IllegalStateException("an entry of kind " + payload[2] + " is unknown to this version; the replica stops before applying it");
    }
    return payload[2];
  }

  /** @throws IllegalStateException for one that cannot be decoded: the replica stops before it */
  public static SystemCommand decodeSystem(byte[] payload) {
    try {
      return SystemCommand.decode(ByteBuffer.wrap(payload, HEAD, payload.length - HEAD));
    } catch (BufferUnderflowException | IllegalArgumentException | IndexOutOfBoundsException damaged) {
      throw undecodable(damaged);
    }
  }

  /** @throws IllegalStateException for one that cannot be decoded: the replica stops before it */
  public static ShardCommand decodeUpkeep(byte[] payload) {
    try {
      return ShardCommand.decode(ByteBuffer.wrap(payload, HEAD, payload.length - HEAD));
    } catch (BufferUnderflowException | IllegalArgumentException | IndexOutOfBoundsException damaged) {
      throw undecodable(damaged);
    }
  }

  /** Whatever a decoder meets in bytes that no version wrote. */
  private static IllegalStateException undecodable(RuntimeException damaged) {
    return new IllegalStateException("a committed entry's payload cannot be decoded; the replica stops before it", damaged);
  }

  /** How many items follow, each of so many bytes at least: never more than there is room for. */
  static int count(ByteBuffer buffer, int itemBytes) {
    int count = buffer.getInt();
    if (count < 0 || count > buffer.remaining() / itemBytes) {
      throw new IllegalStateException("a committed entry claims " + count + " items in " + buffer.remaining() + " bytes; the replica stops before it");
    }
    return count;
  }

  /**
   * Decodes a batch. A command that cannot be decoded was checked before it was proposed: finding one is Broken.
   *
   * @throws IllegalStateException for one that cannot be decoded: the replica stops before it
   */
  public static Batch decodeCommands(byte[] payload) {
    try {
      return commands(payload);
    } catch (BufferUnderflowException | IllegalArgumentException | IndexOutOfBoundsException damaged) {
      throw undecodable(damaged);
    }
  }

  private static Batch commands(byte[] payload) {
    ByteBuffer buffer = ByteBuffer.wrap(payload, HEAD, payload.length - HEAD);
    long firstRevision = buffer.getLong();
    int count = count(buffer, COMMAND_OVERHEAD);
    int clientRecordsMax = buffer.getInt();
    TxnBounds txnBounds = level(payload) < TXN_LEVEL ? TxnBounds.NONE : new TxnBounds(buffer.getInt(), buffer.getInt());
    var writes = new ArrayList<Write>(count);
    int at = commandsAt(level(payload));
    try {
      for (int i = 0; i < count; i++) {
        int length = buffer.getInt(at);
        writes.add(CommandCodec.toWrite(CommandCodec.decode(payload, at + COMMAND_OVERHEAD, length)));
        at += COMMAND_OVERHEAD + length;
      }
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a committed command cannot be decoded", e);
    }
    return new Batch(firstRevision, clientRecordsMax, txnBounds, writes);
  }
}
