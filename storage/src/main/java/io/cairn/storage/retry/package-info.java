/**
 * The memory of what clients have sent: why a write that is sent again takes effect once.
 *
 * <p>{@link io.cairn.storage.retry.ClientRecords} is asked before each command of a batch is applied
 * ({@link io.cairn.storage.retry.ClientRecords#judge}) and told after it; it is loaded when a store is opened, saved once per
 * client in the engine batch that carries the data, and evicts by the order of the log. It belongs to the apply loop and knows
 * nothing of keys and values; the way goes on in {@link io.cairn.storage.mvcc}. Design: "Retries" of the architecture page.
 */
package io.cairn.storage.retry;
