package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.client.KvClient;
import io.cairn.client.services.KnownInstance;
import io.cairn.client.services.Lifecycle;
import io.cairn.client.services.Registration;
import io.cairn.client.services.RegistrationListener;
import io.cairn.client.services.RegistrationOptions;
import io.cairn.client.services.RegistrationState;
import io.cairn.client.services.Registry;
import io.cairn.client.services.ServiceHealth;
import io.cairn.client.services.ServiceInstance;
import io.cairn.client.services.ServiceView;
import io.cairn.jepsen.cluster.Await;
import io.cairn.jepsen.cluster.KvdNode;
import io.cairn.jepsen.cluster.LocalCluster;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Issue 6, "Registration and discovery": the public client against three real nodes, whose leader is killed in the middle. */
final class ServicesTest {
  private static final Duration MOST = Duration.ofSeconds(30);
  private static final RegistrationOptions SHORT = RegistrationOptions.DEFAULT.withTtl(Duration.ofSeconds(2));

  @RegisterExtension
  static final ClusterExtension EXTENSION = new ClusterExtension(() -> LocalCluster.builder().build());

  private final LocalCluster cluster = EXTENSION.cluster();

  private static ServiceInstance instance(int number) {
    return ServiceInstance.of("i" + number, "10.0.0." + number + ":8080");
  }

  private static List<String> ids(List<KnownInstance> instances) {
    return instances.stream().map(KnownInstance::id).toList();
  }

  private static void awaitCandidates(ServiceView view, String... ids) {
    Await.until("the view shows " + List.of(ids), MOST, () -> ids(view.candidates()).equals(List.of(ids)));
  }

  @Test
  @DisplayName("what is registered is seen with all that it says; the leader is killed, and it stays; changes, draining and leaving are seen")
  void registeredSeenAndGone() throws Exception {
    try (KvClient client = cluster.client(); KvClient other = cluster.client(); ServiceView view = other.discovery().service("orders")) {
      Registry registry = client.registry();
      ServiceInstance described = instance(1).withWeight(7).withVersion("v2").withZone("west").withTags("blue", "fast").withMetadata("rack", "r\"1");
      Registration first = registry.register("orders", described, SHORT);
      Registration second = registry.register("orders", instance(2), SHORT);
      assertThat(first.awaitRegistered(MOST)).isTrue();
      awaitCandidates(view, "i1", "i2");
      assertThat(view.candidates().get(0)).satisfies(known -> {
        assertThat(known.instance()).isEqualTo(described);
        assertThat(known.generation()).isEqualTo(1);
      });
      assertThat(other.discovery().services()).contains("orders");

      KvdNode leader = cluster.leaderOf("services/");
      leader.kill();
      first.update(described.withWeight(8));
      second.setHealth(ServiceHealth.FAILING);
      awaitCandidates(view, "i1");
      Await.until("the weight is seen", MOST, () -> view.candidates().get(0).instance().weight() == 8);
      assertThat(ids(view.instances())).as("what fails is still known").containsExactly("i1", "i2");
      second.setHealth(ServiceHealth.PASSING);
      awaitCandidates(view, "i1", "i2");
      assertThat(first.state()).isEqualTo(RegistrationState.REGISTERED);
      leader.start();

      var told = new CopyOnWriteArrayList<Boolean>();
      second.addListener(new RegistrationListener() {
        @Override
        public void changed(Registration registration, RegistrationState now) {}

        @Override
        public void draining(Registration registration, boolean now) {
          told.add(now);
        }
      });
      assertThat(other.registry().drain("orders", "i2")).isTrue();
      awaitCandidates(view, "i1");
      Await.until("it is told that it drains", MOST, () -> told.equals(List.of(true)));
      assertThat(view.instances().get(1).lifecycle()).isEqualTo(Lifecycle.DRAINING);
      assertThat(other.registry().drain("orders", "i9")).isFalse();
      second.stop(Duration.ZERO).toCompletableFuture().get(MOST.toSeconds(), TimeUnit.SECONDS);
      first.close();
      Await.until("all are gone, on purpose, so none is kept as suspected", MOST, () -> view.instances().isEmpty());
      assertThat(view.now().isPanicking()).isFalse();
      assertThat(first.state()).isEqualTo(RegistrationState.ENDED);
      cluster.awaitReady();
    }
  }

  @Test
  @DisplayName("an instance whose lease is lost registers again, as the next generation; one that vanishes alone goes, the last of all is kept")
  void lostAndFoundAgain() throws Exception {
    try (KvClient client = cluster.client(); KvClient other = cluster.client(); KvClient third = cluster.client();
        ServiceView view = other.discovery().service("carts")) {
      Registration one = client.registry().register("carts", instance(1), SHORT);
      awaitCandidates(view, "i1");
      other.leases().revoke(other.get("services/{carts}/i1").found().orElseThrow().lease());
      Await.until("it registered again", MOST, () -> one.generation() == 2 && one.state() == RegistrationState.REGISTERED);
      Await.until("and is seen", MOST, () -> view.candidates().size() == 1 && view.candidates().get(0).generation() == 2
          && !view.candidates().get(0).isSuspected());
      other.delete("services/{carts}/i1");
      Await.until("also when its entry alone was deleted", MOST, () -> one.generation() == 3 && one.state() == RegistrationState.REGISTERED);

      third.registry().register("carts", instance(2), SHORT);
      third.registry().register("carts", instance(3), SHORT);
      awaitCandidates(view, "i1", "i2", "i3");
      third.close();
      Await.until("two of three vanish: fewer than half are left, so they are kept", MOST, () -> view.now().isPanicking());
      assertThat(view.candidates()).hasSize(3).filteredOn(KnownInstance::isSuspected).extracting(KnownInstance::id).containsExactly("i2", "i3");
    }
  }
}
