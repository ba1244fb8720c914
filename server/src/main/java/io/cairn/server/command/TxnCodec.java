package io.cairn.server.command;

import com.google.protobuf.ByteString;
import io.cairn.protocol.wire.Add;
import io.cairn.protocol.wire.Compare;
import io.cairn.protocol.wire.Delete;
import io.cairn.protocol.wire.DeleteRange;
import io.cairn.protocol.wire.Put;
import io.cairn.protocol.wire.Txn;
import io.cairn.protocol.wire.TxnOp;
import io.cairn.protocol.wire.TxnRange;
import io.cairn.server.shard.Keyspace;
import io.cairn.storage.mvcc.Comparison;
import io.cairn.storage.mvcc.Op;
import java.util.List;

/** Operations as the wire has them to those that the state machine applies. They were checked: what is missing here was never proposed. */
final class TxnCodec {
  private static final byte[] NONE = {};
  private final int keyspace;

  TxnCodec(int keyspace) {
    this.keyspace = keyspace;
  }

  Op.Put put(Put put) {
    return new Op.Put(key(put.getKey()), put.getValue().toByteArray(), put.getLease(), put.getPrevious(), put.getTtlMillis());
  }

  Op.Delete delete(Delete delete) {
    return new Op.Delete(key(delete.getKey()), delete.getPrevious());
  }

  Op.DeleteRange deleteRange(DeleteRange range) {
    return new Op.DeleteRange(key(range.getStart()), end(range.getEnd(), range.getEndOpen()), range.getPrevious());
  }

  Op.Add add(Add add) {
    return new Op.Add(key(add.getKey()), add.getDelta());
  }

  Op.Txn txn(Txn txn) {
    return new Op.Txn(txn.getComparesList().stream().map(this::comparison).toList(), ops(txn.getThenList()), ops(txn.getOtherwiseList()));
  }

  private List<Op> ops(List<TxnOp> ops) {
    return ops.stream().map(this::op).toList();
  }

  private Op op(TxnOp op) {
    return switch (op.getOpCase()) {
      case PUT -> put(op.getPut());
      case DELETE -> delete(op.getDelete());
      case DELETE_RANGE -> deleteRange(op.getDeleteRange());
      case RANGE -> range(op.getRange());
      case ADD -> add(op.getAdd());
      case TXN -> txn(op.getTxn());
      case OP_NOT_SET -> throw new IllegalStateException("a transaction's operation that says nothing is not applied");
    };
  }

  private Op.Range range(TxnRange range) {
    return new Op.Range(key(range.getStart()), end(range.getEnd(), range.getEndOpen()), range.getLimit(), range.getKeysOnly(),
        range.getCountOnly(), range.getReverse());
  }

  private Comparison comparison(Compare compare) {
    boolean single = compare.getEnd().isEmpty() && !compare.getEndOpen();
    boolean value = compare.getTargetCase() == Compare.TargetCase.VALUE;
    return new Comparison(target(compare), relation(compare.getRelation()), key(compare.getKey()),
        single ? null : end(compare.getEnd(), compare.getEndOpen()), number(compare), value ? compare.getValue().toByteArray() : null);
  }

  private static Comparison.Target target(Compare compare) {
    return switch (compare.getTargetCase()) {
      case VALUE -> Comparison.Target.VALUE;
      case VERSION -> Comparison.Target.VERSION;
      case CREATE_REVISION -> Comparison.Target.CREATE;
      case MOD_REVISION -> Comparison.Target.MOD;
      case LEASE -> Comparison.Target.LEASE;
      case EXISTS -> Comparison.Target.EXISTS;
      case COUNT -> Comparison.Target.COUNT;
      case TARGET_NOT_SET -> throw new IllegalStateException("a compare that says nothing is not applied");
    };
  }

  /** What is compared with; unsigned on the wire, and checked to be no more than a signed number holds. */
  private static long number(Compare compare) {
    return switch (compare.getTargetCase()) {
      case VERSION -> compare.getVersion();
      case CREATE_REVISION -> compare.getCreateRevision();
      case MOD_REVISION -> compare.getModRevision();
      case LEASE -> compare.getLease();
      case EXISTS -> compare.getExists() ? 1 : 0;
      case COUNT -> compare.getCount();
      case VALUE, TARGET_NOT_SET -> 0;
    };
  }

  private static Comparison.Relation relation(Compare.Relation relation) {
    return switch (relation) {
      case EQUAL -> Comparison.Relation.EQUAL;
      case NOT_EQUAL -> Comparison.Relation.NOT_EQUAL;
      case LESS -> Comparison.Relation.LESS;
      case LESS_OR_EQUAL -> Comparison.Relation.LESS_OR_EQUAL;
      case GREATER -> Comparison.Relation.GREATER;
      case GREATER_OR_EQUAL -> Comparison.Relation.GREATER_OR_EQUAL;
      case RELATION_UNSPECIFIED, UNRECOGNIZED -> throw new IllegalStateException("a compare without a relation is not applied");
    };
  }

  private byte[] key(ByteString key) {
    return Keyspace.stored(keyspace, key);
  }

  private byte[] end(ByteString end, boolean open) {
    return CommandCodec.rangeEnd(keyspace, end, open);
  }

  static byte[] orNone(byte[] bytes) {
    return bytes == null ? NONE : bytes;
  }
}
