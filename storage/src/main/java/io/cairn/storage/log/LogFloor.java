package io.cairn.storage.log;

/**
 * What one replica no longer needs of its log.
 *
 * @param durablyApplied everything up to here is in the engine's durable state (flushed, not only applied: A-02); nothing
 *     above it may ever be dropped
 * @param wantedFrom the first index that a voter heard from lately still lacks; kept as far as {@code log.keep} allows
 */
public record LogFloor(ReplicaKey replica, long durablyApplied, long wantedFrom) {}
