package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.jepsen.cluster.KvdNode;
import io.cairn.jepsen.cluster.LocalCluster;
import io.cairn.jepsen.load.FaultyCluster;
import io.cairn.jepsen.load.KillUnderLoad;
import io.cairn.jepsen.load.RecordFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Issue 3, "Main job on real input", with made records; jepsen-like-tests/kill-under-load does it with a package index. */
final class KillUnderLoadTest {
  private static final int RECORDS = 5_000;
  private static final int RATE = 1_500;

  @RegisterExtension
  static final ClusterExtension EXTENSION = new ClusterExtension(() -> LocalCluster.builder().splitPoints("l", "libm", "p").build());

  @TempDir private Path directory;

  @Test
  @DisplayName("5,000 records loaded while each node and then all are killed: what was written is on every replica, and nothing else")
  void nothingIsLostThatLoadSaidWasWritten() throws Exception {
    var nodes = new Nodes(EXTENSION.cluster());
    KillUnderLoad.Verdict verdict = new KillUnderLoad(nodes, Path.of("..", "bin", "kvctl").toAbsolutePath().normalize(), System.out)
        .run(RecordFile.of(records()), RATE, directory.resolve("report"));
    assertThat(verdict.violations()).isEmpty();
    assertThat(verdict.written() + verdict.refused() + verdict.unknown()).isEqualTo(RECORDS);
    // The deadline of a record, 60 s, is longer than any of the faults: each is waited out.
    assertThat(verdict.refused()).isZero();
    assertThat(verdict.status()).isEqualTo(verdict.unknown() == 0 ? 0 : 3);
  }

  /** Keys over all four shards; some of them twice, some values with what must be escaped, a few of them long. */
  private static byte[] records() {
    String[] prefixes = {"a", "libc", "libssl", "zsh"};
    var text = new StringBuilder();
    for (int i = 0; i < RECORDS; i++) {
      int key = i % 100 == 99 ? i - 50 : i;
      text.append(prefixes[key % prefixes.length]).append('-').append(key).append("\tline ").append(i).append("\\n\\t\\\\")
          .append("x".repeat(i % 1_000 == 500 ? 70_000 : i % 700)).append('\n');
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private record Nodes(LocalCluster cluster) implements FaultyCluster {
    @Override
    public List<String> nodes() {
      return cluster.nodes().stream().map(KvdNode::name).toList();
    }

    @Override
    public String endpoints() {
      return cluster.nodes().stream().map(node -> node.addresses().advertised()).collect(Collectors.joining(","));
    }

    @Override
    public void kill(String node) {
      cluster.node(node).kill();
    }

    @Override
    public void killAll() {
      List<Thread> kills = cluster.nodes().stream().map(node -> Thread.ofVirtual().start(node::kill)).toList();
      for (Thread kill : kills) {
        try {
          kill.join();
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }
      assertThat(cluster.nodes()).noneMatch(KvdNode::isRunning);
    }

    @Override
    public void start(String node) {
      cluster.node(node).start();
    }

    @Override
    public void startAll() {
      cluster.nodes().forEach(KvdNode::start);
    }

    @Override
    public void awaitReady() {
      cluster.awaitReady();
    }
  }
}
