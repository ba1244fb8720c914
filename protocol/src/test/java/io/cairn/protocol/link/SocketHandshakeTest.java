package io.cairn.protocol.link;

import io.cairn.protocol.testing.World;

class SocketHandshakeTest extends HandshakeContract {

  @Override
  World world() {
    return World.sockets(io.cairn.protocol.transport.netty.NettyTransport.Native.IF_AVAILABLE);
  }
}
