/**
 * Guards of writes by locks of other shards, as the nodes keep them ({@code docs/locks.md}). What is agreed on lies in the shards' state; here is
 * what must ask another shard: registrations ({@link io.cairn.server.guard.GuardRegistrations}), the ends of subjects, which are fenced
 * elsewhere first ({@link io.cairn.server.guard.GuardEnds}), and fences that are not needed any more ({@link io.cairn.server.guard.GuardFences}). Each
 * replica has one of each, on its own loop ({@link io.cairn.server.guard.ReplicaGuards}).
 */
package io.cairn.server.guard;
