package io.cairn.server.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.protocol.transport.HostPort;
import io.cairn.protocol.wire.HandshakeError;
import io.cairn.protocol.wire.HandshakeRefused;
import io.cairn.protocol.wire.Welcome;
import io.cairn.server.config.ClusterConfig;
import io.cairn.server.config.ClusterNode;
import io.cairn.server.replica.Replicas;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class PeerLinksTest {
  private static final ClusterConfig CLUSTER = new ClusterConfig("n1", "kept", List.of(node(1), node(2), node(3)), List.of());

  private final List<String> heard = new ArrayList<>();
  private final FirstStart firstStart = new FirstStart(3, false, () -> heard.add("begun"));
  private final PeerLinks links = new PeerLinks(new Replicas(), firstStart, (what, cause) -> heard.add("broken"),
      new NodeBook(CLUSTER, Bootstrap.shards(CLUSTER).shards().getFirst().replicas()), how -> heard.add("removed, " + how));

  private static ClusterNode node(int number) {
    return new ClusterNode("n" + number, new HostPort("127.0.0.1", 7_000 + number), new HostPort("127.0.0.1", 8_000 + number));
  }

  private static Welcome welcome(String node, boolean incarnationKnown) {
    return Welcome.newBuilder().setNodeName(node).setIncarnationKnown(incarnationKnown).build();
  }

  private static HandshakeRefused refused(HandshakeError error) {
    return HandshakeRefused.newBuilder().setError(error).setMessage("no").build();
  }

  @Test
  @DisplayName("MB-08 whoever has the address of a node of the beginning now does not speak for that one")
  void onlyTheNodeItselfSpeaksForIt() {
    links.connected("n2", welcome("n2", true));
    links.connected("n3", welcome("n3-2", true));
    links.connected("n3", welcome("n3", false));
    assertThat(heard).isEmpty();

    links.connected("n3", welcome("n3", true));
    assertThat(heard).containsExactly("begun");
  }

  @Test
  void whatRefusalsMeanForTheNode() {
    links.refused("n2", refused(HandshakeError.UNKNOWN_NODE));
    links.refused("n2", refused(HandshakeError.BOOTSTRAP));
    assertThat(heard).as("asked again").isEmpty();

    links.refused("n2", refused(HandshakeError.REMOVED));
    links.refused("n3", refused(HandshakeError.INCARNATION));
    assertThat(heard).containsExactly("removed, n2 says so", "broken");
  }
}
