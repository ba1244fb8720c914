package io.cairn.protocol.link;

import io.cairn.protocol.testing.World;
import io.cairn.protocol.transport.netty.NettyTransport;

class NativeSocketLinkTest extends LinkContract {

  @Override
  World world() {
    return World.sockets(NettyTransport.Native.IF_AVAILABLE);
  }
}
