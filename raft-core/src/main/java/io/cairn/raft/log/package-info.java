/**
 * One replica's log: entries, and the cursors over them.
 *
 * <p>{@link io.cairn.raft.log.RaftLog} is the only way in from the roles. Behind it stand three parts: {@link
 * io.cairn.raft.log.StableLog}, which {@code storage} implements and which knows what is durable; {@link
 * io.cairn.raft.log.UnstableEntries}, which knows what is on its way there and what becomes true when a write ends; and a tail
 * of recent entries in memory, so that followers which keep up cost no read of the disk. Like all of raft-core it belongs to the
 * driver's one thread; {@code StableLog} is read from that thread alone.
 */
package io.cairn.raft.log;
