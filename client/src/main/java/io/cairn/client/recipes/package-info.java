/**
 * What processes agree by, on top of transactions, watches and leases: numbers, sequences, latches, barriers and durable queues.
 *
 * <p>Begin with {@link io.cairn.client.recipes.Recipes}. The server knows nothing of these: each is some keys under one tag, so that one transaction in one
 * shard changes them together ({@link io.cairn.client.recipes.RecipeKeys}). Whoever waits looks, and looks again when a watch tells that something has happened
 * ({@link io.cairn.client.recipes.Waiter}). What must end when a process dies is under a lease, so its time is the server's.
 *
 * <p>Nothing here owns a thread: everything runs on the client's callback threads, with what {@link io.cairn.client.seams.ClientSeams} hands in, and reaches
 * the store through {@link io.cairn.client.recipes.Store}; so all of it runs in virtual time, too. Semantics are in {@code docs/coordination.md}.
 */
package io.cairn.client.recipes;
