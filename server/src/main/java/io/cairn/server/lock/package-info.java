/**
 * Waiting for locks, where their shard is led ({@code docs/locks.md}). A place in a lock's queue is an ordinary key under a lease, and what is
 * granted follows from the keys alone ({@link io.cairn.server.lock.LockOrder}); here is who waits for that
 * ({@link io.cairn.server.lock.ReplicaLocks}). Nothing here is state that must survive: after a change of leader the clients ask again.
 */
package io.cairn.server.lock;
