package io.cairn.server.history;

import io.cairn.storage.bytes.BytesIn;
import io.cairn.storage.bytes.BytesOut;

/**
 * What stands in the system shard's log and in its store. Changing this corrupts existing clusters.
 *
 * <pre>
 *   command   kind (1 byte):  1  compact: revision, varint
 *   table     format (1 byte, 1), wanted compaction revision (varint)
 * </pre>
 */
public final class HistoryCodec {
  private static final int COMPACT = 1;
  private static final int TABLE = 1;

  private HistoryCodec() {}

  public static byte[] encode(HistoryCommand command) {
    return switch (command) {
      case HistoryCommand.Compact(long revision) -> new BytesOut(16).int8(COMPACT).varint(revision).toArray();
    };
  }

  public static HistoryCommand decodeCommand(byte[] encoded) {
    var in = new BytesIn(encoded);
    int kind = in.int8();
    HistoryCommand command = switch (kind) {
      case COMPACT -> new HistoryCommand.Compact(in.varint());
      default -> throw new IllegalStateException("history command " + kind + " is unknown to this version; the replica stops before it");
    };
    return whole(in, command);
  }

  public static byte[] encode(HistoryTable table) {
    return new BytesOut(16).int8(TABLE).varint(table.wanted()).toArray();
  }

  public static HistoryTable decodeTable(byte[] encoded) {
    var in = new BytesIn(encoded);
    int format = in.int8();
    if (format != TABLE) {
      throw new IllegalStateException("the table of history has format " + format + ", this version reads " + TABLE);
    }
    return whole(in, new HistoryTable(in.varint()));
  }

  private static <T> T whole(BytesIn in, T read) {
    if (in.left() > 0) {
      throw new IllegalStateException(in.left() + " bytes too many behind " + read);
    }
    return read;
  }
}
