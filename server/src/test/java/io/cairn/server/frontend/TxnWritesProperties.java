package io.cairn.server.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.cairn.protocol.wire.Txn;
import io.cairn.protocol.wire.TxnOp;
import io.cairn.server.testing.RandomTxns;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** That a key is written twice is found without running anything, whichever way the conditions go. */
class TxnWritesProperties {
  private static final Comparator<ByteString> ORDER = ByteString.unsignedLexicographicalComparator();

  /** Every set of operations that may be done together, one for each way the conditions can go. */
  private static List<List<TxnOp>> ways(Txn txn) {
    var ways = new ArrayList<>(ways(txn.getThenList()));
    ways.addAll(ways(txn.getOtherwiseList()));
    return ways;
  }

  private static List<List<TxnOp>> ways(List<TxnOp> branch) {
    List<List<TxnOp>> ways = List.of(List.of());
    for (TxnOp op : branch) {
      List<List<TxnOp>> longer = new ArrayList<>();
      for (List<TxnOp> way : ways) {
        for (List<TxnOp> more : op.hasTxn() ? ways(op.getTxn()) : List.of(List.of(op))) {
          var both = new ArrayList<>(way);
          both.addAll(more);
          longer.add(both);
        }
      }
      ways = longer;
    }
    return ways;
  }

  private static boolean writesTwice(List<TxnOp> together) {
    for (int i = 0; i < together.size(); i++) {
      ByteString put = put(together.get(i));
      for (int j = 0; put != null && j < together.size(); j++) {
        if (j != i && (put.equals(put(together.get(j))) || deletes(together.get(j), put))) {
          return true;
        }
      }
    }
    return false;
  }

  private static ByteString put(TxnOp op) {
    return op.hasPut() ? op.getPut().getKey() : op.hasAdd() ? op.getAdd().getKey() : null;
  }

  private static boolean deletes(TxnOp op, ByteString key) {
    if (op.hasDelete()) {
      return op.getDelete().getKey().equals(key);
    }
    return op.hasDeleteRange() && ORDER.compare(op.getDeleteRange().getStart(), key) <= 0
        && (op.getDeleteRange().getEndOpen() || ORDER.compare(key, op.getDeleteRange().getEnd()) < 0);
  }

  @Property(tries = 3_000)
  void aTransactionIsRefusedExactlyWhenSomeWayOfItWritesAKeyTwice(@ForAll long seed) {
    Txn txn = RandomTxns.of(new Random(seed));
    boolean wrong = ways(txn).stream().anyMatch(TxnWritesProperties::writesTwice);
    assertThat(TxnWrites.twice(txn) != null).as("%s", txn).isEqualTo(wrong);
  }

  @Example
  void manyRangesThatAreDeletedCostNoMoreThanTheirNumber() {
    Txn.Builder txn = Txn.newBuilder();
    for (int i = 0; i < 60_000; i++) {
      ByteString key = ByteString.copyFromUtf8("k" + i);
      txn.addThen(i % 2 == 0 ? TxnOp.newBuilder().setPut(io.cairn.protocol.wire.Put.newBuilder().setKey(key)).build()
          : TxnOp.newBuilder().setDeleteRange(io.cairn.protocol.wire.DeleteRange.newBuilder().setStart(key).setEnd(key)).build());
    }
    assertThat(TxnWrites.twice(txn.build())).isNull();
  }
}
