package io.cairn.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.protocol.transport.HostPort;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Split points as they are written, and what counts of them. */
class SplitPointsTest {

  private static ClusterConfig cluster(String... points) {
    var node = new ClusterNode("n1", new HostPort("127.0.0.1", 1), new HostPort("127.0.0.1", 2));
    return new ClusterConfig("n1", "test", List.of(node), List.of(points));
  }

  @Test
  void aPointWithinATagIsCutBackAndSaid() {
    ClusterConfig cluster = cluster("b", "{order-7}/items", "{z");
    assertThat(cluster.splitPoints()).containsExactly("b", "{order-7}", "{z");
    assertThat(cluster.cutBack()).singleElement().asString().contains("'{order-7}/items'").contains("cut back to '{order-7}'")
        .contains("never separated");
  }

  @Test
  void nothingIsSaidOfPointsThatStayAsTheyAre() {
    assertThat(cluster("b", "m{", "{order-7}").cutBack()).isEmpty();
  }
}
