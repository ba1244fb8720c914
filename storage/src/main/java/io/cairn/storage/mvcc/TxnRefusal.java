package io.cairn.storage.mvcc;

/** A transaction cannot be done as it is; nothing of it was. */
final class TxnRefusal extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final transient WriteResult.Refused refused;

  TxnRefusal(WriteResult.Reason reason, String message) {
    this(new WriteResult.Refused(reason, message));
  }

  TxnRefusal(WriteResult.Refused refused) {
    super(refused.message(), null, false, false);
    this.refused = refused;
  }

  WriteResult.Refused refused() {
    return refused;
  }
}
