package io.cairn.protocol.link;

import io.cairn.protocol.testing.World;
import io.cairn.protocol.transport.netty.NettyTransport;

class NioSocketLinkTest extends LinkContract {

  @Override
  World world() {
    return World.sockets(NettyTransport.Native.NEVER);
  }
}
