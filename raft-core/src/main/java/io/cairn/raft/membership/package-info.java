/**
 * Who takes part in a shard: {@link io.cairn.raft.membership.Membership}, its bytes in log and snapshots ({@link
 * io.cairn.raft.membership.MembershipCodec}), and which of those that a log names decides at the moment ({@link
 * io.cairn.raft.membership.MembershipHistory}, kept by {@link io.cairn.raft.log.RaftLog} in step with its entries).
 *
 * <h2>A change</h2>
 *
 * <pre>
 *   MemberChange... ──MembershipPlan──▶ target ──leader: caught up? heard from?──▶ ChangeOutcome
 *                                          │
 *          voters stay: one entry ◀────────┴────────▶ voters change: joint entry, applied ──leader, any leader──▶ the target alone
 * </pre>
 *
 * A membership in the log takes effect when it is appended, committed or not (dissertation 4.1). Every change of voters is a joint one,
 * also of a single voter: one path, and none of the three cases of the single-server bug (MB-01). Ids grow, so that one number is the
 * tombstone of everybody removed.
 */
package io.cairn.raft.membership;
