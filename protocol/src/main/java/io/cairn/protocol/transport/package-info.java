/**
 * The network's seam: streams of bytes between processes, below the frame codec.
 *
 * <p>In production these are TCP connections on Netty's event loops; in the simulator, queues that lose, delay, cut and join
 * bytes as a seed says. The codec above ({@link io.cairn.protocol.frame}) is the same in both.
 */
package io.cairn.protocol.transport;
