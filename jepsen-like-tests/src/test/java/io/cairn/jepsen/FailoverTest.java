package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.jepsen.cluster.LocalCluster;
import io.cairn.jepsen.cluster.PeerDoors;
import io.cairn.jepsen.failover.Failover;
import io.cairn.jepsen.failover.Failover.Fault;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The short form of {@code jepsen-like-tests/failover}: that there is a failover at all; how long it takes is printed. */
final class FailoverTest {
  private static final int ROUNDS = Integer.getInteger("failover.rounds", 2);
  private static final PeerDoors DOORS = new PeerDoors();

  @RegisterExtension
  static final ClusterExtension EXTENSION = new ClusterExtension(() -> LocalCluster.builder().peersThrough(DOORS).build());

  @AfterAll
  static void closeDoors() {
    DOORS.close();
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  @DisplayName("the leader is lost, and writes begun afterwards are accepted by another")
  void writesAreAcceptedAgain(Fault fault) throws Exception {
    Failover.Times times = new Failover(EXTENSION.cluster(), DOORS).measure(fault, ROUNDS);
    System.out.println("failover: " + times);
    assertThat(times.nanos()).hasSize(ROUNDS);
  }
}
