package io.cairn.protocol.link;

import io.cairn.protocol.testing.World;

class MemoryHandshakeTest extends HandshakeContract {

  @Override
  World world() {
    return World.memory(5);
  }
}
