/**
 * # How much history there is: asked for in the system shard, carried out in each shard's own log
 *
 * <pre>
 *   kvctl compact ──▶ frontend ──▶ HistoryDesk ──HistoryCommand──▶ log of shard 0 ──▶ HistoryTable
 *                                  (where shard 0 is led)                                 │ every node
 *                                                                                         ▼
 *                  log of each shard ◀──ShardCommand.Compact── HistoryRoom, where that shard is led
 * </pre>
 *
 * {@link io.cairn.server.history.HistoryTable} is what the cluster wants, {@code ShardStore.compacted()} what a shard has come to. A
 * shard's leader says Compact in its log once nothing at or below the revision can be added any more, so every replica drops the
 * same history at the same place. Nothing in here knows of connections: {@code io.cairn.server.node} joins it to them.
 */
package io.cairn.server.history;
