/**
 * Leases, as the nodes keep them ({@code docs/leases.md}). What is agreed on lies in the shards' state; here is what goes by a clock or
 * must ask another shard: when leases end ({@link io.cairn.server.lease.LeaseClock}), the driver that carries their ends through all
 * shards ({@link io.cairn.server.lease.LeaseEnds}), registrations of leases in shards ({@link io.cairn.server.lease.Registrations}), fences
 * ({@link io.cairn.server.lease.ShardFences}). Each replica has one of each, on its own loop ({@link io.cairn.server.lease.ReplicaLeases}).
 */
package io.cairn.server.lease;
