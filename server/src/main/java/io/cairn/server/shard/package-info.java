/**
 * # Room 2 of 6 on the path of a `put`: which shard owns this key
 *
 * <p>A {@link io.cairn.server.shard.ShardMap} is an immutable picture of all shards; the frontend finds the shard of a key in it and
 * goes on to that shard's replica ({@code io.cairn.server.replica}). Keys here carry their keyspace in front
 * ({@link io.cairn.server.shard.Keyspace}): shard 0 holds the system's, the data shards the users'.
 */
package io.cairn.server.shard;
