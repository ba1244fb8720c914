/**
 * # Watches: what was applied, to everybody who follows it
 *
 * <p>{@link io.cairn.server.watch.WatchRoom} is the room of a node, on a loop of its own. A replica tells it that more is applied; a
 * {@code ShardTail} reads the new events once from the event family and keeps the latest in a ring; a {@code Feed}, one for each set of
 * shards that somebody watches, brings them into the order of their revisions, up to the lowest revision at which all its shards are
 * resolved, and gives them to the watches whose range holds the key ({@code WatchIndex}). No watch has a queue: one that has no credit,
 * or whose connection is full, is merely behind, and is brought up from the ring or, page by page on the scan loop, from the event family
 * ({@code EventPages}). Design: docs/architecture.md, "Watches"; what is promised: docs/watches.md.
 */
package io.cairn.server.watch;
