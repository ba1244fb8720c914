/**
 * What a shard's state holds of leases (docs/leases.md): the home table of those that were granted in it
 * ({@link io.cairn.storage.lease.HomeLeases}), and of all that keys in it were put under what it knows
 * ({@link io.cairn.storage.lease.KnownLeases}). Changed by applying entries alone, written in the same engine batch as the data, and part
 * of snapshots. No clock takes part: who says when a lease ends is the server, by an entry.
 */
package io.cairn.storage.lease;
