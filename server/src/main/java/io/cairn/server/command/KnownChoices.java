package io.cairn.server.command;

import com.google.protobuf.InvalidProtocolBufferException;
import io.cairn.protocol.wire.Compare;
import io.cairn.protocol.wire.Txn;
import io.cairn.protocol.wire.TxnOp;
import java.util.List;

/** Looks whether each part of a transaction says which of the known things it is: one that does not may be of a later version. */
final class KnownChoices {

  private KnownChoices() {}

  /** @throws InvalidProtocolBufferException when an operation or a compare says nothing that this version knows */
  static void require(Txn txn) throws InvalidProtocolBufferException {
    for (Compare compare : txn.getComparesList()) {
      require(compare);
    }
    for (List<TxnOp> branch : List.of(txn.getThenList(), txn.getOtherwiseList())) {
      for (TxnOp op : branch) {
        if (op.getOpCase() == TxnOp.OpCase.OP_NOT_SET) {
          throw new InvalidProtocolBufferException("an operation of the transaction says nothing that this version knows");
        }
        if (op.hasTxn()) {
          require(op.getTxn());
        }
      }
    }
  }

  private static void require(Compare compare) throws InvalidProtocolBufferException {
    if (compare.getTargetCase() == Compare.TargetCase.TARGET_NOT_SET) {
      throw new InvalidProtocolBufferException("a compare says nothing that this version knows of what is compared");
    }
    switch (compare.getRelation()) {
      case RELATION_UNSPECIFIED, UNRECOGNIZED ->
          throw new InvalidProtocolBufferException("a compare has no relation that this version knows");
      default -> { }
    }
  }
}
