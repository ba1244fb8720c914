package io.cairn.server.testing;

import com.google.protobuf.ByteString;
import io.cairn.protocol.wire.Add;
import io.cairn.protocol.wire.Compare;
import io.cairn.protocol.wire.Delete;
import io.cairn.protocol.wire.DeleteRange;
import io.cairn.protocol.wire.Put;
import io.cairn.protocol.wire.Txn;
import io.cairn.protocol.wire.TxnOp;
import io.cairn.protocol.wire.TxnRange;
import java.util.Random;

/** Transactions of all shapes as clients might send them. */
public final class RandomTxns {
  private final Random random;

  private RandomTxns(Random random) {
    this.random = random;
  }

  public static Txn of(Random random) {
    return new RandomTxns(random).txn(0);
  }

  private Txn txn(int depth) {
    Txn.Builder txn = Txn.newBuilder();
    for (int count = random.nextInt(3); count > 0; count--) {
      txn.addCompares(compare());
    }
    for (int count = random.nextInt(3); count > 0; count--) {
      txn.addThen(op(depth));
    }
    for (int count = random.nextInt(3); count > 0; count--) {
      txn.addOtherwise(op(depth));
    }
    return txn.build();
  }

  private TxnOp op(int depth) {
    TxnOp.Builder op = TxnOp.newBuilder();
    return switch (random.nextInt(depth < 2 ? 6 : 5)) {
      case 0 -> op.setPut(Put.newBuilder().setKey(bytes()).setValue(bytes()).setPrevious(random.nextBoolean())).build();
      case 1 -> op.setDelete(Delete.newBuilder().setKey(bytes()).setPrevious(random.nextBoolean())).build();
      case 2 -> {
        boolean open = random.nextBoolean();
        yield op.setDeleteRange(DeleteRange.newBuilder().setStart(bytes()).setEnd(open ? ByteString.EMPTY : bytes()).setEndOpen(open)
            .setPrevious(random.nextBoolean())).build();
      }
      case 3 -> {
        boolean open = random.nextBoolean();
        yield op.setRange(TxnRange.newBuilder().setStart(bytes()).setEnd(open ? ByteString.EMPTY : bytes()).setEndOpen(open)
            .setLimit(random.nextInt(3)).setKeysOnly(random.nextBoolean()).setCountOnly(random.nextBoolean())
            .setReverse(random.nextBoolean())).build();
      }
      case 4 -> op.setAdd(Add.newBuilder().setKey(bytes()).setDelta(random.nextInt(9) - 4)).build();
      default -> op.setTxn(txn(depth + 1)).build();
    };
  }

  private Compare compare() {
    boolean open = random.nextInt(3) == 0;
    Compare.Builder compare = Compare.newBuilder().setKey(bytes()).setRelationValue(1 + random.nextInt(6)).setEndOpen(open);
    if (!open && random.nextBoolean()) {
      compare.setEnd(bytes());
    }
    int number = random.nextInt(3);
    return switch (random.nextInt(7)) {
      case 0 -> compare.setValue(bytes()).build();
      case 1 -> compare.setVersion(number).build();
      case 2 -> compare.setCreateRevision(number).build();
      case 3 -> compare.setModRevision(number).build();
      case 4 -> compare.setLease(number).build();
      case 5 -> compare.setExists(random.nextBoolean()).build();
      default -> compare.setCount(number).build();
    };
  }

  private ByteString bytes() {
    return ByteString.copyFromUtf8("abc".substring(random.nextInt(3)));
  }
}
