package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.client.ByteSeq;
import io.cairn.client.KvClient;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.Session;
import io.cairn.client.recipes.KvBarrier;
import io.cairn.client.recipes.KvLatch;
import io.cairn.client.recipes.KvLong;
import io.cairn.client.recipes.KvQueue;
import io.cairn.client.recipes.KvSequence;
import io.cairn.client.recipes.QueueMessage;
import io.cairn.client.recipes.QueueOptions;
import io.cairn.jepsen.cluster.Await;
import io.cairn.jepsen.cluster.LocalCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Issue 6: what docs/coordination.md promises, through the public client against three real nodes, the leader killed in the middle. */
final class CoordinationTest {
  private static final Duration MOST = Duration.ofSeconds(30);
  private static final QueueOptions SHORT = QueueOptions.DEFAULT.withVisibility(Duration.ofSeconds(2));

  @RegisterExtension
  static final ClusterExtension EXTENSION = new ClusterExtension(() -> LocalCluster.builder().build());

  private final LocalCluster cluster = EXTENSION.cluster();

  private static <T> CompletableFuture<T> start(Callable<T> call) {
    var answer = new CompletableFuture<T>();
    Thread.ofVirtual().start(() -> {
      try {
        answer.complete(call.call());
      } catch (Exception e) {
        answer.completeExceptionally(e);
      }
    });
    return answer;
  }

  private static <T> T end(CompletableFuture<T> of) throws Exception {
    return of.get(60, TimeUnit.SECONDS);
  }

  @Test
  @DisplayName("CL-01 the leader is killed while clients count and take ids: no addition is lost or done twice, no id is given twice")
  void numbersAndIds() throws Exception {
    try (KvClient one = cluster.client(MOST); KvClient two = cluster.client(MOST)) {
      var progress = new AtomicInteger();
      List<CompletableFuture<List<Long>>> counting = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        KvClient client = i % 2 == 0 ? one : two;
        KvLong number = client.recipes().atomicLong("z/count");
        KvSequence sequence = client.recipes().sequence("z/ids", 5);
        counting.add(start(() -> {
          var ids = new ArrayList<Long>();
          for (int j = 0; j < 30; j++) {
            if (j % 10 == 0) {
              number.update(was -> was + 1);
            } else {
              number.incrementAndGet();
            }
            ids.add(sequence.next());
            progress.incrementAndGet();
          }
          return ids;
        }));
      }
      Await.until("they are at work", MOST, () -> progress.get() > 60);
      cluster.withoutLeader("z/count", () -> {
        var all = new ArrayList<Long>();
        for (CompletableFuture<List<Long>> each : counting) {
          all.addAll(end(each));
        }
        assertThat(all).hasSize(240).doesNotHaveDuplicates();
        assertThat(two.recipes().atomicLong("z/count").get()).isEqualTo(240);
        assertThat(one.recipes().sequence("z/ids").next()).as("a client that has restarted").isGreaterThan(all.stream().mapToLong(id -> id).max().orElseThrow());
      });
    }
  }

  @Test
  @DisplayName("a latch opens for all who wait once every participant has counted, through a kill of its leader; who counts twice counts once")
  void aLatchOpens() throws Exception {
    try (KvClient one = cluster.client(MOST); KvClient two = cluster.client(MOST)) {
      KvLatch latch = one.recipes().latch("ready");
      assertThat(latch.await(Duration.ofMillis(50))).isFalse();
      assertThat(latch.create(3)).isTrue();
      var waiting = List.of(start(() -> latch.await(MOST)), start(() -> two.recipes().latch("ready").await(MOST)));
      assertThat(latch.countDown("a")).isEqualTo(2);
      cluster.withoutLeader("{ready}/latch/", () -> {
        assertThat(two.recipes().latch("ready").countDown("a")).isEqualTo(2);
        assertThat(latch.countDown("b")).isEqualTo(1);
        assertThat(waiting).noneMatch(CompletableFuture::isDone);
        assertThat(latch.countDown("c")).isZero();
        for (CompletableFuture<Boolean> each : waiting) {
          assertThat(end(each)).isTrue();
        }
      });
      latch.delete();
      assertThat(latch.await(Duration.ZERO)).isFalse();
    }
  }

  @Test
  @DisplayName("participants begin and end rounds together through a kill of the leader; nobody waits for one whose session has ended")
  void aBarrierOfThree() throws Exception {
    try (KvClient one = cluster.client(MOST); KvClient two = cluster.client(MOST)) {
      KvBarrier barrier = one.recipes().barrier("step", 3);
      KvBarrier same = two.recipes().barrier("step", 3);
      List<Session> sessions = List.of(one.openSession(MOST), one.openSession(MOST), two.openSession(MOST));
      var came = new AtomicInteger();
      var left = new AtomicInteger();
      Callable<Void> rounds = () -> {
        List<CompletableFuture<Void>> parties = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
          int party = i;
          parties.add(start(() -> {
            KvBarrier mine = party == 2 ? same : barrier;
            for (int round = 0; round < 3; round++) {
              came.incrementAndGet();
              KvBarrier.Entry entry = mine.enter("p" + party, sessions.get(party), MOST).orElseThrow();
              assertThat(came).as("all have come, and nobody for the next round").hasValue(3 * (round + 1));
              assertThat(entry.round()).isEqualTo(round + 1);
              left.incrementAndGet();
              assertThat(entry.leave(MOST)).isTrue();
              assertThat(left.get()).as("all have left").isGreaterThanOrEqualTo(3 * (round + 1));
            }
            return null;
          }));
        }
        for (CompletableFuture<Void> each : parties) {
          end(each);
        }
        return null;
      };
      rounds.call();
      CompletableFuture<Optional<KvBarrier.Entry>> early = start(() -> barrier.enter("p0", sessions.get(0), MOST));
      cluster.withoutLeader("{step}/barrier/", () -> {
        CompletableFuture<Optional<KvBarrier.Entry>> second = start(() -> barrier.enter("p1", sessions.get(1), MOST));
        assertThat(early).isNotDone();
        end(start(() -> same.enter("p2", sessions.get(2), MOST))).orElseThrow();
        KvBarrier.Entry first = end(early).orElseThrow();
        assertThat(end(second).orElseThrow().round()).isEqualTo(first.round()).isEqualTo(4);
        CompletableFuture<Boolean> leaving = start(() -> first.leave(MOST));
        assertThat(end(second).orElseThrow().leave(Duration.ofMillis(50))).as("p2 is inside").isFalse();
        sessions.get(2).close();
        assertThat(end(leaving)).isTrue();
      });
      assertThat(barrier.enter("p0", sessions.get(0), Duration.ofMillis(100))).as("alone").isEmpty();
    }
  }

  /** Takes until so many are acknowledged by all together, and notes which are by this one. */
  private static CompletableFuture<Void> acknowledging(KvQueue queue, ConcurrentLinkedQueue<QueueMessage> done, int all) {
    return start(() -> {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(50);
      while (done.size() < all && System.nanoTime() - end < 0) {
        Optional<QueueMessage> next = queue.take(Duration.ofMillis(500));
        if (next.isPresent()) {
          try {
            next.get().acknowledge();
            done.add(next.get());
          } catch (RefusedException e) {
            assertThat(e.code()).isEqualTo(RefusedCode.MESSAGE_PASSED); // A change of leader took longer than the visibility time.
          }
        }
      }
      return null;
    });
  }

  @Test
  @DisplayName("the leader is killed while clients offer and take: every message is acknowledged by exactly one, and one taker gets them in order")
  void everyMessageOnce() throws Exception {
    try (KvClient one = cluster.client(MOST); KvClient two = cluster.client(MOST)) {
      KvQueue queue = one.recipes().queue("mail", SHORT);
      var offered = new ConcurrentLinkedQueue<Long>();
      var done = new ConcurrentLinkedQueue<QueueMessage>();
      List<CompletableFuture<Void>> working = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        KvQueue mine = i % 2 == 0 ? queue : two.recipes().queue("mail", SHORT);
        int who = i;
        working.add(start(() -> {
          for (int j = 0; j < 20; j++) {
            offered.add(mine.offer(who + "/" + j));
          }
          return null;
        }));
      }
      working.add(acknowledging(queue, done, 80));
      working.add(acknowledging(two.recipes().queue("mail", SHORT), done, 80));
      Await.until("they are at work", MOST, () -> done.size() > 10);
      cluster.withoutLeader("{mail}/queue/", () -> {
        for (CompletableFuture<Void> each : working) {
          end(each);
        }
      });
      assertThat(offered).hasSize(80).doesNotHaveDuplicates();
      assertThat(done).extracting(QueueMessage::number).containsExactlyInAnyOrderElementsOf(offered);
      assertThat(done).extracting(QueueMessage::valueUtf8).doesNotHaveDuplicates();
      assertThat(queue.size()).isZero();
    }
  }

  @Test
  @DisplayName("one taker gets messages in the order of their numbers; who waits is told of the next one; the leader is killed in between")
  void inOrder() throws Exception {
    try (KvClient one = cluster.client(MOST); KvClient two = cluster.client(MOST)) {
      KvQueue queue = one.recipes().queue("lines");
      KvQueue other = two.recipes().queue("lines");
      assertThat(queue.offerAll(List.of(ByteSeq.utf8("0"), ByteSeq.utf8("1"), ByteSeq.utf8("2")))).containsExactly(1L, 2L, 3L);
      cluster.withoutLeader("{lines}/queue/", () -> {
        for (int i = 3; i < 20; i++) {
          (i % 2 == 0 ? queue : other).offer(Integer.toString(i));
        }
        for (int i = 0; i < 20; i++) {
          QueueMessage message = other.poll().orElseThrow();
          assertThat(message.valueUtf8()).isEqualTo(Integer.toString(i));
          message.acknowledge();
        }
      });
      assertThat(queue.take(Duration.ofMillis(100))).isEmpty();
      CompletableFuture<Optional<QueueMessage>> waiting = start(() -> other.take(MOST));
      queue.offer("last");
      assertThat(end(waiting).orElseThrow().valueUtf8()).isEqualTo("last");
    }
  }

  @Test
  @DisplayName("a taker that is killed: its message goes to who waits when its visibility time is over, counted; what the first does then is refused")
  void theTakerDies() throws Exception {
    try (KvClient client = cluster.client(MOST); KvClient dying = cluster.client(MOST)) {
      KvQueue queue = client.recipes().queue("jobs", SHORT);
      long number = queue.offer("job");
      QueueMessage first = dying.recipes().queue("jobs", SHORT).poll().orElseThrow();
      assertThat(queue.poll()).as("in hand").isEmpty();
      QueueMessage again = queue.take(MOST).orElseThrow();
      assertThat(again.number()).isEqualTo(number);
      assertThat(again.deliveries()).isEqualTo(2);
      assertThatThrownBy(first::acknowledge).isInstanceOfSatisfying(RefusedException.class,
          refused -> assertThat(refused.code()).isEqualTo(RefusedCode.MESSAGE_PASSED));
      again.extend();
      again.release();
      QueueMessage third = queue.poll().orElseThrow();
      assertThat(third.deliveries()).isEqualTo(3);
      third.acknowledge();
      assertThat(queue.size()).isZero();
    }
  }

  @Test
  @DisplayName("what was delivered too often is a dead letter: shown, revived in its place, discarded; "
      + "a thread that is interrupted takes nothing along, and one whose client is closed is told")
  void deadLettersAndInterrupts() throws Exception {
    try (KvClient client = cluster.client(MOST)) {
      KvQueue queue = client.recipes().queue("poison", SHORT.withDeadLettersAfter(2));
      queue.offer("bad");
      queue.poll().orElseThrow().release();
      queue.poll().orElseThrow().release();
      assertThat(queue.poll()).isEmpty();
      assertThat(queue.deadLetters(10)).extracting(letter -> letter.valueUtf8()).containsExactly("bad");
      assertThat(queue.revive(queue.deadLetters(10).get(0))).isTrue();
      QueueMessage revived = queue.poll().orElseThrow();
      assertThat(revived.deliveries()).isEqualTo(1);
      revived.release();
      queue.poll().orElseThrow().release();
      assertThat(queue.poll()).isEmpty();
      assertThat(queue.discard(queue.deadLetters(1).get(0))).isTrue();
      assertThat(queue.deadLetters(10)).isEmpty();

      KvClient closing = cluster.client(MOST);
      CompletableFuture<Optional<QueueMessage>> taking = start(() -> closing.recipes().queue("poison", SHORT).take(MOST));
      closing.close();
      assertThatThrownBy(() -> end(taking)).cause().isInstanceOfSatisfying(RefusedException.class,
          refused -> assertThat(refused.code()).isEqualTo(RefusedCode.CLOSED));

      var interrupted = new CompletableFuture<Boolean>();
      Thread waiter = Thread.ofVirtual().start(() -> {
        try {
          queue.take(MOST);
          interrupted.complete(false);
        } catch (InterruptedException e) {
          interrupted.complete(true);
        }
      });
      waiter.interrupt();
      assertThat(end(interrupted)).isTrue();
      queue.offer("good");
      QueueMessage good = queue.take(MOST).orElseThrow();
      assertThat(good.valueUtf8()).isEqualTo("good");
      good.acknowledge();
    }
  }
}
