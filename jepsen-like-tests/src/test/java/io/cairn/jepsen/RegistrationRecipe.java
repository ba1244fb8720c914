package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.client.ByteSeq;
import io.cairn.client.KeyRange;
import io.cairn.client.KeyValue;
import io.cairn.client.KvCache;
import io.cairn.client.KvClient;
import io.cairn.client.services.KnownInstance;
import io.cairn.client.services.Registration;
import io.cairn.client.services.RegistrationOptions;
import io.cairn.client.services.ServiceInstance;
import io.cairn.client.services.ServiceView;
import io.cairn.client.services.choosers.ByVersion;
import io.cairn.client.services.choosers.Chooser;
import io.cairn.client.services.choosers.WeightedRoundRobin;
import io.cairn.client.services.health.HealthSchedule;
import io.cairn.client.services.health.TcpCheck;
import io.cairn.jepsen.cluster.Await;
import io.cairn.jepsen.cluster.LocalCluster;
import io.cairn.resilience.CallSettings;
import io.cairn.resilience.ServiceCalls;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** docs/recipes/registration.md: the code that it shows is here, between the lines that say recipe, and runs in {@link RecipePagesTest}. */
abstract class RegistrationRecipe {
  private static final Duration MOST = Duration.ofSeconds(30);
  private static final RandomGenerator random = new Random(95);

  private static Registration register(KvClient client, String id, String host, int port, String version) {
    // recipe: register
    ServiceInstance instance = ServiceInstance.of(id, host, port).withVersion(version).withZone("eu-1");
    RegistrationOptions options = RegistrationOptions.DEFAULT.withCheck(new TcpCheck(host, port), HealthSchedule.DEFAULT);
    Registration mine = client.registry().register("orders", instance, options);
    // end
    return mine;
  }

  private static void stop(Registration mine) throws Exception {
    // recipe: stop
    mine.stop(Duration.ofSeconds(1)).toCompletableFuture().get(60, TimeUnit.SECONDS);
    // end
  }

  private static Chooser following(KvCache weights) {
    // recipe: weights
    var current = new AtomicReference<Chooser>(new WeightedRoundRobin());
    Runnable look = () -> weights.snapshot().stream().findFirst().map(KeyValue::valueUtf8).ifPresent(text ->
        current.set(new ByVersion(ByVersion.weights(text), random, new WeightedRoundRobin())));
    weights.listen(batch -> look.run());
    look.run();
    Chooser chooser = (candidates, key) -> current.get().choose(candidates, key);
    // end
    return chooser;
  }

  private static CompletionStage<String> ask(KnownInstance instance) {
    return CompletableFuture.completedFuture(instance.instance().version());
  }

  private static long calls(String version, int of, ServiceCalls calls) throws Exception {
    long count = 0;
    for (int i = 0; i < of; i++) {
      // recipe: call
      CompletionStage<String> answer = calls.call("", instance -> ask(instance), why -> "nobody: " + why.getMessage());
      // end
      count += answer.toCompletableFuture().get(MOST.toSeconds(), TimeUnit.SECONDS).equals(version) ? 1 : 0;
    }
    return count;
  }

  @Test
  @DisplayName("a canary gets 5 %, then, as its weights change, everything; the leader is killed in between, and it stays so")
  void aCanary(LocalCluster cluster) throws Exception {
    String host = InetAddress.getLoopbackAddress().getHostAddress();
    try (KvClient client = cluster.client(); KvClient consumer = cluster.client(); ServerSocket server = new ServerSocket(0, 50, InetAddress.getByName(host))) {
      List<Registration> mine = IntStream.range(0, 3)
          .mapToObj(i -> register(client, "orders-" + i, host, server.getLocalPort(), i == 2 ? "v2" : "v1")).toList();
      client.put("config/orders/weights", "v1=95,v2=5");
      ScheduledExecutorService timers = Executors.newSingleThreadScheduledExecutor();
      // recipe: view
      ServiceView orders = consumer.discovery().service("orders");
      KvCache weights = consumer.cache(KeyRange.single(ByteSeq.utf8("config/orders/weights")));
      orders.awaitSynced(Duration.ofSeconds(5));
      weights.awaitSynced(Duration.ofSeconds(5));
      // end
      Chooser chooser = following(weights);
      // recipe: calls
      CallSettings settings = CallSettings.DEFAULT.within(Duration.ofSeconds(2)).withAttempts(2, 20);
      ServiceCalls calls = new ServiceCalls(orders, chooser, settings, timers);
      // end
      try {
        Await.until("all pass", MOST, () -> orders.candidates().size() == 3 && !orders.now().ignoresHealth());
        assertThat(calls("v2", 2_000, calls)).isBetween(60L, 140L);
        cluster.leaderOf("services/").kill();
        assertThat(calls("v2", 2_000, calls)).isBetween(60L, 140L);
        consumer.put("config/orders/weights", "v1=0,v2=1");
        Await.until("the new weights are followed", MOST, () -> chooser.choose(orders.candidates()).orElseThrow().id().equals("orders-2"));
        assertThat(calls("v2", 100, calls)).isEqualTo(100);
        stop(mine.get(2));
        assertThat(calls("v1", 10, calls)).as("the canary is gone, on purpose").isEqualTo(10);
      } finally {
        calls.close();
        weights.close();
        orders.close();
        timers.shutdownNow();
      }
    }
  }
}
