/**
 * Compares what the replicas of a shard hold, and has one that differs rebuilt from the others.
 *
 * <p>The leader of a shard asks the others, now and then, what their data comes to at some indexes of the log ({@link io.cairn.storage.mvcc.HashPoints});
 * {@link io.cairn.server.hashes.Comparison} decides who is right: a majority of the voters, never one alone. Who is not raises the
 * {@link io.cairn.server.replica.Fence} of its replica, notes that durably, and asks its leader for a snapshot.
 */
package io.cairn.server.hashes;
