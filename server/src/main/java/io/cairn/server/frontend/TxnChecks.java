package io.cairn.server.frontend;

import com.google.protobuf.ByteString;
import io.cairn.protocol.wire.Compare;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.Txn;
import io.cairn.protocol.wire.TxnOp;
import io.cairn.server.config.Limits;
import io.cairn.server.outcome.Refusal;
import java.util.List;

/** What a transaction must be to be taken, whole, before anything of it is applied. */
final class TxnChecks {
  /** Transactions within each other, the outermost counted. */
  static final int DEPTH_MAX = 8;

  private final RequestChecks checks;
  private final Limits limits;

  TxnChecks(RequestChecks checks, Limits limits) {
    this.checks = checks;
    this.limits = limits;
  }

  Refusal txn(Txn txn) {
    long bytes = txn.getSerializedSize();
    if (bytes > limits.txnBytes()) {
      return Refusal.of(ErrorCode.TXN_TOO_LARGE, "the transaction has " + bytes + " bytes; at most " + limits.txnBytes()
          + " are taken (limits.batch-bytes, or one largest put)");
    }
    Refusal refusal = depth(txn, 1);
    if (refusal != null) {
      return refusal;
    }
    long operations = operations(txn);
    if (operations > limits.txnOperations()) {
      return Refusal.of(ErrorCode.TXN_TOO_LARGE, "the transaction has " + operations + " operations and compares; at most "
          + limits.txnOperations() + " are taken (limits.txn-operations)");
    }
    refusal = parts(txn);
    return refusal != null ? refusal : TxnWrites.twice(txn);
  }

  private static Refusal depth(Txn txn, int depth) {
    if (depth > DEPTH_MAX) {
      return Refusal.of(ErrorCode.TXN_TOO_LARGE, "transactions lie more than " + DEPTH_MAX + " deep in each other");
    }
    for (List<TxnOp> branch : List.of(txn.getThenList(), txn.getOtherwiseList())) {
      for (TxnOp op : branch) {
        Refusal refusal = op.hasTxn() ? depth(op.getTxn(), depth + 1) : null;
        if (refusal != null) {
          return refusal;
        }
      }
    }
    return null;
  }

  private static long operations(Txn txn) {
    long count = txn.getComparesCount() + (long) txn.getThenCount() + txn.getOtherwiseCount();
    for (List<TxnOp> branch : List.of(txn.getThenList(), txn.getOtherwiseList())) {
      for (TxnOp op : branch) {
        count += op.hasTxn() ? operations(op.getTxn()) : 0;
      }
    }
    return count;
  }

  private Refusal parts(Txn txn) {
    for (Compare compare : txn.getComparesList()) {
      Refusal refusal = compare(compare);
      if (refusal != null) {
        return refusal;
      }
    }
    for (List<TxnOp> branch : List.of(txn.getThenList(), txn.getOtherwiseList())) {
      for (TxnOp op : branch) {
        Refusal refusal = op(op);
        if (refusal != null) {
          return refusal;
        }
      }
    }
    return null;
  }

  private Refusal op(TxnOp op) {
    return switch (op.getOpCase()) {
      case PUT -> op.getPut().getTtlMillis() == 0 ? checks.put(op.getPut()) : Refusal.of(ErrorCode.BAD_REQUEST,
          "a put of a transaction has a TTL; grant a lease of that TTL, and put under it");
      case DELETE -> checks.key(op.getDelete().getKey());
      case DELETE_RANGE -> checks.range(op.getDeleteRange().getStart(), op.getDeleteRange().getEnd(), op.getDeleteRange().getEndOpen());
      case RANGE -> {
        Refusal range = checks.range(op.getRange().getStart(), op.getRange().getEnd(), op.getRange().getEndOpen());
        yield range != null ? range : checks.limit(op.getRange().getLimit(), "limit");
      }
      case ADD -> checks.key(op.getAdd().getKey());
      case TXN -> parts(op.getTxn());
      case OP_NOT_SET -> Refusal.of(ErrorCode.BAD_REQUEST, "an operation of the transaction says nothing that this version knows");
    };
  }

  private Refusal compare(Compare compare) {
    ByteString end = compare.getEnd();
    boolean single = end.isEmpty() && !compare.getEndOpen();
    Refusal refusal = single ? checks.key(compare.getKey()) : checks.range(compare.getKey(), end, compare.getEndOpen());
    if (refusal != null) {
      return refusal;
    }
    return switch (compare.getTargetCase()) {
      case VALUE -> null;
      case VERSION -> number(compare.getVersion());
      case CREATE_REVISION -> number(compare.getCreateRevision());
      case MOD_REVISION -> number(compare.getModRevision());
      case LEASE -> number(compare.getLease());
      case COUNT -> number(compare.getCount());
      case EXISTS -> compare.getRelation() == Compare.Relation.EQUAL ? null
          : Refusal.of(ErrorCode.BAD_REQUEST, "exists is compared with EQUAL only");
      case TARGET_NOT_SET -> Refusal.of(ErrorCode.BAD_REQUEST, "a compare says nothing that this version knows of what is compared");
    };
  }

  private static Refusal number(long number) {
    return number >= 0 ? null : Refusal.of(ErrorCode.BAD_REQUEST,
        "a compare is with " + Long.toUnsignedString(number) + "; no number of a key is above " + Long.MAX_VALUE);
  }
}
