package io.cairn.jepsen.damage;

import io.cairn.client.GetOptions;
import io.cairn.jepsen.cluster.KvdNode;
import io.cairn.jepsen.cluster.LocalCluster;
import io.cairn.jepsen.load.Writers;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Reads again and again, linearizable, on any of the nodes, and holds what it reads against what was acknowledged before. */
final class NodeReader implements AutoCloseable {
  private static final Duration CALL_MOST = Duration.ofSeconds(1);
  private static final int TOLD_MAX = 20;
  /** Between two reads: the load is to be light. */
  private static final long PAUSE_MILLIS = 3;

  private final LocalCluster cluster;
  private final Writers writers;
  private final Random random;
  private final Queue<String> violations = new ConcurrentLinkedQueue<>();
  private final AtomicInteger reads = new AtomicInteger();
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().name("reader").factory());

  NodeReader(LocalCluster cluster, Writers writers, long seed) {
    this.cluster = cluster;
    this.writers = writers;
    this.random = new Random(seed);
    timer.scheduleWithFixedDelay(this::read, PAUSE_MILLIS, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void read() {
    List<KvdNode> nodes = cluster.nodes();
    KvdNode node = nodes.get(random.nextInt(nodes.size()));
    if (!node.isRunning()) {
      return;
    }
    Writers.Checked checked = writers.check(random, GetOptions.DEFAULT.withNode(node.name()).withDeadline(CALL_MOST));
    reads.addAndGet(checked.read() ? 1 : 0);
    if (checked.violation().isPresent() && violations.size() < TOLD_MAX) {
      violations.add(node + ": " + checked.violation().get());
    }
  }

  int reads() {
    return reads.get();
  }

  List<String> violations() {
    return List.copyOf(violations);
  }

  @Override
  public void close() {
    timer.close();
  }
}
