package io.cairn.protocol.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.protocol.frame.Frame;
import io.cairn.protocol.frame.FrameKind;
import io.cairn.protocol.testing.World;
import io.cairn.protocol.transport.Transport;
import io.cairn.protocol.wire.Role;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** The contract in virtual time, and when exactly silence ends a connection. */
class MemoryHandshakeTest extends HandshakeContract {

  private World.Memory memory;

  @Override
  World world() {
    memory = (World.Memory) World.memory(5);
    return memory;
  }

  @Test
  void silenceEndsAConnectionAfterItsTimeUnlessReadingIsPaused() throws IOException {
    Acceptance acceptance = new Acceptance(
        new AcceptanceSettings(Role.CLIENT, 1, 1, Frame.FRAME_BYTES_MAX, 1_000 * MILLI, 90 * MILLI, 2), ScriptedServer::judge, server);
    try (Transport.Listening port = world.transport().listen(world.anyPort(), acceptance)) {
      RawPeer peer = RawPeer.connect(world, port.address());
      peer.say(FrameKind.HELLO, Handshake.hello(Role.CLIENT).build());
      world.until(() -> peer.frames.contains(FrameKind.WELCOME));
      ServerChannel channel = server.open.get(0);
      channel.loop().execute(() -> channel.pauseReading(true));
      memory.time.advance(500 * MILLI);
      assertThat(server.closed).as("a paused connection cannot be heard").isZero();
      channel.loop().execute(() -> channel.pauseReading(false));
      memory.time.advance(85 * MILLI);
      assertThat(server.closed).isZero();
      memory.time.advance(40 * MILLI);
      assertThat(server.closed).isEqualTo(1);
      assertThat(acceptance.connections()).isZero();
    }
  }
}
