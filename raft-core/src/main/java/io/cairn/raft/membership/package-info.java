/**
 * Who takes part in a shard: {@link io.cairn.raft.membership.Membership}, its bytes in log and snapshots ({@link
 * io.cairn.raft.membership.MembershipCodec}), and which of those that a log names decides at the moment ({@link
 * io.cairn.raft.membership.MembershipHistory}, kept by {@link io.cairn.raft.log.RaftLog} in step with its entries).
 *
 * <p>A membership in the log takes effect when it is appended, and a joint one needs both majorities. Who proposes which change, and when
 * a learner has caught up, is decided above this package.
 */
package io.cairn.raft.membership;
