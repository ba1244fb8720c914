package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.client.ByteSeq;
import io.cairn.client.KvClient;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.recipes.DeadLetter;
import io.cairn.client.recipes.KvQueue;
import io.cairn.client.recipes.QueueMessage;
import io.cairn.client.recipes.QueueOptions;
import io.cairn.jepsen.cluster.LocalCluster;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** docs/recipes/queue.md: the code that it shows is here, between the lines that say recipe, and runs in {@link RecipePagesTest}. */
abstract class QueueRecipe {
  private static final Duration MOST = Duration.ofSeconds(30);

  private static KvQueue open(KvClient client) {
    // recipe: open
    QueueOptions options = QueueOptions.DEFAULT.withVisibility(Duration.ofSeconds(30)).withDeadLettersAfter(3);
    KvQueue orders = client.recipes().queue("orders", options);
    // end
    return orders;
  }

  private static void offer(KvQueue orders) {
    // recipe: offer
    orders.offer("order-1");
    orders.offerAll(List.of(ByteSeq.utf8("order-2"), ByteSeq.utf8("order-3"))); // Both or none, one behind the other.
    // end
  }

  private static void ship(KvClient client, String order) {
    if (order.equals("order-2")) {
      throw new IllegalStateException("no such address");
    }
    // recipe: once
    client.putIfAbsent("shipments/" + order, "shipped");
    // end
  }

  private static boolean work(KvClient client, KvQueue orders, Duration most) throws InterruptedException {
    // recipe: work
    Optional<QueueMessage> next = orders.take(most);
    if (next.isPresent()) {
      QueueMessage message = next.get();
      try {
        ship(client, message.valueUtf8());
        message.acknowledge();
      } catch (RefusedException e) {
        if (e.code() != RefusedCode.MESSAGE_PASSED) {
          throw e;
        } // It took too long, and somebody else has the order now: who may find it shipped.
      } catch (IllegalStateException e) {
        message.release(); // For another try, after which it is a dead letter one day.
      }
    }
    // end
    return next.isPresent();
  }

  private static List<DeadLetter> look(KvQueue orders) {
    // recipe: dead
    List<DeadLetter> dead = orders.deadLetters(100);
    dead.forEach(letter -> System.err.println("order " + letter.number() + " cannot be shipped: " + letter.valueUtf8()));
    // end
    return dead;
  }

  @Test
  @DisplayName("orders are shipped once, in order; one that cannot be is a dead letter after its third delivery; a killed leader changes nothing")
  void ordersAreShipped(LocalCluster cluster) throws Exception {
    try (KvClient client = cluster.client(MOST)) {
      KvQueue orders = open(client);
      offer(orders);
      assertThat(work(client, orders, MOST)).isTrue();
      cluster.leaderOf("{orders}/queue/").kill();
      for (int i = 0; i < 4; i++) {
        assertThat(work(client, orders, MOST)).isTrue();
      }
      assertThat(work(client, orders, Duration.ZERO)).isFalse();
      assertThat(look(orders)).extracting(DeadLetter::valueUtf8).containsExactly("order-2");
      long first = client.get("shipments/order-1").found().orElseThrow().createRevision();
      assertThat(client.get("shipments/order-3").found().orElseThrow().createRevision()).isGreaterThan(first);
      assertThat(client.get("shipments/order-2").found()).isEmpty();
    }
  }
}
