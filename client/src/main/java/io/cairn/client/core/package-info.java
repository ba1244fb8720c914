/**
 * The client's engine room: what happens between a call of {@link io.cairn.client.KvClient} and a frame on the wire. Not for
 * applications; it may change with every version.
 *
 * <pre>
 *   KvClient --Operation--&gt; ClientCore --begin--&gt; Call -----target?----&gt; Cluster: Nodes, ShardRoutes
 *      ^                                            | request                         |
 *      |                                            v                                 v
 *      +------- Completion ------------------- answered &lt;--- Response --- NodeLink (protocol.link.Link)
 * </pre>
 *
 * <p>Everything here lives on one loop, the one its connections are on, and so needs no lock; only
 * {@link io.cairn.client.core.ClientCore#start} and {@code close} are called from elsewhere. It reads time, draws numbers and
 * reaches nodes through the seams alone: the simulator runs the same classes in virtual time.
 *
 * <p>Begin with {@link io.cairn.client.core.Call}, which decides about retries; then {@link io.cairn.client.core.WriteCall} and
 * {@link io.cairn.client.core.SequenceLane}, which make them safe, and {@link io.cairn.client.core.Cluster}, which says whom
 * to ask. From here a request goes on to {@code io.cairn.protocol.link} and the server's {@code frontend}.
 */
package io.cairn.client.core;
