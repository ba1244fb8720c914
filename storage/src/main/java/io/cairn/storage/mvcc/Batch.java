package io.cairn.storage.mvcc;

import io.cairn.raft.Invariant;
import java.util.List;

/**
 * The commands of one COMMAND entry.
 *
 * @param firstRevision what the first changing command gets; the k-th changing one gets {@code firstRevision + k}, k from 0
 * @param clientRecordsMax how many clients the shard remembers after this batch (chosen by the leader, so that every
 *     replica forgets the same ones)
 * @param txnBounds of each transaction (chosen by the leader, so that every replica refuses the same ones)
 */
public record Batch(long firstRevision, int clientRecordsMax, TxnBounds txnBounds, List<Write> writes) {

  /** One without bounds for transactions. */
  public Batch(long firstRevision, int clientRecordsMax, List<Write> writes) {
    this(firstRevision, clientRecordsMax, TxnBounds.NONE, writes);
  }

  /** Whether each of its commands can be one. */
  void check() {
    Invariant.check(clientRecordsMax >= 1, "client records kept %d are 1 or more", clientRecordsMax);
    for (Write write : writes) {
      Invariant.check(write.sequence() >= 1, "sequence %d is 1 or more", write.sequence());
      Invariant.check(write.seen() >= 0 && write.lowestOpen() >= 0, "seen %d and lowest open %d are not negative",
          write.seen(), write.lowestOpen());
      Invariant.check(switch (write.op()) {
        case Op.Put put -> put.key() != null && put.value() != null;
        case Op.Delete delete -> delete.key() != null;
        case Op.DeleteRange range -> range.start() != null;
        case Op.Add add -> add.key() != null;
        case Op.Txn txn -> txn.then() != null && txn.otherwise() != null;
        case Op.Range _ -> false;
        case Op.LeaseGrant _, Op.LeaseRevoke _, Op.LeaseDelete _ -> true;
      }, "a command names its key and its value");
    }
  }
}
