/**
 * # What goes by itself: how far each shard is to be compacted, and where the space goes
 *
 * <pre>
 *   AgeSamples ─┐
 *   marks ──────┼──▶ Retention ──▶ ShardCommand.Compact in the shard's own log      (where the shard is led)
 *   kvctl ──────┘
 *   compacted ──▶ SpaceKeeper ──▶ records of deleted keys, files of the engine      (on every node)
 * </pre>
 *
 * The first half is a proposal: what is dropped is decided by the entry, the same for every replica. The second half is each node's own
 * affair, never in an apply: nothing that can be read depends on it.
 */
package io.cairn.server.retention;
