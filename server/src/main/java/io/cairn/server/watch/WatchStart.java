package io.cairn.server.watch;

import io.cairn.server.shard.ShardDescriptor;
import java.util.List;

/**
 * A watch that is about to stand.
 *
 * @param id of its request, on its connection
 * @param shards of its range, in order
 * @param resolved for each of them a revision, at or above {@code next - 1}, at which it is resolved; everything up to it is applied here
 * @param next the first revision it wants
 * @param named whether the client has named that itself: only then it may be of a past that is not kept for asking
 * @param credit bytes that it may send in all, of which {@code spent} are spent
 * @param synced its state has been sent
 */
public record WatchStart(WatchLane lane, long id, WatchTerms terms, List<ShardDescriptor> shards, List<Long> resolved, long next,
    boolean named, long credit, long spent, boolean synced) {}
