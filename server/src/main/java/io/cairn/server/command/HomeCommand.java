package io.cairn.server.command;

import io.cairn.storage.lease.Lease.Stage;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** What the leader of a home of leases says of many of them in one entry. It begins with the byte of its kind. */
public sealed interface HomeCommand {
  byte RENEW = 10;
  byte REGISTER = 11;
  byte EXPIRE = 12;
  byte PROGRESS = 13;

  /** Renews those of them that are alive. */
  record Renew(List<Long> ids) implements HomeCommand {}

  /** Keys in these shards may be put under those of these leases that are alive. */
  record Register(List<InShard> leases) implements HomeCommand {}

  record InShard(long id, int shard) {}

  /** Begins the ends of those of them that were not renewed since. */
  record Expire(List<Seen> leases) implements HomeCommand {}

  /** A lease as the leader saw it. */
  record Seen(long id, long grant, long epoch) {}

  /** The ends of leases have come so far. */
  record Progress(List<Step> steps) implements HomeCommand {}

  record Step(long id, long grant, int shard, Stage stage) {}

  default byte[] encode() {
    return switch (this) {
      case Renew(var ids) -> encode(RENEW, ids.size(), Long.BYTES, buffer -> ids.forEach(buffer::putLong));
      case Register(var leases) -> encode(REGISTER, leases.size(), Long.BYTES + Integer.BYTES,
          buffer -> leases.forEach(lease -> buffer.putLong(lease.id).putInt(lease.shard)));
      case Expire(var leases) -> encode(EXPIRE, leases.size(), 3 * Long.BYTES,
          buffer -> leases.forEach(lease -> buffer.putLong(lease.id).putLong(lease.grant).putLong(lease.epoch)));
      case Progress(var steps) -> encode(PROGRESS, steps.size(), 2 * Long.BYTES + Integer.BYTES + 1,
          buffer -> steps.forEach(step -> buffer.putLong(step.id).putLong(step.grant).putInt(step.shard).put((byte) step.stage.ordinal())));
    };
  }

  private static byte[] encode(byte kind, int count, int bytes, java.util.function.Consumer<ByteBuffer> items) {
    ByteBuffer buffer = ByteBuffer.allocate(1 + Integer.BYTES + count * bytes).put(kind).putInt(count);
    items.accept(buffer);
    return buffer.array();
  }

  static HomeCommand decode(byte kind, ByteBuffer buffer) {
    return switch (kind) {
      case RENEW -> new Renew(items(buffer, ByteBuffer::getLong));
      case REGISTER -> new Register(items(buffer, in -> new InShard(in.getLong(), in.getInt())));
      case EXPIRE -> new Expire(items(buffer, in -> new Seen(in.getLong(), in.getLong(), in.getLong())));
      case PROGRESS -> new Progress(items(buffer, in -> new Step(in.getLong(), in.getLong(), in.getInt(), Stage.values()[in.get()])));
      default -> throw new IllegalStateException("a command " + kind + " about leases is unknown to this version");
    };
  }

  private static <T> List<T> items(ByteBuffer buffer, Function<ByteBuffer, T> item) {
    int count = EntryPayload.count(buffer, Long.BYTES);
    var items = new ArrayList<T>(count);
    for (int i = 0; i < count; i++) {
      items.add(item.apply(buffer));
    }
    return items;
  }
}
