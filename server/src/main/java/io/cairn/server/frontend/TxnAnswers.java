package io.cairn.server.frontend;

import io.cairn.protocol.wire.TxnAnswer;
import io.cairn.protocol.wire.TxnOpAnswer;
import io.cairn.protocol.wire.WriteAnswer;
import io.cairn.storage.mvcc.OpAnswer;

/** What transactions are answered with, as the wire has it. */
final class TxnAnswers {

  private TxnAnswers() {}

  /** Adds what a command of its own is answered with. */
  static void add(WriteAnswer.Builder answer, OpAnswer of) {
    switch (of) {
      case OpAnswer.Txn txn -> answer.setTxn(txn(txn));
      case OpAnswer.Sum(long value) -> answer.setSum(value);
      case OpAnswer.Deleted deleted -> deleted.previous().forEach(version -> answer.addDeleted(Answers.keyValue(version)));
      case OpAnswer.Replaced _, OpAnswer.Read _ -> throw new IllegalStateException("no command of its own is answered with " + of);
    }
  }

  private static TxnAnswer txn(OpAnswer.Txn txn) {
    TxnAnswer.Builder answer = TxnAnswer.newBuilder().setSucceeded(txn.succeeded());
    txn.answers().forEach(each -> answer.addAnswers(op(each)));
    return answer.build();
  }

  private static TxnOpAnswer op(OpAnswer of) {
    TxnOpAnswer.Builder answer = TxnOpAnswer.newBuilder();
    switch (of) {
      case OpAnswer.Replaced(var previous) -> {
        if (previous != null) {
          answer.addKvs(Answers.keyValue(previous));
        }
      }
      case OpAnswer.Deleted deleted -> {
        answer.setDeleted(deleted.count());
        deleted.previous().forEach(version -> answer.addKvs(Answers.keyValue(version)));
      }
      case OpAnswer.Read read -> {
        answer.setCount(read.count()).setMore(read.more());
        read.versions().forEach(version -> answer.addKvs(Answers.keyValue(version)));
      }
      case OpAnswer.Sum(long value) -> answer.setSum(value);
      case OpAnswer.Txn txn -> answer.setTxn(txn(txn));
    }
    return answer.build();
  }
}
