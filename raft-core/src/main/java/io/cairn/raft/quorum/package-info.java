/**
 * Counting: which number a majority has reached, and what a set of votes decides.
 *
 * <p>A leader's commit index, its confirmed heartbeat round and its check-quorum are the same question asked of different
 * numbers, {@link io.cairn.raft.quorum.Quorum#agreed}; so a mistake in the arithmetic cannot hide in one of them. A change of
 * voters puts a {@link io.cairn.raft.quorum.JointQuorum} in the place of a {@link io.cairn.raft.quorum.MajorityQuorum}, and
 * nobody else notices. The properties in {@code QuorumProperties} compare both with counting by hand.
 */
package io.cairn.raft.quorum;
