package io.cairn.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.client.example.FirstSteps;
import io.cairn.client.fake.FakeCluster;
import io.cairn.client.fake.FakeNode;
import io.cairn.protocol.transport.netty.NettyTransport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The client with its real threads and sockets. */
class KvClientTest {

  private final NettyTransport transport = new NettyTransport("fake", 1, Throwable::printStackTrace);
  private FakeCluster cluster;

  @BeforeEach
  void start() throws IOException {
    cluster = new FakeCluster("m").start(transport, 3, 0);
  }

  @AfterEach
  void stop() {
    transport.close();
  }

  private KvClient client() {
    return KvClient.builder().endpoints(cluster.endpoints()).deadline(Duration.ofSeconds(20)).build();
  }

  @Test
  void theCallsOfEachKindReachTheClusterAndComeBack() {
    try (KvClient client = client()) {
      assertThat(client.put("a", "1").revision()).isEqualTo(2);
      assertThat(client.put(ByteSeq.utf8("a"), ByteSeq.utf8("2"), PutOptions.DEFAULT.withPrevious()).previous().orElseThrow().valueUtf8())
          .isEqualTo("1");
      assertThat(client.get("a").found().orElseThrow().version()).isEqualTo(2);
      assertThat(client.range(KeyRange.all(), RangeOptions.DEFAULT.withCountOnly()).count()).isEqualTo(1);
      assertThat(client.delete("a").deleted()).isTrue();
      assertThat(client.delete("a").deleted()).isFalse();
      assertThat(client.clusterMap().nodes()).extracting(ClusterMap.Node::name).containsExactly("n1", "n2", "n3");
      assertThat(client.status("n2").replicas()).hasSize(3);
    }
  }

  @Test
  void aScanReadsMoreThanOnePage() {
    try (KvClient client = client()) {
      List<CompletableFuture<PutResult>> puts = new ArrayList<>();
      for (int i = 0; i < 2_500; i++) {
        puts.add(client.async().put(String.format("k%05d", i), "v").toCompletableFuture());
      }
      puts.forEach(CompletableFuture::join);
      RangeScan scan = client.scan(KeyRange.prefix("k"), RangeOptions.DEFAULT);
      List<String> keys = new ArrayList<>();
      scan.forEach(kv -> keys.add(kv.keyUtf8()));
      assertThat(keys).hasSize(2_500).isSorted().doesNotHaveDuplicates();
      assertThat(scan.more()).isFalse();
    }
  }

  @Test
  void callbacksRunOnNoIoThreadAndMayCallTheClientWhileAllOthersDoToo() {
    try (KvClient client = client()) {
      client.put("a", "1");
      List<CompletableFuture<String>> chains = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        int number = i;
        chains.add(client.async().put("k" + i, "v").thenApply(put -> {
          client.put("k" + number, "again");
          client.async().get("k" + number).toCompletableFuture().join();
          return Thread.currentThread().getName();
        }).toCompletableFuture());
      }
      for (CompletableFuture<String> chain : chains) {
        assertThat(chain.orTimeout(60, TimeUnit.SECONDS).join()).doesNotMatch("cairn-client-\\d+.*");
      }
    }
  }

  @Test
  void aSyncCallOnTheIoThreadFailsInsteadOfWaitingForItself() {
    try (KvClient client = KvClient.builder().endpoints(cluster.endpoints()).callbacks(Runnable::run).build()) {
      cluster.node("n1").script(request -> null);
      CompletableFuture<Object> inPlace = client.async().put("a", "1").handle((put, why) -> {
        try {
          return client.get("a");
        } catch (IllegalStateException e) {
          return e;
        }
      }).toCompletableFuture().thenApply(result -> result);
      Object result = inPlace.orTimeout(60, TimeUnit.SECONDS).join();
      // Where the answer came before the callback was attached, the callback ran here, and its call was a call like any other.
      assertThat(result).isInstanceOfAny(IllegalStateException.class, GetResult.class);
    }
  }

  @Test
  void anInterruptedThreadIsFreeAtOnceAndStaysInterrupted() throws InterruptedException {
    CountDownLatch sent = new CountDownLatch(1);
    for (int i = 1; i <= 3; i++) {
      cluster.node("n" + i).script(request -> {
        if (request.hasCommand()) {
          sent.countDown();
          return FakeNode.SILENCE;
        }
        return null;
      });
    }
    AtomicReference<Throwable> why = new AtomicReference<>();
    AtomicReference<Boolean> interrupted = new AtomicReference<>();
    try (KvClient client = KvClient.builder().endpoints(cluster.endpoints()).deadline(Duration.ofMinutes(10)).build()) {
      Thread caller = new Thread(() -> {
        try {
          client.put("a", "1");
        } catch (KvException e) {
          why.set(e);
          interrupted.set(Thread.currentThread().isInterrupted());
        }
      });
      caller.start();
      assertThat(sent.await(60, TimeUnit.SECONDS)).isTrue();
      caller.interrupt();
      caller.join(60_000);
      assertThat(why.get()).isInstanceOf(UnknownOutcomeException.class);
      assertThat(interrupted.get()).isTrue();
    }
  }

  @Test
  void closeEndsOpenCallsAndLeavesNoThread() throws InterruptedException {
    CountDownLatch sent = new CountDownLatch(1);
    KvClient client = KvClient.builder().endpoints(cluster.endpoints()).deadline(Duration.ofMinutes(10)).build();
    client.put("warm", "1");
    client.async().get("warm").thenAccept(got -> { }).toCompletableFuture().join();
    cluster.node("n1").script(request -> {
      sent.countDown();
      return FakeNode.SILENCE;
    });
    CompletableFuture<PutResult> open = client.async().put("a", "1").toCompletableFuture();
    assertThat(sent.await(60, TimeUnit.SECONDS)).isTrue();
    client.close();
    client.close();
    assertThatThrownBy(open::join).isInstanceOf(CompletionException.class).hasCauseInstanceOf(UnknownOutcomeException.class);
    assertThatThrownBy(() -> client.get("a")).isInstanceOfSatisfying(
        RefusedException.class, e -> assertThat(e.code()).isEqualTo(RefusedCode.CLOSED));
    // A thread that has done its last task may still be on its way out.
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith("cairn-client")) {
        thread.join(TimeUnit.SECONDS.toMillis(10));
        assertThat(thread.isAlive()).as(thread.getName() + " at " + List.of(thread.getStackTrace())).isFalse();
      }
    }
  }

  @Test
  void clientsThatLiveOnOnesThreadsMakeNoneOfTheirOwnAndEndWithIt() {
    try (KvClient host = client()) {
      host.put("a", "1");
      long threads = clientLoops();
      KvClient first = KvClient.builder().endpoints(cluster.endpoints()).threadsOf(host).build();
      KvClient second = KvClient.builder().endpoints(cluster.endpoints()).threadsOf(first).build();
      assertThat(second.get("a").valueUtf8()).contains("1");
      first.close();
      assertThatThrownBy(() -> first.get("a")).isInstanceOfSatisfying(
          RefusedException.class, e -> assertThat(e.code()).isEqualTo(RefusedCode.CLOSED));
      assertThat(second.get("a").valueUtf8()).as("it does not end with another guest").contains("1");
      assertThat(clientLoops()).isEqualTo(threads);
      host.close();
      assertThatThrownBy(() -> second.get("a")).isInstanceOfSatisfying(
          RefusedException.class, e -> assertThat(e.code()).isEqualTo(RefusedCode.CLOSED));
    }
  }

  private static long clientLoops() {
    return Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().matches("cairn-client-\\d+.*")).count();
  }

  @Test
  void aStageEndsWithTheClientsOwnExceptionAndNoWrapper() {
    try (KvClient client = client()) {
      AtomicReference<Throwable> seen = new AtomicReference<>();
      client.async().put("", "v").whenComplete((put, why) -> seen.set(why)).exceptionally(why -> null).toCompletableFuture().join();

      assertThat(seen.get()).isInstanceOf(RefusedException.class);
    }
  }

  @Test
  void anExceptionShowsWhereTheCallWasMade() {
    try (KvClient client = client()) {
      assertThatThrownBy(() -> client.put("", "v")).isInstanceOfSatisfying(RefusedException.class, e -> {
        assertThat(e.code()).isEqualTo(RefusedCode.KEY_EMPTY);
        assertThat(e.getStackTrace()).anyMatch(frame -> frame.getClassName().equals(KvClientTest.class.getName()));
        assertThat(e.advice()).isNotBlank();
      });
    }
  }

  @Test
  void endpointsThatCannotBeAreRefusedInWords() {
    assertThatThrownBy(() -> KvClient.builder().endpoints("nowhere")).hasMessageContaining("HOST:PORT");
    assertThatThrownBy(() -> KvClient.builder().build()).hasMessageContaining("at least one endpoint");
    assertThatThrownBy(() -> KvClient.builder().deadline(Duration.ZERO)).hasMessageContaining("more than 0");
  }

  @Test
  void theReadmesFirstStepsRun() {
    PrintStream before = System.out;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    try {
      FirstSteps.main(cluster.endpoints());
    } finally {
      System.setOut(before);
    }
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("put at revision 2\nhello\ngreeting = hello again\n");
  }
}
