package io.cairn.server.history;

import com.google.protobuf.ByteString;
import io.cairn.storage.bytes.BytesIn;
import io.cairn.storage.bytes.BytesOut;
import java.util.ArrayList;

/**
 * What stands in the system shard's log and in its store. Changing this corrupts existing clusters.
 *
 * <pre>
 *   command   kind (1 byte):  1  compact: revision, varint
 *                             2  keep: 1 byte (0 off, 1 on), prefix with its length
 *   table     format (1 byte, 1), wanted compaction revision (varint), count, that many prefixes with their lengths
 * </pre>
 */
public final class HistoryCodec {
  private static final int COMPACT = 1;
  private static final int KEEP = 2;
  private static final int TABLE = 1;

  private HistoryCodec() {}

  public static byte[] encode(HistoryCommand command) {
    return switch (command) {
      case HistoryCommand.Compact(long revision) -> new BytesOut(16).int8(COMPACT).varint(revision).toArray();
      case HistoryCommand.Keep(boolean keeps, ByteString prefix) ->
          new BytesOut(16 + prefix.size()).int8(KEEP).int8(keeps ? 1 : 0).sized(prefix.toByteArray()).toArray();
    };
  }

  public static HistoryCommand decodeCommand(byte[] encoded) {
    var in = new BytesIn(encoded);
    int kind = in.int8();
    HistoryCommand command = switch (kind) {
      case COMPACT -> new HistoryCommand.Compact(in.varint());
      case KEEP -> new HistoryCommand.Keep(in.int8() == 1, ByteString.copyFrom(in.sized()));
      default -> throw new IllegalStateException("history command " + kind + " is unknown to this version; the replica stops before it");
    };
    return whole(in, command);
  }

  public static byte[] encode(HistoryTable table) {
    var out = new BytesOut(16).int8(TABLE).varint(table.wanted()).varint(table.off().size());
    table.off().forEach(prefix -> out.sized(prefix.toByteArray()));
    return out.toArray();
  }

  public static HistoryTable decodeTable(byte[] encoded) {
    var in = new BytesIn(encoded);
    int format = in.int8();
    if (format != TABLE) {
      throw new IllegalStateException("the table of history has format " + format + ", this version reads " + TABLE);
    }
    long wanted = in.varint();
    var off = new ArrayList<ByteString>();
    for (int left = in.count(); left > 0; left--) {
      off.add(ByteString.copyFrom(in.sized()));
    }
    return whole(in, new HistoryTable(wanted, off));
  }

  private static <T> T whole(BytesIn in, T read) {
    if (in.left() > 0) {
      throw new IllegalStateException(in.left() + " bytes too many behind " + read);
    }
    return read;
  }
}
