package io.cairn.storage.mvcc;

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
}
