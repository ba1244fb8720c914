package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.client.KeyRange;
import io.cairn.client.KvCache;
import io.cairn.client.KvClient;
import io.cairn.client.Txn;
import io.cairn.client.TxnOp;
import io.cairn.jepsen.cluster.Await;
import io.cairn.jepsen.cluster.LocalCluster;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** docs/recipes/configuration.md: the code that it shows is here, between the lines that say recipe, and runs in {@link RecipePagesTest}. */
abstract class ConfigurationRecipe {
  private static final Duration MOST = Duration.ofSeconds(30);

  // recipe: settings
  record Settings(int workers, Duration timeout) {
    static final String PREFIX = "{config/shop}/";

    /** @throws IllegalArgumentException with what is wrong: then the settings stay as they were */
    static Settings of(Map<String, String> values) {
      int workers = Integer.parseInt(values.getOrDefault("workers", "4"));
      if (workers < 1) {
        throw new IllegalArgumentException("workers is 1 or more, was " + workers);
      }
      return new Settings(workers, Duration.ofMillis(Long.parseLong(values.getOrDefault("timeout-millis", "500"))));
    }

    static Settings of(KvCache cache) {
      return of(cache.snapshot().stream().collect(
          Collectors.toMap(kv -> kv.keyUtf8().substring(PREFIX.length()), kv -> kv.valueUtf8())));
    }
  }
  // end

  private static AtomicReference<Settings> follow(KvCache cache, Consumer<String> complain) throws InterruptedException {
    // recipe: follow
    cache.awaitSynced(Duration.ofSeconds(5));
    var settings = new AtomicReference<>(Settings.of(cache));
    cache.listen(batch -> {
      try {
        settings.set(Settings.of(cache));
      } catch (IllegalArgumentException e) {
        complain.accept("settings stay as they were: " + e.getMessage());
      }
    });
    // end
    return settings;
  }

  private static void change(KvClient client) {
    // recipe: change
    client.txn(Txn.of(TxnOp.put("{config/shop}/workers", "8"), TxnOp.put("{config/shop}/timeout-millis", "900")));
    // end
  }

  @Test
  @DisplayName("settings follow the keys, two that change together together; what is wrong changes nothing; without a leader they stay")
  void settingsAreInjected(LocalCluster cluster) throws Exception {
    var complaints = new CopyOnWriteArrayList<String>();
    var seen = new CopyOnWriteArrayList<Settings>();
    try (KvClient client = cluster.client(); KvClient operator = cluster.client(); KvCache cache = client.cache(KeyRange.prefix(Settings.PREFIX))) {
      AtomicReference<Settings> settings = follow(cache, complaints::add);
      cache.listen(batch -> seen.add(settings.get()));
      assertThat(settings.get()).isEqualTo(new Settings(4, Duration.ofMillis(500)));
      change(operator);
      Settings changed = new Settings(8, Duration.ofMillis(900));
      Await.until("it is followed", MOST, () -> settings.get().equals(changed));
      assertThat(seen).as("never one without the other").allMatch(each -> each.workers() == 8 == (each.timeout().toMillis() == 900));
      operator.put("{config/shop}/workers", "none");
      Await.until("somebody is told", MOST, () -> !complaints.isEmpty());
      assertThat(settings.get()).isEqualTo(changed);
      cluster.leaderOf(Settings.PREFIX).kill();
      assertThat(settings.get()).isEqualTo(changed);
      operator.put("{config/shop}/workers", "9");
      Await.until("it is followed again", MOST, () -> settings.get().workers() == 9);
    }
  }
}
