package io.cairn.raft;

/**
 * What a leader knows of one member, itself included: for operators, and for whoever waits for a learner.
 *
 * @param voter whether it decides, now; else it is a learner
 * @param sending how the leader sends to it: {@code probing}, {@code replicating}, {@code snapshot}, or {@code self}
 * @param match it holds the leader's log up to here, durably
 * @param lagEntries what it lacks of the leader's log
 * @param caughtUp whether a learner would be promoted ({@link io.cairn.raft.progress.CatchUp})
 * @param heardAt when it last answered in this term, by the clock that raft-core is told; {@link Long#MIN_VALUE} if never
 */
public record MemberStatus(ReplicaId replica, boolean voter, String sending, long match, long lagEntries, boolean caughtUp, long heardAt) {}
