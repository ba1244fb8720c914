/**
 * Registration and discovery of services: who serves what, where, and how well.
 *
 * <p>A process tells where it serves with {@link io.cairn.client.services.Registry#register}: its entry stands under a lease, says how it fares,
 * and comes back by itself when the lease was lost. Whoever calls the service looks at a {@link io.cairn.client.services.ServiceView}, which is kept
 * by a watch, and has one of {@code io.cairn.client.services.choosers} pick an instance. Keys and bytes are in {@code docs/services.md}.
 *
 * <p>Nothing here owns a thread: everything runs on the client's callback threads, one task of a registration or a view after the other
 * ({@link io.cairn.client.seams.Turns}), with the time, the chance and the timers of {@link io.cairn.client.seams.ClientSeams}. The store is
 * reached through {@link io.cairn.client.services.Store}; so all of it runs in virtual time, too.
 */
package io.cairn.client.services;
