/**
 * # Room 3 of 6 on the path of a `put`: one replica and everything that waits for it
 *
 * <pre>
 *   frontend ──write/read──▶ Replica ──step──▶ Raft
 *                              │ Ready
 *                 ┌────────────┼─────────────┐
 *          disk.LogWriter  peer.Peers   apply.Applier
 * </pre>
 *
 * A {@link io.cairn.server.replica.Replica} is this node's copy of one shard. It belongs to one loop and is touched from no other:
 * that is why nothing in here locks. {@link io.cairn.server.replica.WriteBatches} closes batches and gets revisions for them,
 * {@link io.cairn.server.replica.PendingWrites} waits for their entries, {@link io.cairn.server.replica.ReadRounds} batches reads,
 * {@link io.cairn.server.replica.Resolver} decides on the leader what a read must wait for. Start with {@code Replica.pump}.
 */
package io.cairn.server.replica;
