/**
 * Knows the whole cluster at every instant, and fails the run when a promise does not hold.
 *
 * <p>{@link io.cairn.simulator.oracle.ClusterOracle} watches every replica of every node through
 * {@link io.cairn.server.replica.ReplicaTap}: what Raft asks for, what is durable, what is applied. Of each replica it keeps a
 * {@link io.cairn.simulator.oracle.ReplicaShadow}: what the replica was told is durable, which a crash then puts to the test. Of each shard a
 * {@link io.cairn.simulator.oracle.ShardOracle}: leaders, votes, entries, what is committed and what applying it came to. Of the data
 * a {@link io.cairn.simulator.oracle.DataOracle}: the true history of every key, against which each answer to a client is held.
 *
 * <p>A promise that does not hold is a {@link io.cairn.simulator.oracle.BrokenPromise}, which names the invariant: a run that is made
 * smaller must go on breaking the same one.
 */
package io.cairn.simulator.oracle;
