package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.client.ByteSeq;
import io.cairn.client.GetOptions;
import io.cairn.client.KeyValue;
import io.cairn.client.KvClient;
import io.cairn.client.KvException;
import io.cairn.client.UnknownOutcomeException;
import io.cairn.jepsen.cluster.Await;
import io.cairn.jepsen.cluster.KvdNode;
import io.cairn.jepsen.cluster.LocalCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Kills, stops and pauses nodes one after the other while counters are written and read. Each counter has one writer, so what a read
 * may show is known without a search: not less than was acknowledged before it began, not more than had been tried when it ended; and
 * the key's version tells whether a retry ever took effect twice.
 *
 * <p>{@code -Dcairn.faults=N} makes it longer, {@code -Dcairn.faults.seed=N} chooses the same faults again.
 */
final class ManyFaultsTest {
  private static final int FAULTS = Integer.getInteger("cairn.faults", 5);
  private static final long SEED = Long.getLong("cairn.faults.seed", 20_261_121L);
  private static final Duration CALL_MOST = Duration.ofSeconds(10);
  private static final Duration READ_MOST = Duration.ofMillis(500);
  private static final Duration PROGRESS_MOST = Duration.ofSeconds(60);
  private static final String[] KEYS = {"a/1", "a/2", "k/1", "k/2", "z/1", "z/2"};

  /** So that the small log turns over: a node that was away comes back by snapshot, and segments are recycled. */
  private static final String PADDING = " ".repeat(2 << 10);

  @RegisterExtension
  static final ClusterExtension EXTENSION = new ClusterExtension(() -> LocalCluster.builder()
      .set("log.segment-size", "1MiB").set("log.keep", "8MiB").set("engine.write-buffers", "4MiB")
      .set("limits.append-bytes", "64KiB").set("limits.inflight-append-bytes", "64KiB").build());

  private final LocalCluster cluster = EXTENSION.cluster();
  private final AtomicBoolean done = new AtomicBoolean();
  private final AtomicInteger reads = new AtomicInteger();

  /** One key that counts up. Its numbers are written by its writer alone. */
  private static final class Counter {
    final String key;
    volatile int tried;
    volatile int acknowledged;
    volatile int puts;
    volatile int unknown;
    volatile long lastRevision;

    Counter(String key) {
      this.key = key;
    }
  }

  @Test
  @DisplayName("A-11 RD-12 counters through kills, stops and pauses: nothing lost, nothing stale, nothing twice")
  void countersSurviveManyFaults() throws Exception {
    List<Counter> counters = new ArrayList<>();
    var checks = new ArrayList<Future<?>>();
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    try (KvClient writes = cluster.client(CALL_MOST); KvClient others = cluster.client(CALL_MOST)) {
      for (String key : KEYS) {
        var counter = new Counter(key);
        counters.add(counter);
        checks.add(threads.submit(() -> write(writes, counter)));
        checks.add(threads.submit(() -> read(others, counter)));
      }
      injectFaults(counters);
      done.set(true);
      for (Future<?> check : checks) {
        check.get(60, TimeUnit.SECONDS);
      }
      cluster.awaitReady();
      for (Counter counter : counters) {
        assertFinal(others, counter);
      }
    }
    threads.close();
    long snapshots = cluster.logs().lines().filter(line -> line.contains(" installed a snapshot")).count();
    System.out.printf("%d faults of seed %d: %d puts acknowledged, %d of unknown outcome, %d reads, %d snapshots%n", FAULTS, SEED,
        counters.stream().mapToInt(each -> each.puts).sum(), counters.stream().mapToInt(each -> each.unknown).sum(), reads.get(),
        snapshots);
  }

  private static int number(KeyValue found) {
    return Integer.parseInt(found.valueUtf8().strip());
  }

  private void injectFaults(List<Counter> counters) {
    var random = new Random(SEED);
    for (int i = 0; i < FAULTS; i++) {
      KvdNode node = random.nextInt(3) > 0 ? cluster.leaderOf(random.nextInt(4)) : cluster.nodes().get(random.nextInt(3));
      int kind = random.nextInt(3);
      switch (kind) {
        case 0 -> node.kill();
        case 1 -> node.pause();
        default -> assertThat(node.stop(Duration.ofSeconds(10))).isZero();
      }
      awaitProgress(counters, node);
      if (kind == 1) {
        node.resume();
      } else {
        node.start();
      }
      cluster.awaitReady();
    }
  }

  /** Without this node, every counter goes on. */
  private void awaitProgress(List<Counter> counters, KvdNode without) {
    int[] before = counters.stream().mapToInt(each -> each.acknowledged).toArray();
    for (int i = 0; i < before.length; i++) {
      Counter counter = counters.get(i);
      int had = before[i];
      Await.until(counter.key + " goes on without " + without, PROGRESS_MOST, () -> counter.acknowledged > had + 5);
    }
  }

  private Void write(KvClient client, Counter counter) {
    while (!done.get()) {
      int number = counter.tried + 1;
      counter.tried = number;
      try {
        long revision = client.put(counter.key, number + PADDING).revision();
        assertThat(revision).as("revisions of %s grow", counter.key).isGreaterThan(counter.lastRevision);
        counter.lastRevision = revision;
        counter.puts++;
        counter.acknowledged = number;
      } catch (UnknownOutcomeException e) {
        counter.unknown++;
      } catch (KvException e) {
        // Refused: certainly without effect, so the number is simply skipped.
      }
    }
    return null;
  }

  private Void read(KvClient client, Counter counter) {
    for (int i = 0; !done.get(); i++) {
      int atLeast = counter.acknowledged;
      KvdNode node = cluster.nodes().get(i % 3);
      GetOptions here = GetOptions.DEFAULT.withNode(node.name()).withDeadline(READ_MOST);
      Optional<KeyValue> found;
      try {
        found = client.get(ByteSeq.utf8(counter.key), here).found();
      } catch (KvException e) {
        continue; // The node is away or has no quorum: no answer is not a wrong one.
      }
      int shown = found.map(ManyFaultsTest::number).orElse(0);
      assertThat(shown).as("%s on %s", counter.key, node).isBetween(atLeast, counter.tried);
      reads.incrementAndGet();
    }
    return null;
  }

  private void assertFinal(KvClient client, Counter counter) {
    for (KvdNode node : cluster.nodes()) {
      KeyValue found = client.get(ByteSeq.utf8(counter.key), GetOptions.DEFAULT.withNode(node.name())).found().orElseThrow();
      assertThat(number(found)).as("%s on %s", counter.key, node).isBetween(counter.acknowledged, counter.tried);
      assertThat(found.version()).as("times %s was put, on %s", counter.key, node)
          .isBetween((long) counter.puts, (long) counter.puts + counter.unknown);
    }
  }
}
