package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.client.ByteSeq;
import io.cairn.client.KeyRange;
import io.cairn.client.KvCache;
import io.cairn.client.KvClient;
import io.cairn.jepsen.cluster.Await;
import io.cairn.jepsen.cluster.LocalCluster;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** docs/recipes/cache.md: the code that it shows is here, between the lines that say recipe, and runs in {@link RecipePagesTest}. */
abstract class CacheRecipe {
  private static final Duration MOST = Duration.ofSeconds(30);

  private final AtomicInteger loads = new AtomicInteger();

  private String render(String name) {
    return "page " + name + ", rendered " + loads.incrementAndGet();
  }

  private static KvCache open(KvClient client) throws InterruptedException {
    // recipe: open
    KvCache pages = client.cache(KeyRange.prefix("pages/"), 16 << 20);
    pages.awaitSynced(Duration.ofSeconds(5));
    // end
    return pages;
  }

  private String page(KvCache pages, String name) throws InterruptedException {
    // recipe: get
    ByteSeq key = ByteSeq.utf8("pages/" + name);
    String page = pages.getOrLoad(key, missing -> ByteSeq.utf8(render(name)), Duration.ofSeconds(5)).valueUtf8();
    // end
    return page;
  }

  private static void forget(KvClient client, KvCache pages, String name) throws InterruptedException {
    ByteSeq key = ByteSeq.utf8("pages/" + name);
    // recipe: invalidate
    long gone = client.delete(key).revision();
    pages.get(key, gone, Duration.ofSeconds(5)); // From here on this cache, too, knows that it is gone.
    // end
  }

  @Test
  @DisplayName("a page is rendered once for all processes, found without the network, and rendered anew once it was deleted; a killed leader changes nothing")
  void pagesAreRenderedOnce(LocalCluster cluster) throws Exception {
    try (KvClient one = cluster.client(); KvClient two = cluster.client(); KvCache first = open(one); KvCache second = open(two)) {
      assertThat(page(first, "home")).isEqualTo("page home, rendered 1");
      assertThat(page(second, "home")).isEqualTo("page home, rendered 1");
      cluster.leaderOf("pages/").kill();
      assertThat(page(first, "home")).as("found here").isEqualTo("page home, rendered 1");
      forget(two, second, "home");
      assertThat(page(second, "home")).isEqualTo("page home, rendered 2");
      Await.until("the other cache follows", MOST, () -> first.get("pages/home").map(kv -> kv.valueUtf8()).orElse("").endsWith("2"));
    }
  }
}
