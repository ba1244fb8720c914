/**
 * Reads that need no log entry (dissertation 6.4), and the lease of leaders.
 *
 * <p>The path of a read: at a follower {@link io.cairn.raft.read.AskedReads} remembers that the leader was asked; at the leader
 * {@link io.cairn.raft.read.ReadIndexQueue} lets it wait for the first commit of the term and then for a round of heartbeats that
 * left after it came; {@link io.cairn.raft.read.HeartbeatRounds} knows which rounds a quorum has answered and when they were
 * sent, from which the lease is counted too; the driver gets a {@link io.cairn.raft.read.ConfirmedRead}, answers it, and
 * the asker's driver gets a {@link io.cairn.raft.read.ReadAnswer}. "Reads do not touch the log" is visible: nothing here is written.
 */
package io.cairn.raft.read;
