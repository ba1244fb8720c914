package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.cairn.client.ByteSeq;
import io.cairn.client.GetOptions;
import io.cairn.client.KvClient;
import io.cairn.client.KvException;
import io.cairn.jepsen.cluster.KvdNode;
import io.cairn.jepsen.cluster.LocalCluster;
import io.cairn.jepsen.raw.RawConnection;
import io.cairn.protocol.frame.FrameKind;
import io.cairn.protocol.wire.GetRequest;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Revisions without gaps, and reads that are never older than what had been written when they began. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class ReadTest {
  private static final Duration MOST = Duration.ofSeconds(30);
  private static final int GAP_TRIES = 5;

  @RegisterExtension
  static final ClusterExtension EXTENSION = new ClusterExtension(() -> LocalCluster.builder().build());

  private final LocalCluster cluster = EXTENSION.cluster();

  @Test
  @Order(1)
  @DisplayName("the first write of a new cluster gets revision 2, and 100 puts in a row over all shards leave no gap")
  void revisionsLeaveNoGap() {
    try (KvClient client = cluster.client(MOST)) {
      Map<Integer, String> born = cluster.leaders();
      long first = client.put("a/first", "v").revision();
      boolean oneOracle = born.get(0).endsWith(" in term 1") && born.equals(cluster.leaders());
      assertThat(first).as("leaders %s", born).matches(revision -> revision == 2 || !oneOracle);
      for (int i = 0; i < GAP_TRIES; i++) {
        Map<Integer, String> before = cluster.leaders();
        List<Long> revisions = putHundred(client);
        if (before.equals(cluster.leaders())) {
          List<Long> expected = java.util.stream.LongStream.range(0, revisions.size()).mapToObj(k -> revisions.getFirst() + k).toList();
          assertThat(revisions).isEqualTo(expected);
          return;
        }
      }
      throw new AssertionError("leaders changed in each of " + GAP_TRIES + " runs of 100 puts: " + cluster.logs());
    }
  }

  private static List<Long> putHundred(KvClient client) {
    String[] prefixes = {"a/", "k/", "z/"};
    var revisions = new ArrayList<Long>();
    for (int i = 0; i < 100; i++) {
      revisions.add(client.put(prefixes[i % 3] + "gap/" + i, "v").revision());
    }
    return revisions;
  }

  @Test
  @Order(2)
  @DisplayName("right after a write was acknowledged, every node's read shows it, to clients that have not seen it")
  void everyNodeReadsWhatWasAcknowledged() {
    try (KvClient writer = cluster.client(MOST); KvClient reader = cluster.client(MOST)) {
      for (int i = 0; i < 100; i++) {
        String key = (i % 2 == 0 ? "a/" : "z/") + "linear";
        writer.put(key, Integer.toString(i));
        for (KvdNode node : cluster.nodes()) {
          assertThat(reader.get(ByteSeq.utf8(key), GetOptions.DEFAULT.withNode(node.name())).valueUtf8())
              .as("on %s", node).contains(Integer.toString(i));
        }
      }
    }
  }

  @Test
  @Order(3)
  @DisplayName("a leader paused (SIGSTOP) while others lead on: on waking it answers nothing old, not even what lay in its socket")
  void pausedLeaderReadsNothingStale() throws Exception {
    KvdNode paused = cluster.leaderOf("k/paused");
    try (KvClient client = cluster.client(MOST); RawConnection raw = RawConnection.client(paused.addresses().client())) {
      client.put("k/paused", "0");
      var written = new AtomicInteger();
      var done = new AtomicBoolean();
      ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
      Future<Integer> reads = threads.submit(() -> readOften(client, written, done));
      paused.pause();
      Request get = Request.newBuilder().setRemainingMillis(60_000).setKeyspace(1)
          .setGet(GetRequest.newBuilder().setKey(ByteString.copyFromUtf8("k/paused"))).build();
      for (int i = 1; i <= 20; i++) {
        raw.send(RawConnection.frame(FrameKind.REQUEST, i, get));
        client.put("k/paused", Integer.toString(i));
        written.set(i);
      }
      assertThat(cluster.leaderOf("k/paused")).as("another node leads").isNotEqualTo(paused);
      paused.resume();
      for (int i = 1; i <= 20; i++) {
        Response answer = raw.response();
        assertThat(answer.hasGet() && answer.getGet().getFound().getValue().toStringUtf8().equals("20") || answer.hasError())
            .as("what was asked while it stood still: %s", answer).isTrue();
      }
      done.set(true);
      assertThat(reads.get(60, TimeUnit.SECONDS)).as("reads on all nodes meanwhile").isPositive();
      threads.close();
    }
    cluster.awaitReady();
  }

  /** Reads on each awake node in turn; no read may show less than was written before it began. */
  private int readOften(KvClient client, AtomicInteger written, AtomicBoolean done) {
    int reads = 0;
    while (!done.get()) {
      for (KvdNode node : cluster.nodes()) {
        int before = written.get();
        Optional<String> value;
        try {
          value = client.get(ByteSeq.utf8("k/paused"), GetOptions.DEFAULT.withNode(node.name()).withDeadline(Duration.ofSeconds(1)))
              .valueUtf8();
        } catch (KvException e) {
          continue; // A paused node does not answer, and one that wakes up may refuse: neither is a wrong answer.
        }
        assertThat(Integer.parseInt(value.orElseThrow())).as("read on %s", node).isGreaterThanOrEqualTo(before);
        reads++;
      }
    }
    return reads;
  }
}
