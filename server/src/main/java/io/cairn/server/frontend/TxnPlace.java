package io.cairn.server.frontend;

import com.google.protobuf.ByteString;
import io.cairn.protocol.wire.Compare;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.Txn;
import io.cairn.protocol.wire.TxnOp;
import io.cairn.server.command.CommandCodec;
import io.cairn.server.outcome.Refusal;
import io.cairn.server.shard.Keyspace;
import io.cairn.server.shard.ShardDescriptor;
import io.cairn.server.shard.ShardMap;
import io.cairn.storage.mvcc.KeyBounds;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The shard that all keys and ranges of a transaction lie in. */
final class TxnPlace {
  private final ShardMap map;
  private final int keyspace;
  private final TreeSet<Integer> shards = new TreeSet<>();
  /** Some key of the transaction; null while it has named none. */
  private ByteString key;

  private TxnPlace(ShardMap map, int keyspace) {
    this.map = map;
    this.keyspace = keyspace;
  }

  /** Refuses a transaction that no single shard can do. */
  static Refusal crossing(ShardMap map, int keyspace, Txn txn) {
    var place = new TxnPlace(map, keyspace);
    place.add(txn);
    if (place.shards.size() <= 1) {
      return null;
    }
    String named = place.shards.stream().map(String::valueOf).collect(Collectors.joining(", "));
    return Refusal.of(ErrorCode.TXN_CROSSES_SHARDS, "the transaction's keys lie in the shards " + named
        + "; one transaction is one shard's. Keys that are equal up to and including the '}' of their first '{...}' are never separated: "
        + "give those that change together such a tag in common, as in {order-7}/head and {order-7}/items");
  }

  /** Some key of a transaction, empty when it names none: its shard is the transaction's. */
  static ByteString firstKey(Txn txn) {
    var place = new TxnPlace(null, 0);
    place.add(txn);
    return place.key == null ? ByteString.EMPTY : place.key;
  }

  private void add(Txn txn) {
    for (Compare compare : txn.getComparesList()) {
      if (compare.getEnd().isEmpty() && !compare.getEndOpen()) {
        key(compare.getKey());
      } else {
        range(compare.getKey(), compare.getEnd(), compare.getEndOpen());
      }
    }
    for (List<TxnOp> branch : List.of(txn.getThenList(), txn.getOtherwiseList())) {
      branch.forEach(this::add);
    }
  }

  private void add(TxnOp op) {
    switch (op.getOpCase()) {
      case PUT -> key(op.getPut().getKey());
      case DELETE -> key(op.getDelete().getKey());
      case ADD -> key(op.getAdd().getKey());
      case DELETE_RANGE -> range(op.getDeleteRange().getStart(), op.getDeleteRange().getEnd(), op.getDeleteRange().getEndOpen());
      case RANGE -> range(op.getRange().getStart(), op.getRange().getEnd(), op.getRange().getEndOpen());
      case TXN -> add(op.getTxn());
      case OP_NOT_SET -> { }
    }
  }

  private void key(ByteString named) {
    key = key == null ? named : key;
    if (map != null) {
      shards.add(map.locate(Keyspace.stored(keyspace, named)).id());
    }
  }

  /** An empty range has a place as well: where it begins. */
  private void range(ByteString start, ByteString end, boolean open) {
    key(start);
    if (map != null) {
      byte[] from = Keyspace.stored(keyspace, start);
      byte[] to = CommandCodec.rangeEnd(keyspace, end, open);
      for (ShardDescriptor shard : map.overlapping(from, java.util.Arrays.compareUnsigned(from, to) < 0 ? to : KeyBounds.successor(from))) {
        shards.add(shard.id());
      }
    }
  }
}
