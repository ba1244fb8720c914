package io.cairn.server.replica;

import io.cairn.storage.mvcc.TxnBounds;

/**
 * How much one replica gathers.
 *
 * @param batchBytesMax most bytes of commands in one entry; a larger command travels alone
 * @param batchCommandsMax most commands in one entry
 * @param queueBytesMax most bytes of commands that wait to be proposed and reads that wait to be served, together
 * @param clientRecordsMax how many clients the shard remembers
 * @param txn how much a transaction may read and answer
 */
public record WriteBounds(int batchBytesMax, int batchCommandsMax, long queueBytesMax, int clientRecordsMax, TxnBounds txn) {

  private static final TxnBounds TXN_USUAL = new TxnBounds(1 << 20, 10_000);

  /** With the usual bounds for transactions. */
  public WriteBounds(int batchBytesMax, int batchCommandsMax, long queueBytesMax, int clientRecordsMax) {
    this(batchBytesMax, batchCommandsMax, queueBytesMax, clientRecordsMax, TXN_USUAL);
  }
}
