package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.client.KvClient;
import io.cairn.client.LeaseDetails;
import io.cairn.client.services.KnownInstance;
import io.cairn.client.services.Registration;
import io.cairn.client.services.RegistrationOptions;
import io.cairn.client.services.RegistrationState;
import io.cairn.client.services.ServiceInstance;
import io.cairn.client.services.ServiceView;
import io.cairn.jepsen.cluster.Await;
import io.cairn.jepsen.cluster.KvdNode;
import io.cairn.jepsen.cluster.LocalCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Issue 6: leases lost by the hundred, and a store that is away: no consumer sees an empty service, and all register again. */
final class ServicesOutageTest {
  private static final Duration MOST = Duration.ofSeconds(60);
  private static final int SERVICES = 4;
  private static final int INSTANCES = 10;
  private static final RegistrationOptions OPTIONS = RegistrationOptions.DEFAULT.withTtl(Duration.ofSeconds(2));

  @RegisterExtension
  static final ClusterExtension EXTENSION = new ClusterExtension(() -> LocalCluster.builder().build());

  private final LocalCluster cluster = EXTENSION.cluster();
  private final List<Registration> registrations = new ArrayList<>();
  private final List<ServiceView> views = new ArrayList<>();
  /** Of what any view has shown since all were there. */
  private final AtomicInteger fewest = new AtomicInteger(INSTANCES);

  private void register(KvClient client, KvClient consumer) throws InterruptedException {
    for (int s = 0; s < SERVICES; s++) {
      for (int i = 0; i < INSTANCES; i++) {
        registrations.add(client.registry().register("s" + s, ServiceInstance.of("i" + i, "10.0." + s + "." + i + ":80"), OPTIONS));
      }
    }
    for (int s = 0; s < SERVICES; s++) {
      ServiceView view = consumer.discovery().service("s" + s);
      assertThat(view.awaitSynced(MOST)).isTrue();
      views.add(view);
    }
    awaitAllThere(1);
    views.forEach(view -> view.listen((before, now) -> fewest.accumulateAndGet(now.candidates().size(), Math::min)));
  }

  private void awaitAllThere(long generation) {
    Await.until("all are registered, generation " + generation, MOST, () -> registrations.stream()
        .allMatch(each -> each.state() == RegistrationState.REGISTERED && each.generation() >= generation));
    Await.until("all are seen", MOST, () -> views.stream().allMatch(view -> view.candidates().size() == INSTANCES
        && view.candidates().stream().noneMatch(each -> each.isSuspected() || each.generation() < generation)));
  }

  @Test
  @DisplayName("every lease ends at once; then all three nodes stop for longer than a TTL, and come back")
  void aStormOfExpiriesAndAStoreThatIsAway() throws Exception {
    try (KvClient client = cluster.client(); KvClient consumer = cluster.client()) {
      register(client, consumer);
      consumer.leases().list().stream().map(LeaseDetails::id).parallel().forEach(id -> consumer.leases().revoke(id));
      awaitAllThere(2);
      assertThat(fewest.get()).as("fewest instances that any consumer saw").isGreaterThanOrEqualTo(INSTANCES / 2);

      cluster.nodes().forEach(KvdNode::kill);
      Await.until("every lease was lost, for all that the registrants know", MOST,
          () -> registrations.stream().allMatch(each -> each.state() == RegistrationState.REGISTERING));
      assertThat(views).allSatisfy(view -> {
        assertThat(view.isConnected()).isFalse();
        assertThat(view.staleness()).isGreaterThan(Duration.ofSeconds(1));
        assertThat(view.candidates()).hasSize(INSTANCES).noneMatch(KnownInstance::isSuspected);
      });
      cluster.nodes().forEach(KvdNode::start);
      cluster.awaitReady();
      awaitAllThere(3);
      assertThat(fewest.get()).as("fewest instances that any consumer saw").isGreaterThanOrEqualTo(INSTANCES / 2);

      registrations.subList(0, INSTANCES).forEach(each -> each.stop(Duration.ZERO));
      Await.until("who goes on purpose goes, to the last", MOST, () -> views.get(0).instances().isEmpty());
      assertThat(views.get(1).candidates()).hasSize(INSTANCES);
    } finally {
      views.forEach(ServiceView::close);
    }
  }
}
