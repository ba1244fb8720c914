/**
 * The state machine of one shard: keys with their versions and their whole history, read at any revision that is kept.
 *
 * <p>The way of a committed entry: the engine's apply loop gives it to {@link io.cairn.storage.mvcc.ShardStore#apply}, which asks
 * {@link io.cairn.storage.retry} whether each command is new, lets {@code StoreChanges} write it into the
 * {@link io.cairn.storage.mvcc.ApplyRound}'s batch, and hands back the answers; the round's commit writes the data of all its
 * shards, with the applied index of each, in one engine write, and publishes them. Reads come from any thread, straight from the
 * engine or through a {@link io.cairn.storage.mvcc.ReadView}. Where things lie: {@link io.cairn.storage.OnDiskFormat}; what is in
 * them: {@code StoredVersion}, {@code StoredEvent}, {@code StoreState}. The way on leads to {@link io.cairn.storage.snapshot}.
 */
package io.cairn.storage.mvcc;
