package io.cairn.simulator.oracle;

import io.cairn.client.KeyValue;
import io.cairn.client.OpResult;
import io.cairn.client.TxnResult;
import io.cairn.storage.mvcc.OpAnswer;
import io.cairn.storage.mvcc.Version;
import java.util.List;

/** An answer to a transaction in one line, the same for what apply gave and for what a client was told. */
final class TxnShown {

  private TxnShown() {}

  static String of(OpAnswer answer) {
    return switch (answer) {
      case OpAnswer.Replaced replaced -> "put" + (replaced.previous() == null ? List.of() : versions(List.of(replaced.previous())));
      case OpAnswer.Deleted deleted -> "deleted " + deleted.count() + versions(deleted.previous());
      case OpAnswer.Read read -> "read " + read.count() + read.more() + versions(read.versions());
      case OpAnswer.Sum(long value) -> "sum " + value;
      case OpAnswer.Txn txn -> "txn " + txn.succeeded() + txn.answers().stream().map(TxnShown::of).toList();
    };
  }

  static String of(TxnResult result) {
    return of(new OpResult.Nested(result.succeeded(), result.results()));
  }

  private static String of(OpResult result) {
    return switch (result) {
      case OpResult.Put put -> "put" + keyValues(put.previous().stream().toList());
      case OpResult.Delete delete -> "deleted " + delete.deleted() + keyValues(delete.previous());
      case OpResult.Range range -> "read " + range.count() + range.more() + keyValues(range.kvs());
      case OpResult.Add add -> "sum " + add.value();
      case OpResult.Nested nested -> "txn " + nested.succeeded() + nested.results().stream().map(TxnShown::of).toList();
    };
  }

  private static List<String> versions(List<Version> versions) {
    return versions.stream().map(each -> TxnTruth.text(each.key(), 1) + "=" + DataOracle.valueName(TxnTruth.text(each.value(), 0)) + "@"
        + each.create() + "/" + each.mod() + "/" + each.version() + "/" + each.lease()).toList();
  }

  private static List<String> keyValues(List<KeyValue> kvs) {
    return kvs.stream().map(each -> each.keyUtf8() + "=" + DataOracle.valueName(each.valueUtf8()) + "@" + each.createRevision() + "/"
        + each.modRevision() + "/" + each.version() + "/" + each.lease()).toList();
  }
}
