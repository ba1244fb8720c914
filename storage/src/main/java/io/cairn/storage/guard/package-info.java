/**
 * What a shard's state holds of guards (docs/locks.md): of subjects that have a place here, the shards that hold guards on them
 * ({@link io.cairn.storage.guard.HomeGuards}), and of subjects elsewhere, whether writes may still be guarded by them here
 * ({@link io.cairn.storage.guard.KnownGuards}). Changed by applying entries alone, and part of snapshots and of the content's hash.
 */
package io.cairn.storage.guard;
