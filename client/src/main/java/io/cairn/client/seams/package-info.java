/**
 * What goes on beside the calls of a client, for {@link io.cairn.client.services} and {@link io.cairn.client.recipes}: time, chance, timers and threads as
 * they are handed in ({@link io.cairn.client.seams.ClientSeams}), the end of the client ({@link io.cairn.client.seams.Closing}), tasks one after the other ({@link io.cairn.client.seams.Turns}), and how long is
 * waited before something is tried again ({@link io.cairn.client.seams.Waits}). Nothing here owns a thread. Applications need none of it.
 */
package io.cairn.client.seams;
