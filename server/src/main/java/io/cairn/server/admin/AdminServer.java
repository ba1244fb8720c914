package io.cairn.server.admin;

import io.cairn.protocol.transport.HostPort;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.flow.FlowControlHandler;
import io.netty.handler.timeout.ReadTimeoutHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Answers HTTP on the admin address, on one thread of its own: no scrape holds up a request, and a stuck data loop is still
 * reported. Requests are bounded in size, connections in number, and a silent one is closed.
 */
public final class AdminServer implements AutoCloseable {
  private static final int CONNECTIONS_MAX = 64;
  private static final int SILENT_SECONDS_MAX = 60;

  private final EventLoopGroup group;
  private final Channel listening;
  private final AtomicInteger connections = new AtomicInteger();

  /**
   * Listens until closed.
   *
   * @param requestBytesMax longest request line, longest sum of headers, longest body
   * @throws IOException when the address cannot be bound; the message names it
   */
  public AdminServer(HostPort address, long requestBytesMax, AdminPages pages) throws IOException {
    group = new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("admin", true), NioIoHandler.newFactory());
    int bytesMax = Math.toIntExact(requestBytesMax);
    ChannelFuture bound = new ServerBootstrap()
        .group(group)
        .channel(NioServerSocketChannel.class)
        .option(ChannelOption.SO_REUSEADDR, true)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childHandler(new ChannelInitializer<SocketChannel>() {
          @Override
          protected void initChannel(SocketChannel channel) {
            accept(channel, bytesMax, pages);
          }
        })
        .bind(address.host(), address.port())
        .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      group.shutdownGracefully(0, 0, TimeUnit.SECONDS);
      throw new java.net.BindException("cannot listen on admin.listen " + address + ": " + bound.cause().getMessage());
    }
    listening = bound.channel();
  }

  private void accept(SocketChannel channel, int bytesMax, AdminPages pages) {
    if (connections.incrementAndGet() > CONNECTIONS_MAX) {
      connections.decrementAndGet();
      channel.close();
      return;
    }
    channel.closeFuture().addListener(_ -> connections.decrementAndGet());
    channel.pipeline()
        .addLast(new ReadTimeoutHandler(SILENT_SECONDS_MAX))
        .addLast(new HttpServerCodec(bytesMax, bytesMax, bytesMax))
        .addLast(new HttpObjectAggregator(bytesMax, true))
        // One request of a connection at a time: the handler stops reading until the answer has been written.
        .addLast(new FlowControlHandler())
        .addLast(new AdminHandler(pages));
  }

  /** Where it listens, with the port that was taken when the configuration said 0. */
  public HostPort address() {
    InetSocketAddress bound = (InetSocketAddress) listening.localAddress();
    return new HostPort(bound.getAddress().getHostAddress(), bound.getPort());
  }

  @Override
  public void close() {
    listening.close();
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }
}
