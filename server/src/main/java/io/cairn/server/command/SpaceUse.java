package io.cairn.server.command;

import io.cairn.protocol.wire.Command;
import io.cairn.protocol.wire.Txn;
import io.cairn.protocol.wire.TxnOp;
import java.util.List;

/** What a command does to the room on the disks, as far as can be told before it is applied. */
public enum SpaceUse {
  /** It may leave more behind than there was. */
  GROWS,
  /** It removes keys: less is left behind once history is compacted, but until then more. */
  REMOVES,
  /** Small, and without it the cluster would not stay what it is: ends of leases, places left in queues. */
  UPKEEP;

  public static SpaceUse of(Command command) {
    return switch (command.getOpCase()) {
      case PUT, ADD, LEASE_GRANT, OP_NOT_SET -> GROWS;
      case TXN -> grows(command.getTxn()) ? GROWS : REMOVES;
      case DELETE, DELETE_RANGE -> REMOVES;
      case LEASE_REVOKE, LEASE_DELETE -> UPKEEP;
    };
  }

  /** In whichever of its branches. */
  private static boolean grows(Txn txn) {
    return grows(txn.getThenList()) || grows(txn.getOtherwiseList());
  }

  private static boolean grows(List<TxnOp> ops) {
    for (TxnOp op : ops) {
      boolean grows = switch (op.getOpCase()) {
        case PUT, ADD -> true;
        case TXN -> grows(op.getTxn());
        case DELETE, DELETE_RANGE, RANGE, OP_NOT_SET -> false;
      };
      if (grows) {
        return true;
      }
    }
    return false;
  }
}
