package io.cairn.client;

import java.util.List;

/**
 * A transaction: all of {@code then} if every condition holds, else all of {@code otherwise}, at one revision, or nothing at all.
 *
 * <pre>{@code
 * Txn.ifAll(Compare.value("stock").equalTo("3"), Compare.missing("order/7"))
 *     .then(TxnOp.put("stock", "2"), TxnOp.put("order/7", "new"))
 *     .otherwise(TxnOp.get("stock"))
 * }</pre>
 *
 * <p>All keys and ranges must lie in one shard; keys with a tag in common, as {@code {order-7}/head} and {@code {order-7}/items}, always
 * do. No key may be written by two operations that may be done together: {@link RefusedCode#TXN_WRITES_TWICE}. Immutable.
 *
 * @param conditions all must hold; none always do
 */
public record Txn(List<Compare> conditions, List<TxnOp> then, List<TxnOp> otherwise) {

  public Txn {
    conditions = List.copyOf(conditions);
    then = List.copyOf(then);
    otherwise = List.copyOf(otherwise);
  }

  public static Txn ifAll(Compare... conditions) {
    return ifAll(List.of(conditions));
  }

  public static Txn ifAll(List<Compare> conditions) {
    return new Txn(conditions, List.of(), List.of());
  }

  /** Without a condition: these are done together. */
  public static Txn of(TxnOp... operations) {
    return new Txn(List.of(), List.of(operations), List.of());
  }

  /** What is done when every condition holds. */
  public Txn then(TxnOp... operations) {
    return then(List.of(operations));
  }

  public Txn then(List<TxnOp> operations) {
    return new Txn(conditions, operations, otherwise);
  }

  /** What is done when a condition does not hold. */
  public Txn otherwise(TxnOp... operations) {
    return otherwise(List.of(operations));
  }

  public Txn otherwise(List<TxnOp> operations) {
    return new Txn(conditions, then, operations);
  }
}
