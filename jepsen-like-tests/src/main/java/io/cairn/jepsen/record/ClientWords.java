package io.cairn.jepsen.record;

import io.cairn.client.ByteSeq;
import io.cairn.client.KeyRange;
import io.cairn.client.KeyValue;
import io.cairn.client.OpResult;
import io.cairn.client.Txn;
import io.cairn.client.TxnOp;
import io.cairn.client.TxnResult;
import io.cairn.jepsen.history.Compare;
import io.cairn.jepsen.history.Op;
import io.cairn.jepsen.history.Result;
import io.cairn.jepsen.history.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** What clients ask and are answered, in the words of a history. */
public final class ClientWords {
  /** Behind every key of a workload. */
  public static final String LAST = "\uffff";

  private final UnaryOperator<String> name;

  /** @param name what a value is called in the history: itself, or it without what pads it */
  public ClientWords(UnaryOperator<String> name) {
    this.name = name;
  }

  public Version version(KeyValue shown) {
    return new Version(shown.keyUtf8(), name.apply(shown.valueUtf8()), shown.createRevision(), shown.modRevision(), shown.version(), shown.lease());
  }

  public List<Version> versions(List<KeyValue> shown) {
    return shown.stream().map(this::version).toList();
  }

  public static String end(KeyRange range) {
    return range.end().map(ByteSeq::utf8).orElse(LAST);
  }

  public Op.Put put(ByteSeq key, ByteSeq value, long lease) {
    return new Op.Put(key.utf8(), name.apply(value.utf8()), lease);
  }

  public static Op.Range range(KeyRange range, long revision) {
    return new Op.Range(range.start().utf8(), end(range), revision);
  }

  public Op.Txn txn(Txn txn) {
    return new Op.Txn(txn.conditions().stream().map(this::compare).toList(), steps(txn.then()), steps(txn.otherwise()));
  }

  private List<Op> steps(List<TxnOp> operations) {
    List<Op> steps = new ArrayList<>();
    for (TxnOp each : operations) {
      steps.add(switch (each) {
        case TxnOp.Put put -> put(put.key(), put.value(), 0);
        case TxnOp.Delete delete -> new Op.Delete(delete.key().utf8());
        case TxnOp.DeleteRange range -> new Op.DeleteRange(range.range().start().utf8(), end(range.range()));
        case TxnOp.Range range -> range(range);
        case TxnOp.Add add -> new Op.Add(add.key().utf8(), add.delta());
        case TxnOp.Nested nested -> txn(nested.txn());
      });
    }
    return steps;
  }

  private static Op range(TxnOp.Range range) {
    if (range.limit() != 0 || range.keysOnly() || range.countOnly() || range.reverse()) {
      throw new IllegalArgumentException("a history has whole ranges, in their order: " + range);
    }
    return range(range.range(), 0);
  }

  private Compare compare(io.cairn.client.Compare compare) {
    if (!compare.single()) {
      throw new IllegalArgumentException("a history has conditions on one key: " + compare);
    }
    boolean exists = compare.number() == 1;
    Compare.Relation relation = switch (compare.relation()) {
      case EQUAL -> Compare.Relation.EQUAL;
      case NOT_EQUAL -> Compare.Relation.NOT_EQUAL;
      case LESS -> Compare.Relation.LESS;
      case GREATER -> Compare.Relation.GREATER;
      default -> throw new IllegalArgumentException("a history has no relation " + compare.relation());
    };
    String key = compare.range().start().utf8();
    String number = Long.toString(compare.number());
    return switch (compare.target()) {
      case VALUE -> new Compare(key, Compare.Field.VALUE, relation, name.apply(compare.value().utf8()));
      case VERSION -> new Compare(key, Compare.Field.VERSION, relation, number);
      case CREATE_REVISION -> new Compare(key, Compare.Field.CREATE, relation, number);
      case MOD_REVISION -> new Compare(key, Compare.Field.MOD, relation, number);
      case LEASE -> new Compare(key, Compare.Field.LEASE, relation, number);
      case EXISTS -> new Compare(key, Compare.Field.VERSION, exists ? Compare.Relation.GREATER : Compare.Relation.EQUAL, "0");
      case COUNT -> throw new IllegalArgumentException("a history has conditions on one key: " + compare);
    };
  }

  public Result.TxnDone done(TxnResult result) {
    return new Result.TxnDone(result.revision(), result.succeeded(), results(result.results()));
  }

  private List<Result> results(List<OpResult> answers) {
    List<Result> results = new ArrayList<>();
    for (OpResult each : answers) {
      results.add(switch (each) {
        case OpResult.Put put -> new Result.Written(0, 1, put.previous().map(this::version));
        case OpResult.Delete delete -> new Result.Written(0, delete.deleted(), Optional.empty());
        case OpResult.Range range -> new Result.Shown(0, versions(range.kvs()));
        case OpResult.Add add -> new Result.Added(0, add.value());
        case OpResult.Nested nested -> new Result.TxnDone(0, nested.succeeded(), results(nested.results()));
      });
    }
    return results;
  }
}
