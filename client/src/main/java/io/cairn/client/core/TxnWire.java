package io.cairn.client.core;

import io.cairn.client.ByteSeq;
import io.cairn.client.Compare;
import io.cairn.client.KeyRange;
import io.cairn.client.KeyValue;
import io.cairn.client.OpResult;
import io.cairn.client.Txn;
import io.cairn.client.TxnOp;
import io.cairn.client.TxnResult;
import io.cairn.protocol.wire.Add;
import io.cairn.protocol.wire.Delete;
import io.cairn.protocol.wire.DeleteRange;
import io.cairn.protocol.wire.Put;
import io.cairn.protocol.wire.Response;
import io.cairn.protocol.wire.TxnAnswer;
import io.cairn.protocol.wire.TxnOpAnswer;
import io.cairn.protocol.wire.TxnRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Transactions between what travels and what applications see. */
final class TxnWire {

  private TxnWire() {}

  static io.cairn.protocol.wire.Txn txn(Txn txn) {
    io.cairn.protocol.wire.Txn.Builder body = io.cairn.protocol.wire.Txn.newBuilder();
    txn.conditions().forEach(each -> body.addCompares(compare(each)));
    txn.then().forEach(each -> body.addThen(op(each)));
    txn.otherwise().forEach(each -> body.addOtherwise(op(each)));
    return body.build();
  }

  /** Some key of it, by which it finds its shard; empty when it names none. */
  static ByteSeq firstKey(Txn txn) {
    if (!txn.conditions().isEmpty()) {
      return txn.conditions().get(0).range().start();
    }
    for (List<TxnOp> branch : List.of(txn.then(), txn.otherwise())) {
      for (TxnOp op : branch) {
        ByteSeq key = firstKey(op);
        if (!key.isEmpty()) {
          return key;
        }
      }
    }
    return ByteSeq.EMPTY;
  }

  private static ByteSeq firstKey(TxnOp op) {
    if (op instanceof TxnOp.Put put) {
      return put.key();
    } else if (op instanceof TxnOp.Delete delete) {
      return delete.key();
    } else if (op instanceof TxnOp.DeleteRange range) {
      return range.range().start();
    } else if (op instanceof TxnOp.Range range) {
      return range.range().start();
    } else if (op instanceof TxnOp.Add add) {
      return add.key();
    }
    return firstKey(((TxnOp.Nested) op).txn());
  }

  /** What it holds in memory, about. */
  static long bytes(Txn txn) {
    long bytes = Operation.FIXED_BYTES;
    for (Compare compare : txn.conditions()) {
      bytes += Operation.FIXED_BYTES / 4 + compare.range().start().size() + compare.value().size();
    }
    for (List<TxnOp> branch : List.of(txn.then(), txn.otherwise())) {
      for (TxnOp op : branch) {
        bytes += Operation.FIXED_BYTES / 4 + firstKey(op).size() + (op instanceof TxnOp.Put put ? put.value().size() : 0);
        bytes += op instanceof TxnOp.Nested nested ? bytes(nested.txn()) : 0;
      }
    }
    return bytes;
  }

  private static io.cairn.protocol.wire.Compare compare(Compare compare) {
    io.cairn.protocol.wire.Compare.Builder body = io.cairn.protocol.wire.Compare.newBuilder()
        .setKey(Wire.byteString(compare.range().start()))
        .setRelation(io.cairn.protocol.wire.Compare.Relation.valueOf(compare.relation().name()));
    if (!compare.single()) {
      compare.range().end().ifPresentOrElse(end -> body.setEnd(Wire.byteString(end)), () -> body.setEndOpen(true));
    }
    return (switch (compare.target()) {
      case VALUE -> body.setValue(Wire.byteString(compare.value()));
      case VERSION -> body.setVersion(compare.number());
      case CREATE_REVISION -> body.setCreateRevision(compare.number());
      case MOD_REVISION -> body.setModRevision(compare.number());
      case LEASE -> body.setLease(compare.number());
      case EXISTS -> body.setExists(compare.number() == 1);
      case COUNT -> body.setCount(compare.number());
    }).build();
  }

  private static io.cairn.protocol.wire.TxnOp op(TxnOp op) {
    io.cairn.protocol.wire.TxnOp.Builder body = io.cairn.protocol.wire.TxnOp.newBuilder();
    if (op instanceof TxnOp.Put put) {
      body.setPut(Put.newBuilder().setKey(Wire.byteString(put.key())).setValue(Wire.byteString(put.value())).setPrevious(put.previous())
          .setLease(put.lease()));
    } else if (op instanceof TxnOp.Delete delete) {
      body.setDelete(Delete.newBuilder().setKey(Wire.byteString(delete.key())).setPrevious(delete.previous()));
    } else if (op instanceof TxnOp.DeleteRange range) {
      body.setDeleteRange(deleteRange(range.range(), range.previous()));
    } else if (op instanceof TxnOp.Range range) {
      body.setRange(range(range));
    } else if (op instanceof TxnOp.Add add) {
      body.setAdd(add(add.key(), add.delta()));
    } else {
      body.setTxn(txn(((TxnOp.Nested) op).txn()));
    }
    return body.build();
  }

  static DeleteRange deleteRange(KeyRange range, boolean previous) {
    DeleteRange.Builder body = DeleteRange.newBuilder().setStart(Wire.byteString(range.start())).setPrevious(previous);
    range.end().ifPresentOrElse(end -> body.setEnd(Wire.byteString(end)), () -> body.setEndOpen(true));
    return body.build();
  }

  static Add add(ByteSeq key, long delta) {
    return Add.newBuilder().setKey(Wire.byteString(key)).setDelta(delta).build();
  }

  private static TxnRange range(TxnOp.Range range) {
    TxnRange.Builder body = TxnRange.newBuilder().setStart(Wire.byteString(range.range().start())).setLimit(range.limit())
        .setKeysOnly(range.keysOnly()).setCountOnly(range.countOnly()).setReverse(range.reverse());
    range.range().end().ifPresentOrElse(end -> body.setEnd(Wire.byteString(end)), () -> body.setEndOpen(true));
    return body.build();
  }

  /** Null when the answer does not belong to the transaction. */
  static TxnResult result(Txn txn, Response response) {
    if (!response.getWrite().hasTxn()) {
      return null;
    }
    TxnAnswer answer = response.getWrite().getTxn();
    List<OpResult> results = results(txn, answer);
    return results == null ? null : new TxnResult(response.getRevision(), answer.getSucceeded(), results);
  }

  private static List<OpResult> results(Txn txn, TxnAnswer answer) {
    List<TxnOp> done = answer.getSucceeded() ? txn.then() : txn.otherwise();
    if (done.size() != answer.getAnswersCount()) {
      return null;
    }
    List<OpResult> results = new ArrayList<>();
    for (int i = 0; i < done.size(); i++) {
      OpResult result = result(done.get(i), answer.getAnswers(i));
      if (result == null) {
        return null;
      }
      results.add(result);
    }
    return results;
  }

  private static OpResult result(TxnOp op, TxnOpAnswer answer) {
    List<KeyValue> kvs = answer.getKvsList().stream().map(Wire::keyValue).toList();
    if (op instanceof TxnOp.Put) {
      return new OpResult.Put(kvs.isEmpty() ? Optional.empty() : Optional.of(kvs.get(0)));
    } else if (op instanceof TxnOp.Delete || op instanceof TxnOp.DeleteRange) {
      return new OpResult.Delete(answer.getDeleted(), kvs);
    } else if (op instanceof TxnOp.Range) {
      return new OpResult.Range(kvs, answer.getCount(), answer.getMore());
    } else if (op instanceof TxnOp.Add) {
      return new OpResult.Add(answer.getSum());
    }
    List<OpResult> inner = results(((TxnOp.Nested) op).txn(), answer.getTxn());
    return inner == null ? null : new OpResult.Nested(answer.getTxn().getSucceeded(), inner);
  }
}
