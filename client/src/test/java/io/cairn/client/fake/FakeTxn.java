package io.cairn.client.fake;

import com.google.protobuf.ByteString;
import io.cairn.protocol.wire.Compare;
import io.cairn.protocol.wire.KeyValue;
import io.cairn.protocol.wire.Txn;
import io.cairn.protocol.wire.TxnAnswer;
import io.cairn.protocol.wire.TxnOp;
import io.cairn.protocol.wire.TxnOpAnswer;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/** A transaction on the fake's map, done at once. */
final class FakeTxn {
  private final TreeMap<ByteString, KeyValue> data;
  private final long revision;
  private long changed;

  FakeTxn(TreeMap<ByteString, KeyValue> data, long revision) {
    this.data = data;
    this.revision = revision;
  }

  long changed() {
    return changed;
  }

  TxnAnswer run(Txn txn) {
    boolean holds = txn.getComparesList().stream().allMatch(this::holds);
    TxnAnswer.Builder answer = TxnAnswer.newBuilder().setSucceeded(holds);
    for (TxnOp op : holds ? txn.getThenList() : txn.getOtherwiseList()) {
      answer.addAnswers(run(op));
    }
    return answer.build();
  }

  private TxnOpAnswer run(TxnOp op) {
    TxnOpAnswer.Builder answer = TxnOpAnswer.newBuilder();
    switch (op.getOpCase()) {
      case PUT -> {
        KeyValue old = put(op.getPut().getKey(), op.getPut().getValue());
        if (old != null && op.getPut().getPrevious()) {
          answer.addKvs(old);
        }
      }
      case DELETE -> delete(List.of(op.getDelete().getKey()), op.getDelete().getPrevious(), answer);
      case DELETE_RANGE -> delete(
          List.copyOf(range(op.getDeleteRange().getStart(), op.getDeleteRange().getEnd(), op.getDeleteRange().getEndOpen()).keySet()),
          op.getDeleteRange().getPrevious(), answer);
      case RANGE -> {
        Collection<KeyValue> found = range(op.getRange().getStart(), op.getRange().getEnd(), op.getRange().getEndOpen()).values();
        answer.addAllKvs(op.getRange().getCountOnly() ? List.of() : found).setCount(found.size());
      }
      case ADD -> {
        KeyValue old = data.get(op.getAdd().getKey());
        long sum = (old == null ? 0 : Long.parseLong(old.getValue().toStringUtf8())) + op.getAdd().getDelta();
        put(op.getAdd().getKey(), ByteString.copyFromUtf8(Long.toString(sum)));
        answer.setSum(sum);
      }
      case TXN -> answer.setTxn(run(op.getTxn()));
      default -> throw new IllegalArgumentException("an operation that says nothing");
    }
    return answer.build();
  }

  private KeyValue put(ByteString key, ByteString value) {
    KeyValue old = data.get(key);
    changed++;
    return data.put(key, KeyValue.newBuilder().setKey(key).setValue(value).setModRevision(revision)
        .setCreateRevision(old == null ? revision : old.getCreateRevision()).setVersion(old == null ? 1 : old.getVersion() + 1).build());
  }

  private void delete(List<ByteString> keys, boolean previous, TxnOpAnswer.Builder answer) {
    for (ByteString key : keys) {
      KeyValue old = data.remove(key);
      if (old != null) {
        changed++;
        answer.setDeleted(answer.getDeleted() + 1);
        if (previous) {
          answer.addKvs(old);
        }
      }
    }
  }

  private NavigableMap<ByteString, KeyValue> range(ByteString start, ByteString end, boolean open) {
    return open ? data.tailMap(start, true) : data.subMap(start, true, end, false);
  }

  private boolean holds(Compare compare) {
    if (compare.getEnd().isEmpty() && !compare.getEndOpen()) {
      return holds(compare, data.get(compare.getKey()));
    }
    var inside = range(compare.getKey(), compare.getEnd(), compare.getEndOpen()).values();
    return switch (compare.getTargetCase()) {
      case COUNT -> relates(compare.getRelation(), Long.compare(inside.size(), compare.getCount()));
      case EXISTS -> compare.getExists() != inside.isEmpty();
      default -> inside.stream().allMatch(kv -> holds(compare, kv));
    };
  }

  private static boolean holds(Compare compare, KeyValue kv) {
    KeyValue of = kv == null ? KeyValue.getDefaultInstance() : kv;
    return switch (compare.getTargetCase()) {
      case VALUE -> kv != null && relates(compare.getRelation(),
          ByteString.unsignedLexicographicalComparator().compare(kv.getValue(), compare.getValue()));
      case VERSION -> relates(compare.getRelation(), Long.compare(of.getVersion(), compare.getVersion()));
      case CREATE_REVISION -> relates(compare.getRelation(), Long.compare(of.getCreateRevision(), compare.getCreateRevision()));
      case MOD_REVISION -> relates(compare.getRelation(), Long.compare(of.getModRevision(), compare.getModRevision()));
      case LEASE -> relates(compare.getRelation(), Long.compare(of.getLease(), compare.getLease()));
      case EXISTS -> compare.getExists() == (kv != null);
      default -> throw new IllegalArgumentException("a compare that says nothing");
    };
  }

  private static boolean relates(Compare.Relation relation, int order) {
    return switch (relation) {
      case EQUAL -> order == 0;
      case NOT_EQUAL -> order != 0;
      case LESS -> order < 0;
      case LESS_OR_EQUAL -> order <= 0;
      case GREATER -> order > 0;
      case GREATER_OR_EQUAL -> order >= 0;
      default -> throw new IllegalArgumentException("a compare without a relation");
    };
  }
}
