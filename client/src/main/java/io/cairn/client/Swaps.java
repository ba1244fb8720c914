package io.cairn.client;

import java.util.Optional;

/** Conditional puts of one key, as transactions. */
final class Swaps {

  private Swaps() {}

  static Txn ifAbsent(ByteSeq key, ByteSeq value) {
    return Txn.ifAll(Compare.missing(key)).then(TxnOp.put(key, value)).otherwise(TxnOp.get(key));
  }

  static Txn ifValue(ByteSeq key, ByteSeq expected, ByteSeq value) {
    return Txn.ifAll(Compare.value(key).equalTo(expected)).then(TxnOp.put(key, value)).otherwise(TxnOp.get(key));
  }

  static SwapResult result(TxnResult txn) {
    return new SwapResult(txn.revision(), txn.succeeded(), txn.succeeded() ? Optional.empty() : txn.range(0).first());
  }
}
