package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.client.KvClient;
import io.cairn.client.NodeStatus;
import io.cairn.jepsen.cluster.KvdNode;
import io.cairn.jepsen.cluster.LocalCluster;
import io.cairn.jepsen.overload.Calls;
import io.cairn.jepsen.overload.LargeWrites;
import io.cairn.jepsen.overload.Records;
import io.cairn.jepsen.overload.ScanStorm;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Issue 3, "Overload is a designed state": what is shown, in whatever size. The nodes run as bin/kvd runs them, on 256 MB of heap. */
record Overload(LocalCluster cluster, Records records) {
  static final int CLIENTS = 50;
  private static final Duration DEADLINE = Duration.ofSeconds(10);
  /** A client's own timers run on two processors that three nodes and fifty clients use up. */
  private static final Duration LATE_MOST = Duration.ofSeconds(2);

  static LocalCluster small() {
    return LocalCluster.builder().startedBy(Path.of("..", "bin", "kvd")).build();
  }

  void fill() {
    long began = System.nanoTime();
    try (KvClient client = cluster.client(DEADLINE)) {
      records.write(client);
    }
    say("wrote %d records, %d MB, in %d ms", records.count(), records.bytes() >> 20, (System.nanoTime() - began) / 1_000_000);
  }

  /** Everybody reads everything once, at the same time. */
  void everybodyReadsAll() throws InterruptedException {
    Map<String, Long> processes = processes();
    long began = System.nanoTime();
    ScanStorm storm = ScanStorm.start(records, () -> cluster.client(DEADLINE), CLIENTS, DEADLINE, () -> false);
    storm.await();
    long millis = (System.nanoTime() - began) / 1_000_000;
    say("%d clients read %d MB each in %d ms, %d MB/s together; pages: %s", CLIENTS, records.bytes() >> 20, millis,
        (storm.bytes() >> 20) * 1_000 / millis, storm.calls());
    sayMemory();
    assertThat(storm.faults()).isEmpty();
    assertThat(storm.scans()).isEqualTo(CLIENTS);
    assertThat(processes()).as("no node has died").isEqualTo(processes);
    assertThat(storm.calls().longest()).isLessThan(DEADLINE.plus(LATE_MOST));
  }

  /** Everybody reads everything over and over, while one writes large values. */
  void everybodyReadsAllWhileOneWrites(Duration time) throws InterruptedException {
    Map<String, Long> processes = processes();
    cluster.awaitLeadersTogether();
    Map<Integer, String> leaders = cluster.leaders();
    long until = System.nanoTime() + time.toNanos();
    ScanStorm storm = ScanStorm.start(records, () -> cluster.client(DEADLINE), CLIENTS, DEADLINE, () -> System.nanoTime() - until < 0);
    Calls writes;
    try (KvClient writer = cluster.client(DEADLINE)) {
      writes = LargeWrites.run(writer, DEADLINE, () -> System.nanoTime() - until < 0);
    }
    storm.await();
    say("%d s of %d scanning clients, %d MB read; pages: %s; writes of 1 MB: %s", time.toSeconds(), CLIENTS, storm.bytes() >> 20,
        storm.calls(), writes);
    sayMemory();
    assertThat(storm.faults()).isEmpty();
    assertThat(processes()).as("no node has died").isEqualTo(processes);
    assertThat(cluster.leaders()).as("no shard has changed its leader; the nodes say: %s", cluster.warnings()).isEqualTo(leaders);
    assertThat(writes.done()).as("writes go on").isPositive();
    assertThat(storm.calls().longest()).isLessThan(DEADLINE.plus(LATE_MOST));
    assertThat(writes.longest()).isLessThan(DEADLINE.plus(LATE_MOST));
  }

  private Map<String, Long> processes() {
    var processes = new LinkedHashMap<String, Long>();
    for (KvdNode node : cluster.nodes()) {
      assertThat(node.isRunning()).as("%s runs; it wrote: %s", node, node.log()).isTrue();
      processes.put(node.name(), node.process().id());
    }
    return processes;
  }

  private void sayMemory() {
    try (KvClient client = cluster.client(DEADLINE)) {
      for (KvdNode node : cluster.nodes()) {
        NodeStatus status = client.status(node.name());
        say("%s: %d MB resident, %d s of CPU", node, status.residentBytes() >> 20, status.cpu().toSeconds());
      }
    }
  }

  private static void say(String format, Object... values) {
    System.out.printf("overload: " + format + "%n", values);
  }
}
