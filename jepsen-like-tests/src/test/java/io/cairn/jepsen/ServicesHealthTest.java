package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.cairn.client.KvClient;
import io.cairn.client.services.KnownInstance;
import io.cairn.client.services.RegistrationOptions;
import io.cairn.client.services.Registry;
import io.cairn.client.services.ServiceInstance;
import io.cairn.client.services.ServiceView;
import io.cairn.client.services.choosers.Chooser;
import io.cairn.client.services.choosers.ConsistentHash;
import io.cairn.client.services.choosers.LeastInFlight;
import io.cairn.client.services.choosers.RandomByWeight;
import io.cairn.client.services.choosers.SameZoneFirst;
import io.cairn.client.services.choosers.WeightedRoundRobin;
import io.cairn.client.services.health.HealthSchedule;
import io.cairn.client.services.health.HttpCheck;
import io.cairn.client.services.health.TcpCheck;
import io.cairn.client.services.health.TtlCheck;
import io.cairn.jepsen.cluster.Await;
import io.cairn.jepsen.cluster.KvdNode;
import io.cairn.jepsen.cluster.LocalCluster;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Issue 6: checks that a registrant runs on itself, and choosers over what consumers see of them, against three real nodes. */
final class ServicesHealthTest {
  private static final Duration MOST = Duration.ofSeconds(30);
  private static final HealthSchedule OFTEN = HealthSchedule.DEFAULT.every(Duration.ofMillis(100)).within(Duration.ofSeconds(5)).after(2, 2);

  @RegisterExtension
  static final ClusterExtension EXTENSION = new ClusterExtension(() -> LocalCluster.builder().build());

  private final LocalCluster cluster = EXTENSION.cluster();
  private final AtomicInteger status = new AtomicInteger(200);
  private final AtomicLong clock = new AtomicLong();

  private HttpServer server() throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/health", exchange -> {
      exchange.sendResponseHeaders(status.get(), -1);
      exchange.close();
    });
    server.start();
    return server;
  }

  private static void awaitCandidates(ServiceView view, String... ids) {
    Await.until("candidates are " + List.of(ids), MOST, () -> !view.now().ignoresHealth()
        && view.candidates().stream().map(KnownInstance::id).toList().equals(List.of(ids)));
  }

  private static Map<String, Integer> counts(ServiceView view, Chooser chooser, int times) {
    Map<String, Integer> counts = new HashMap<>();
    for (int i = 0; i < times; i++) {
      counts.merge(view.choose(chooser, "key-" + i).orElseThrow().id(), 1, Integer::sum);
    }
    return counts;
  }

  @Test
  @DisplayName("what fails by HTTP or TTL gets no calls, and gets them again; the leader is killed in the middle; every chooser chooses among the others")
  void checksAndChoosers() throws Exception {
    HttpServer server = server();
    int port = server.getAddress().getPort();
    URI health = URI.create("http://127.0.0.1:" + port + "/health");
    TtlCheck beats = new TtlCheck(Duration.ofSeconds(1), clock::get);
    beats.beat();
    try (KvClient client = cluster.client(); KvClient consumer = cluster.client(); ServiceView view = consumer.discovery().service("shop")) {
      Registry registry = client.registry();
      RegistrationOptions options = RegistrationOptions.DEFAULT;
      registry.register("shop", instance("beats", port).withWeight(1), options.withCheck(beats, OFTEN.after(1, 1)));
      registry.register("shop", instance("http", port).withWeight(2).withZone("a"), options.withCheck(new HttpCheck(health, Duration.ofSeconds(5)), OFTEN));
      registry.register("shop", instance("tcp", port).withWeight(3).withZone("a"), options.withCheck(new TcpCheck("127.0.0.1", port), OFTEN));
      registry.register("shop", instance("unchecked", port).withWeight(4).withZone("b"), options);
      awaitCandidates(view, "beats", "http", "tcp", "unchecked");

      assertThat(counts(view, new WeightedRoundRobin(), 100)).isEqualTo(Map.of("beats", 10, "http", 20, "tcp", 30, "unchecked", 40));
      assertThat(counts(view, new RandomByWeight(new Random(1)), 1_000)).hasSize(4).satisfies(each -> assertThat(each.get("unchecked")).isBetween(340, 460));
      assertThat(counts(view, new SameZoneFirst("a", new WeightedRoundRobin()), 50)).isEqualTo(Map.of("http", 20, "tcp", 30));
      assertThat(counts(view, new LeastInFlight(new Random(1)), 10)).isEqualTo(Map.of("beats", 1, "http", 2, "tcp", 3, "unchecked", 4));
      Map<String, Integer> byKey = counts(view, new ConsistentHash(), 1_000);
      assertThat(byKey).hasSize(4);

      KvdNode leader = cluster.leaderOf("services/");
      leader.kill();
      status.set(503);
      awaitCandidates(view, "beats", "tcp", "unchecked");
      assertThat(counts(view, new ConsistentHash(), 1_000)).as("only keys of the one that fails have moved").allSatisfy(
          (id, count) -> assertThat(count).isGreaterThanOrEqualTo(byKey.get(id)));
      assertThat(counts(view, new SameZoneFirst("a", new WeightedRoundRobin()), 10)).isEqualTo(Map.of("tcp", 10));
      clock.addAndGet(Duration.ofSeconds(2).toNanos());
      awaitCandidates(view, "tcp", "unchecked");
      status.set(200);
      beats.beat();
      awaitCandidates(view, "beats", "http", "tcp", "unchecked");
      assertThat(counts(view, new ConsistentHash(), 1_000)).as("they are all back").isEqualTo(byKey);
      leader.start();
      cluster.awaitReady();
    } finally {
      server.stop(0);
    }
  }

  private static ServiceInstance instance(String id, int port) {
    return ServiceInstance.of(id, "127.0.0.1", port);
  }
}
