package io.cairn.server.replica;

/**
 * What a replica can show by itself, at once.
 *
 * @param resolved the shard is resolved here, and all of it up to here is applied
 * @param leaderHeardMillisAgo since it heard its leader, or as the leader was confirmed by a majority; -1 when it never has
 */
public record LocalState(long resolved, long leaderHeardMillisAgo) {}
