package io.cairn.server.members;

import io.cairn.protocol.transport.HostPort;
import io.cairn.server.members.MemberCommand.Begin;
import io.cairn.server.members.MemberCommand.Found;
import io.cairn.server.members.MemberCommand.Join;
import io.cairn.server.members.MemberCommand.Stepped;
import io.cairn.server.members.MemberCommand.TakeBack;
import io.cairn.storage.bytes.BytesIn;
import io.cairn.storage.bytes.BytesOut;
import io.cairn.storage.directory.Incarnation;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Commands and the table as bytes, which stand in the system shard's log and store. Changing this corrupts existing data.
 *
 * <pre>
 *   u8 format (1) | for a command u8 kind (1 found, 2 begin, 3 stepped, 4 take back, 5 join) | fields
 * </pre>
 *
 * Numbers are varints, texts UTF-8 with their length in front, addresses texts (empty for none).
 */
public final class MemberCodec {
  private static final int FORMAT = 1;
  private static final int FOUND = 1;
  private static final int BEGIN = 2;
  private static final int STEPPED = 3;
  private static final int TAKE_BACK = 4;
  private static final int JOIN = 5;

  private MemberCodec() {}

  public static byte[] encode(MemberCommand command) {
    var out = new BytesOut().int8(FORMAT);
    switch (command) {
      case Found found -> {
        out.int8(FOUND).varint(found.nodes().size());
        found.nodes().forEach(node -> put(out, node));
      }
      case Begin begin -> {
        out.int8(BEGIN).varint(begin.number()).int8(begin.kind().ordinal());
        text(text(out, begin.node()), begin.replaced());
        address(address(out, begin.peer()), begin.client());
        put(out, begin.shards());
      }
      case Stepped(Stamp step, int shard) -> put(out.int8(STEPPED), step).varint(shard);
      case TakeBack(long change, String reason) -> text(out.int8(TAKE_BACK).varint(change), reason);
      case Join(long node, Incarnation incarnation) ->
          out.int8(JOIN).varint(node).int64(incarnation.high()).int64(incarnation.low());
    }
    return out.toArray();
  }

  /** @throws IllegalStateException for a format or kind above this version's: the replica stops before it */
  public static MemberCommand decodeCommand(byte[] bytes) {
    var in = new BytesIn(bytes);
    requireFormat(in);
    int kind = in.int8();
    MemberCommand command = switch (kind) {
      case FOUND -> {
        int count = in.count();
        var nodes = new ArrayList<NodeEntry>();
        for (int i = 0; i < count; i++) {
          nodes.add(node(in));
        }
        yield new Found(nodes);
      }
      case BEGIN -> new Begin(in.varint(), kind(in), text(in), text(in), address(in), address(in), shards(in));
      case STEPPED -> new Stepped(stamp(in), in.count());
      case TAKE_BACK -> new TakeBack(in.varint(), text(in));
      case JOIN -> new Join(in.varint(), new Incarnation(in.int64(), in.int64()));
      default -> throw new IllegalStateException("member command " + kind + " is unknown to this version; the replica stops before it");
    };
    requireEnd(in);
    return command;
  }

  public static byte[] encode(NodeTable table) {
    var out = new BytesOut().int8(FORMAT).varint(table.epoch()).varint(table.founders()).varint(table.nextId()).varint(table.nextChange())
        .varint(table.nodes().size());
    table.nodes().values().forEach(node -> put(out, node));
    out.int8(table.change().isPresent() ? 1 : 0);
    table.change().ifPresent(change -> put(out, change));
    out.int8(table.last().isPresent() ? 1 : 0);
    table.last().ifPresent(last -> text(out.varint(last.number()), last.takenBack()));
    return out.toArray();
  }

  public static NodeTable decodeTable(byte[] bytes) {
    var in = new BytesIn(bytes);
    requireFormat(in);
    long epoch = in.varint();
    long founders = in.varint();
    long nextId = in.varint();
    long nextChange = in.varint();
    int count = in.count();
    SortedMap<Long, NodeEntry> nodes = new TreeMap<>();
    for (int i = 0; i < count; i++) {
      NodeEntry node = node(in);
      nodes.put(node.id(), node);
    }
    Optional<MemberChange> change = in.int8() == 1 ? Optional.of(change(in)) : Optional.empty();
    Optional<EndedChange> last = in.int8() == 1 ? Optional.of(new EndedChange(in.varint(), text(in))) : Optional.empty();
    requireEnd(in);
    return new NodeTable(epoch, founders, nextId, nextChange, nodes, change, last);
  }

  private static void put(BytesOut out, NodeEntry node) {
    text(out.varint(node.id()), node.name());
    address(address(out, node.peer()), node.client());
    out.int8(node.standing().ordinal()).int8(node.incarnation().isPresent() ? 1 : 0);
    node.incarnation().ifPresent(joined -> out.int64(joined.high()).int64(joined.low()));
  }

  private static NodeEntry node(BytesIn in) {
    return new NodeEntry(in.varint(), text(in), address(in), address(in), one(Standing.values(), in.int8(), "standing"),
        in.int8() == 1 ? Optional.of(new Incarnation(in.int64(), in.int64())) : Optional.empty());
  }

  private static void put(BytesOut out, MemberChange change) {
    out.varint(change.number()).int8(change.kind().ordinal()).varint(change.subject()).varint(change.replaced()).varint(change.stage())
        .int8(change.back() ? 1 : 0);
    text(out, change.reason());
    put(out, change.open());
    put(out, change.done());
  }

  private static MemberChange change(BytesIn in) {
    return new MemberChange(in.varint(), kind(in), in.varint(), in.varint(), in.count(), in.int8() == 1, text(in), shards(in), shards(in));
  }

  private static BytesOut put(BytesOut out, Stamp stamp) {
    return out.varint(stamp.change()).varint(stamp.stage()).int8(stamp.back() ? 1 : 0);
  }

  private static Stamp stamp(BytesIn in) {
    return new Stamp(in.varint(), in.count(), in.int8() == 1);
  }

  private static void put(BytesOut out, SortedSet<Integer> shards) {
    out.varint(shards.size());
    shards.forEach(out::varint);
  }

  private static SortedSet<Integer> shards(BytesIn in) {
    int count = in.count();
    var shards = new TreeSet<Integer>();
    for (int i = 0; i < count; i++) {
      shards.add(in.count());
    }
    return shards;
  }

  private static ChangeKind kind(BytesIn in) {
    return one(ChangeKind.values(), in.int8(), "kind of change");
  }

  private static <E> E one(E[] values, int ordinal, String what) {
    if (ordinal >= values.length) {
      throw new IllegalStateException(what + " " + ordinal + " is unknown to this version; the replica stops before it");
    }
    return values[ordinal];
  }

  private static BytesOut text(BytesOut out, String text) {
    return out.sized(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String text(BytesIn in) {
    return new String(in.sized(), StandardCharsets.UTF_8);
  }

  private static BytesOut address(BytesOut out, HostPort address) {
    return text(out, address == null ? "" : address.toString());
  }

  private static HostPort address(BytesIn in) {
    String text = text(in);
    return text.isEmpty() ? null : HostPort.parse(text);
  }

  private static void requireFormat(BytesIn in) {
    int format = in.int8();
    if (format != FORMAT) {
      throw new IllegalStateException("members in format " + format + ", this version reads " + FORMAT);
    }
  }

  private static void requireEnd(BytesIn in) {
    if (in.left() > 0) {
      throw new IllegalStateException(in.left() + " bytes too many follow what is said of members");
    }
  }
}
