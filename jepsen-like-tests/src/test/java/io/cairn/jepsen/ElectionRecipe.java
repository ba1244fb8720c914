package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.client.KvClient;
import io.cairn.client.LeaderElection;
import io.cairn.client.LeaderElection.Leadership;
import io.cairn.client.LockOptions;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.jepsen.cluster.Await;
import io.cairn.jepsen.cluster.LocalCluster;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** docs/recipes/election.md: the code that it shows is here, between the lines that say recipe, and runs in {@link RecipePagesTest}. */
abstract class ElectionRecipe {
  private static final Duration MOST = Duration.ofSeconds(30);

  private static Leadership campaign(KvClient client, String address) throws InterruptedException {
    // recipe: campaign
    LeaderElection election = client.election("scheduler", LockOptions.DEFAULT.withTtl(Duration.ofSeconds(5)));
    Leadership mine = election.campaign(address); // Waits until it is elected.
    // end
    return mine;
  }

  private static AutoCloseable observe(KvClient client, AtomicReference<String> chief) {
    // recipe: observe
    AutoCloseable observing = client.election("scheduler", LockOptions.DEFAULT)
        .observe(leader -> chief.set(leader.map(one -> one.value().utf8()).orElse("nobody")));
    // end
    return observing;
  }

  private static boolean work(Leadership mine, String job) {
    // recipe: work
    try {
      mine.kv().put("schedule/" + job, "by the leader of term " + mine.term());
      return true;
    } catch (RefusedException e) {
      if (e.code() == RefusedCode.GUARD_PASSED) {
        return false; // Another one leads: nothing was written.
      }
      throw e;
    }
    // end
  }

  private static void retire(Leadership mine) {
    // recipe: resign
    mine.proclaim("10.0.0.1:7000, about to stop");
    mine.resign();
    // end
  }

  @Test
  @DisplayName("one leads, others hear of it, the work of who led before is refused; the node that decides is killed in between")
  void oneLeads(LocalCluster cluster) throws Exception {
    var chief = new AtomicReference<>("");
    try (KvClient one = cluster.client(MOST); KvClient two = cluster.client(MOST); AutoCloseable _ = observe(two, chief)) {
      Leadership first = campaign(one, "10.0.0.1:7000");
      Await.until("the leader is heard of", MOST, () -> chief.get().equals("10.0.0.1:7000"));
      assertThat(work(first, "a")).isTrue();
      var second = new CompletableFuture<Leadership>();
      Thread.ofVirtual().start(() -> {
        try {
          second.complete(campaign(two, "10.0.0.2:7000"));
        } catch (InterruptedException | RuntimeException e) {
          second.completeExceptionally(e);
        }
      });
      cluster.leaderOf("{scheduler}/").kill();
      retire(first);
      Leadership next = second.get(60, TimeUnit.SECONDS);
      assertThat(next.term()).isGreaterThan(first.term());
      assertThat(work(first, "a")).isFalse();
      assertThat(work(next, "a")).isTrue();
      assertThat(one.get("schedule/a").valueUtf8()).contains("by the leader of term " + next.term());
      Await.until("the next one is heard of", MOST, () -> chief.get().equals("10.0.0.2:7000"));
      next.resign();
    }
  }
}
