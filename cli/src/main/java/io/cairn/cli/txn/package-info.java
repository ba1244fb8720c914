/**
 * {@code kvctl txn}: a transaction as text, line by line, from a file, from stdin or from a person.
 *
 * <p>{@link io.cairn.cli.txn.Words} cuts a line into words that know their columns, {@link io.cairn.cli.txn.TxnText} makes conditions and
 * operations of them and a {@link io.cairn.client.Txn} of all; what cannot be meant is a {@link io.cairn.cli.txn.TextFault} with line and
 * column. {@link io.cairn.cli.txn.TxnOutput} shows what became of it. From here a transaction goes on in
 * {@link io.cairn.client.KvClient#txn(io.cairn.client.Txn)}.
 */
package io.cairn.cli.txn;
