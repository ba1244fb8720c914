package io.cairn.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.protocol.wire.Add;
import io.cairn.protocol.wire.Command;
import io.cairn.protocol.wire.Delete;
import io.cairn.protocol.wire.DeleteRange;
import io.cairn.protocol.wire.LeaseGrant;
import io.cairn.protocol.wire.LeaseRevoke;
import io.cairn.protocol.wire.Put;
import io.cairn.protocol.wire.Txn;
import io.cairn.protocol.wire.TxnOp;
import io.cairn.protocol.wire.TxnRange;
import org.junit.jupiter.api.Test;

class SpaceUseTest {
  private static final TxnOp PUT = TxnOp.newBuilder().setPut(Put.getDefaultInstance()).build();
  private static final TxnOp DELETE = TxnOp.newBuilder().setDelete(Delete.getDefaultInstance()).build();
  private static final TxnOp READ = TxnOp.newBuilder().setRange(TxnRange.getDefaultInstance()).build();

  private static SpaceUse of(Command.Builder command) {
    return SpaceUse.of(command.build());
  }

  private static SpaceUse of(Txn.Builder txn) {
    return of(Command.newBuilder().setTxn(txn));
  }

  @Test
  void whatLeavesMoreBehindGrows() {
    assertThat(of(Command.newBuilder().setPut(Put.getDefaultInstance()))).isEqualTo(SpaceUse.GROWS);
    assertThat(of(Command.newBuilder().setAdd(Add.getDefaultInstance()))).isEqualTo(SpaceUse.GROWS);
    assertThat(of(Command.newBuilder().setLeaseGrant(LeaseGrant.getDefaultInstance()))).isEqualTo(SpaceUse.GROWS);
  }

  @Test
  void deletesRemoveAndTheEndOfALeaseIsUpkeep() {
    assertThat(of(Command.newBuilder().setDelete(Delete.getDefaultInstance()))).isEqualTo(SpaceUse.REMOVES);
    assertThat(of(Command.newBuilder().setDeleteRange(DeleteRange.getDefaultInstance()))).isEqualTo(SpaceUse.REMOVES);
    assertThat(of(Command.newBuilder().setLeaseRevoke(LeaseRevoke.getDefaultInstance()))).isEqualTo(SpaceUse.UPKEEP);
  }

  @Test
  void aTransactionGrowsWhenAnyBranchOfItMay() {
    assertThat(of(Txn.newBuilder().addThen(DELETE).addOtherwise(READ))).isEqualTo(SpaceUse.REMOVES);
    assertThat(of(Txn.newBuilder().addThen(DELETE).addOtherwise(PUT))).isEqualTo(SpaceUse.GROWS);
    TxnOp nested = TxnOp.newBuilder().setTxn(Txn.newBuilder().addOtherwise(PUT)).build();
    assertThat(of(Txn.newBuilder().addThen(READ).addThen(nested))).isEqualTo(SpaceUse.GROWS);
  }
}
