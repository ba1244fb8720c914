package io.cairn.storage.mvcc;

/** A transaction cannot be done as it is; nothing of it was. */
final class TxnRefusal extends RuntimeException {
  private static final long serialVersionUID = 1L;
  final WriteResult.Reason reason;

  TxnRefusal(WriteResult.Reason reason, String message) {
    super(message, null, false, false);
    this.reason = reason;
  }
}
