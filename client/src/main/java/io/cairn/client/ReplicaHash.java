package io.cairn.client;

/**
 * What one replica of a shard showed at a revision, as a hash: equal on all replicas, unless one of them has gone wrong.
 *
 * @param hash the first 64 bits of a SHA-256 over the keys that lived at the revision, their versions, and the history up to it
 * @param keys that lived at the revision
 * @param bytes of keys, values and history that went in
 * @param compacted the history's beginning: hashes with different ones do not compare
 */
public record ReplicaHash(int shard, String node, long revision, long hash, long keys, long bytes, long compacted) {}
