/**
 * # Room 5 of 6 on the path of a `put`: committed commands change the data, in order
 *
 * <p>One {@link io.cairn.server.apply.Applier} for each engine, on a loop of its own: it lays out what all shards of the engine have
 * committed as one write to the engine and hands the results back to the replicas' loops, which answer the clients. Apply is a
 * pure function of state and entry: no clock, no randomness.
 */
package io.cairn.server.apply;
