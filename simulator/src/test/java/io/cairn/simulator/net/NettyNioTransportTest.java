package io.cairn.simulator.net;

import io.cairn.protocol.transport.netty.NettyTransport;

/** The contract over real sockets, by the way that every machine has. */
class NettyNioTransportTest extends NettyTransportTest {

  @Override
  NettyTransport.Native sockets() {
    return NettyTransport.Native.NEVER;
  }
}
