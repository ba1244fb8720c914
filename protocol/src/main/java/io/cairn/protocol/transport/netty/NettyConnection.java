package io.cairn.protocol.transport.netty;

import io.cairn.platform.EventLoop;
import io.cairn.protocol.transport.Connection;
import io.cairn.protocol.transport.ConnectionHandler;
import io.cairn.protocol.transport.HostPort;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.function.Function;

/**
 * One TCP connection.
 *
 * <p>It ends in an orderly way so that the last words arrive: a socket that is closed with unread bytes in it answers with a
 * reset, which can overtake what was just written (a refused handshake would reach nobody). So what was written is flushed,
 * the outgoing half is shut, and what the other side still sends is thrown away until it closes too, or for a second.
 */
final class NettyConnection extends ChannelInboundHandlerAdapter implements Connection {

  private static final long LINGER_NANOS = 1_000_000_000L;

  private final SocketChannel channel;
  private final NettyEventLoop loop;
  private final Function<Connection, ConnectionHandler> opened;
  private String remote = "unknown";
  /** Null until the connection is open. */
  private ConnectionHandler handler;
  private Throwable failure;
  private boolean closing;
  private boolean writableWhileOpening;

  /** @param opened gives the connection its handler, once it is open */
  NettyConnection(SocketChannel channel, NettyEventLoop loop, Function<Connection, ConnectionHandler> opened) {
    this.channel = channel;
    this.loop = loop;
    this.opened = opened;
  }

  @Override
  public EventLoop loop() {
    return loop;
  }

  @Override
  public String remote() {
    return remote;
  }

  @Override
  public ByteBufAllocator allocator() {
    return channel.alloc();
  }

  @Override
  public void write(ByteBuf bytes) {
    if (closing) {
      bytes.release();
    } else {
      channel.write(bytes, channel.voidPromise());
    }
  }

  @Override
  public void flush() {
    if (!closing) {
      channel.flush();
    }
  }

  @Override
  public long pendingBytes() {
    ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
    return buffer == null ? 0 : buffer.totalPendingWriteBytes();
  }

  @Override
  public void pauseReading(boolean paused) {
    if (!closing) {
      channel.config().setAutoRead(!paused);
    }
  }

  @Override
  public void close() {
    if (closing) {
      return;
    }
    closing = true;
    channel.config().setAutoRead(true);
    channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> channel.shutdownOutput());
    loop.schedule(LINGER_NANOS, channel::close);
  }

  @Override
  public void abort() {
    closing = true;
    if (channel.isActive()) {
      channel.config().setOption(ChannelOption.SO_LINGER, 0);
    }
    channel.close();
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    InetSocketAddress address = channel.remoteAddress();
    if (address != null) { // Null when the other side has gone already.
      remote = new HostPort(address.getAddress().getHostAddress(), address.getPort()).toString();
    }
    handler = opened.apply(this);
    if (writableWhileOpening && !closing) {
      handler.writable();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    try {
      if (!closing) {
        handler.received((ByteBuf) message);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    if (!closing) {
      handler.turnEnded();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (closing || !channel.isWritable()) {
      return;
    }
    if (handler == null) {
      writableWhileOpening = true; // Its handler writes already, and is not known here yet.
    } else {
      handler.writable();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    closing = true;
    if (handler != null) {
      ConnectionHandler told = handler;
      handler = null;
      told.closed(failure);
    }
  }

  /** An I/O error ends the connection; anything else was thrown by a handler, is a bug, and goes where uncaught things go. */
  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (cause instanceof IOException) {
      failure = cause;
      channel.close();
    } else {
      failure = cause;
      abort();
      loop.runGuarded(() -> rethrow(cause));
    }
  }

  private static void rethrow(Throwable cause) {
    if (cause instanceof Error error) {
      throw error;
    }
    throw cause instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(cause);
  }
}
