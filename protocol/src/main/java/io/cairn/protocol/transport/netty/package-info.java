/**
 * The network's seam on real sockets: Netty's event loops, epoll where the machine has it.
 *
 * <p>{@link io.cairn.protocol.transport.netty.NettyTransport} is all that others name. A connection lives on one loop, whose
 * thread owns it, its handler and everything above; accepted ones are spread over the loops in turn. Nothing here knows of
 * frames: bytes go up through {@link io.cairn.protocol.transport.ConnectionHandler} to {@code io.cairn.protocol.frame}.
 */
package io.cairn.protocol.transport.netty;
