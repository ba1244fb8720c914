package io.cairn.protocol.transport.netty;

import io.cairn.protocol.transport.HostPort;
import io.cairn.protocol.transport.Transport;
import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.ServerSocketChannel;

/** An open port. */
final class NettyListening implements Transport.Listening {

  private final ServerSocketChannel channel;
  private final HostPort address;

  NettyListening(ServerSocketChannel channel, String host) {
    this.channel = channel;
    this.address = new HostPort(host, channel.localAddress().getPort());
  }

  @Override
  public HostPort address() {
    return address;
  }

  /** Once it returns the port is free, unless called on the port's own loop; then it is soon. */
  @Override
  public void close() {
    ChannelFuture closed = channel.close();
    if (!channel.eventLoop().inEventLoop()) {
      closed.awaitUninterruptibly();
    }
  }
}
