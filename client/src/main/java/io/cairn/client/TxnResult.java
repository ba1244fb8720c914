package io.cairn.client;

import java.util.List;

/**
 * What became of a transaction.
 *
 * @param revision its own, when it changed a key; else one at which this is what was there
 * @param succeeded whether every condition held, so that {@link Txn#then()} was done and not {@link Txn#otherwise()}
 * @param results one for each operation that was done, in order
 */
public record TxnResult(long revision, boolean succeeded, List<OpResult> results) {

  public TxnResult {
    results = List.copyOf(results);
  }

  /** Of a put. @throws ClassCastException when that operation is another one */
  public OpResult.Put put(int operation) {
    return (OpResult.Put) results.get(operation);
  }

  /** Of a delete or a delete of a range. @throws ClassCastException when that operation is another one */
  public OpResult.Delete delete(int operation) {
    return (OpResult.Delete) results.get(operation);
  }

  /** Of a get, range or count. @throws ClassCastException when that operation is another one */
  public OpResult.Range range(int operation) {
    return (OpResult.Range) results.get(operation);
  }

  /** What an add has come to. @throws ClassCastException when that operation is another one */
  public long sum(int operation) {
    return ((OpResult.Add) results.get(operation)).value();
  }

  /** Of a transaction within it. @throws ClassCastException when that operation is another one */
  public OpResult.Nested nested(int operation) {
    return (OpResult.Nested) results.get(operation);
  }
}
