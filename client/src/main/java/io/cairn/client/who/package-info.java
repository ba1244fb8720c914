/**
 * Who is at it: who holds and waits for locks, which leases have keys, which watches are open. {@link io.cairn.client.who.Who} asks; nothing of it is
 * kept by servers. Locks are keys, so a {@link io.cairn.client.who.LockTable} is read as any range, at one revision, and whether some of its
 * waiters wait for one another in a circle ({@code LockCycles}) is true of that revision.
 */
package io.cairn.client.who;
