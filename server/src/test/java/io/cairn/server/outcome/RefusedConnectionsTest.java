package io.cairn.server.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.protocol.wire.HandshakeError;
import io.cairn.protocol.wire.HandshakeRefused;
import io.cairn.server.testing.VirtualLoops;
import org.junit.jupiter.api.Test;

class RefusedConnectionsTest {
  private static final long SECOND = 1_000_000_000L;

  private final VirtualLoops time = new VirtualLoops();
  private final RefusedConnections refusals = new RefusedConnections(time, "client");

  private boolean refuse(HandshakeError why) {
    return refusals.refused("10.0.0.1:4711", HandshakeRefused.newBuilder().setError(why).setMessage("because").build());
  }

  private boolean refuse() {
    return refuse(HandshakeError.CLUSTER_ID);
  }

  @Test
  void whoOpensThousandsGetsOneLineASecond() {
    assertThat(refuse()).isTrue();
    for (int i = 0; i < 10_000; i++) {
      assertThat(refuse()).isFalse();
    }
    assertThat(refusals.passedOver(HandshakeError.CLUSTER_ID)).isEqualTo(10_000);
    assertThat(refuse(HandshakeError.REMOVED)).as("another reason is not drowned").isTrue();
    time.advance(SECOND);
    assertThat(refuse()).isTrue();
    assertThat(refusals.passedOver(HandshakeError.CLUSTER_ID)).isZero();
    assertThat(refuse()).isFalse();
  }
}
