/**
 * The Java client of Cairn: what an application sees.
 *
 * <p>Begin with {@link io.cairn.client.KvClient}; {@link io.cairn.client.AsyncKvClient} is the same without waiting. Keys and
 * values are {@link io.cairn.client.ByteSeq}, results are records, failures are one of the two kinds of
 * {@link io.cairn.client.KvException}. No type of another library shows in this package.
 *
 * <p>A client has one thread for its connections, on which all of {@link io.cairn.client.core} lives, and some for callbacks.
 * A call goes from its own thread to the loop as a {@link io.cairn.client.core.Operation}, and its answer comes straight back to a
 * waiting thread or, by way of the callback threads, to a stage. From here the path goes on in
 * {@link io.cairn.client.core.ClientCore#start}.
 *
 * <p>What stands on these calls alone has packages of its own: registration and discovery are {@link io.cairn.client.services},
 * numbers, latches, barriers and queues {@link io.cairn.client.recipes}.
 */
package io.cairn.client;
