package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.client.ByteSeq;
import io.cairn.client.GetOptions;
import io.cairn.client.KvClient;
import io.cairn.client.Lease;
import io.cairn.client.PutOptions;
import io.cairn.client.Session;
import io.cairn.client.SessionState;
import io.cairn.jepsen.cluster.Await;
import io.cairn.jepsen.cluster.KvdNode;
import io.cairn.jepsen.cluster.KvdProcess;
import io.cairn.jepsen.cluster.LocalCluster;
import io.cairn.jepsen.disk.FaultDisk;
import io.cairn.jepsen.disk.FaultDisks;
import io.cairn.jepsen.load.Replicas;
import io.cairn.jepsen.load.Writers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** The disk of the node that leads all shards stands still for a while, under writers, readers and leases; then it goes on. */
final class StalledDisk {
  private static final Duration MOST = Duration.ofSeconds(60);
  private static final Duration READ_MOST = Duration.ofMillis(500);
  private static final Duration LONG_TTL = Duration.ofSeconds(10);
  private static final Duration SHORT_TTL = Duration.ofSeconds(5);
  private static final int WRITERS = 16;
  private static final int KEYS_EACH = 100;
  private static final int WRITES_LEAST = 100;
  private static final ByteSeq KEPT = ByteSeq.utf8("k/kept-alive");
  private static final ByteSeq LEFT = ByteSeq.utf8("z/left-alone");

  private final LocalCluster cluster;
  private final FaultDisks disks;
  private final Duration stall;
  private final Random random = new Random(7);
  private final List<String> violations = new ArrayList<>();
  private int reads;

  StalledDisk(LocalCluster cluster, FaultDisks disks, Duration stall) {
    this.cluster = cluster;
    this.disks = disks;
    this.stall = stall;
  }

  void tell() {
    cluster.awaitLeadersTogether();
    try (KvClient client = cluster.client(MOST)) {
      long before = Replicas.revision(client);
      var heard = new CopyOnWriteArrayList<SessionState>();
      Session session = client.openSession(LONG_TTL);
      session.addListener((_, now) -> heard.add(now));
      client.put(KEPT, KEPT, PutOptions.DEFAULT.withLease(session.lease()));
      var writers = new Writers(client, WRITERS, KEYS_EACH);
      try (writers) {
        writers.awaitMore(WRITES_LEAST, "before the disk stands still", MOST);
        KvdNode leader = cluster.leaderOf(0);
        KvdProcess process = leader.process();
        standStill(client, writers, leader);
        leader.awaitReady(MOST);
        assertThat(leader.process()).as("%s came back by itself", leader).isSameAs(process);
        assertThat(process.isRunning()).isTrue();
        readSome(writers, leader, 100);
        writers.awaitMore(WRITES_LEAST, "after the disk stood still", MOST);
      }
      assertThat(client.get(KEPT).found()).as("what a session keeps alive").isPresent();
      assertThat(heard).doesNotContain(SessionState.LOST);
      session.close();
      assertThat(client.get(KEPT).found()).as("of a closed session").isEmpty();
      Await.until("the lease that nobody renews ends", MOST, () -> client.get(LEFT).found().isEmpty());
      cluster.awaitReady();
      List<String> nodes = cluster.nodes().stream().map(KvdNode::name).toList();
      violations.addAll(Replicas.violations(client, nodes, writers.book(), before));
      assertThat(violations).isEmpty();
      System.out.printf("a disk that stood still: %d writes acknowledged, %d reads%n", writers.acknowledged(), reads);
    }
  }

  private void standStill(KvClient client, Writers writers, KvdNode leader) {
    FaultDisk disk = disks.of(leader.name());
    long granting = System.nanoTime();
    Lease left = client.leases().grant(SHORT_TTL);
    client.put(LEFT, LEFT, PutOptions.DEFAULT.withLease(left.id()));
    long began = System.nanoTime();
    disk.standStill(true);
    Await.until("a sync of " + leader + " stands still", MOST, () -> disk.standingStill() > 0);
    // Each writer may have had one under way that was on its way back already; all of them going on is another leader's work.
    writers.awaitMore(2 * WRITERS, "while the disk of " + leader + " stands still", MOST);
    long others = System.nanoTime() - began;
    writers.awaitMore(WRITES_LEAST, "while the disk of " + leader + " stands still", MOST);
    KvdNode next = Await.until("another node than " + leader + " leads", MOST, () -> {
      KvdNode now = cluster.leaderOf(0);
      return now == leader ? Optional.empty() : Optional.of(now);
    });
    long leads = System.nanoTime() - began;
    System.out.printf("the disk of %s stands still: %d writes acknowledged after %d ms, %s seen to lead after %d ms%n", leader, 2 * WRITERS,
        TimeUnit.NANOSECONDS.toMillis(others), next, TimeUnit.NANOSECONDS.toMillis(leads));
    for (int i = 0; System.nanoTime() - began < stall.toNanos(); i++) {
      KvdNode node = cluster.nodes().get(i % cluster.nodes().size());
      readSome(writers, node, node == leader ? 1 : 10);
      boolean there = client.get(LEFT).found().isPresent();
      boolean mustBe = System.nanoTime() - granting < SHORT_TTL.toNanos();
      if (mustBe && !there) {
        violations.add("a lease has ended " + (System.nanoTime() - granting) / 1_000_000 + " ms after it was asked for");
      }
    }
    assertThat(reads).as("reads while the disk stands still").isGreaterThan(10);
    assertThat(disk.standingStill()).as("syncs that stand still until the end").isPositive();
    disk.standStill(false);
  }

  private void readSome(Writers writers, KvdNode node, int count) {
    for (int i = 0; i < count; i++) {
      Writers.Checked checked = writers.check(random, GetOptions.DEFAULT.withNode(node.name()).withDeadline(READ_MOST));
      reads += checked.read() ? 1 : 0;
      checked.violation().ifPresent(what -> violations.add(node + ": " + what));
    }
  }
}
