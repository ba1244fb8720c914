package io.cairn.client;

import java.time.Duration;
import java.util.Optional;

/**
 * How old a {@link Consistency#SERIALIZABLE} read may be.
 *
 * @param sinceLeader since the replica last heard its leader, or, if it leads, since a majority last confirmed that; of several shards
 *     the longest. Empty when one of them has heard no leader since it started.
 */
public record Staleness(Optional<Duration> sinceLeader) {}
