package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.client.ByteSeq;
import io.cairn.client.KvClient;
import io.cairn.client.PutOptions;
import io.cairn.client.PutResult;
import io.cairn.client.UnknownOutcomeException;
import io.cairn.jepsen.cluster.Await;
import io.cairn.jepsen.cluster.LocalCluster;
import io.cairn.jepsen.raw.AnswerCutter;
import io.cairn.jepsen.raw.RawConnection;
import io.cairn.jepsen.raw.RawWrites;
import io.cairn.protocol.wire.Error;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.ErrorKind;
import io.cairn.protocol.wire.GetRequest;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Retries of clients that the shards no longer remember: each shard here remembers two. */
final class HorizonTest {
  private static final Duration MOST = Duration.ofSeconds(30);
  private static final List<AnswerCutter> CUTTERS = new CopyOnWriteArrayList<>();

  @RegisterExtension
  static final ClusterExtension EXTENSION = new ClusterExtension(() -> LocalCluster.builder()
      .set("retries.clients", "2").behind(HorizonTest::cutter).build());

  private final LocalCluster cluster = EXTENSION.cluster();

  private static String cutter(String node) {
    var cutter = new AnswerCutter(node);
    CUTTERS.add(cutter);
    return cutter.address();
  }

  @AfterAll
  static void closeCutters() {
    CUTTERS.forEach(AnswerCutter::close);
  }

  /** Other clients write, until this shard has forgotten everyone who was there before. */
  private void pushOut(String prefix) {
    for (int i = 0; i < 3; i++) {
      RawRetries.firstAnswer(sendWithRevision(new RawWrites(), prefix + "pushes/" + i));
    }
  }

  /** As a first attempt goes: what HORIZON hands out is the next one's {@code seen}. */
  private Response sendWithRevision(RawWrites client, String key) {
    Response answer = RawRetries.sendToLeader(cluster, RawRetries.bytes(client.put(key, "v", 0)));
    return answer.getError().getCode() != ErrorCode.HORIZON ? answer
        : RawRetries.sendToLeader(cluster, RawRetries.bytes(client.put(key, "v", answer.getError().getRevision())));
  }

  @Test
  @DisplayName("A-11 bytes sent again after their client was forgotten: HORIZON, no effect, and a revision to begin anew with")
  void forgottenRetryIsRefused() {
    var client = new RawWrites();
    Response first = RawRetries.firstAnswer(sendWithRevision(client, "a/forgotten"));
    byte[] bytes = RawRetries.bytes(client.put("a/forgotten", "second", first.getRevision()));
    Response second = RawRetries.firstAnswer(RawRetries.sendToLeader(cluster, bytes));
    RawRetries.assertRepeats(RawRetries.sendToLeader(cluster, bytes), second);
    pushOut("a/");
    Response late = RawRetries.sendToLeader(cluster, bytes);
    Error error = late.getError();
    assertThat(error.getCode()).as("%s", late).isEqualTo(ErrorCode.HORIZON);
    assertThat(error.getKind()).isEqualTo(ErrorKind.REFUSED);
    assertThat(error.getRevision()).as("a newly handed-out revision").isGreaterThan(second.getRevision());
    RawRetries.assertPut(cluster, "a/forgotten", second.getRevision(), 2);
    Response anew = RawRetries.sendToLeader(cluster, RawRetries.bytes(client.put("a/forgotten", "third", error.getRevision())));
    RawRetries.firstAnswer(anew);
    RawRetries.assertPut(cluster, "a/forgotten", anew.getRevision(), 3);
  }

  @Test
  @DisplayName("A-11 a new client's first write to a shard that has forgotten others is done")
  void firstAttemptIsNotHeldUpByTheHorizon() {
    pushOut("k/");
    try (KvClient client = cluster.client()) {
      PutResult put = client.put("k/fresh", "v");
      assertThat(client.get("k/fresh").found().orElseThrow().version()).isEqualTo(1);
      assertThat(client.get("k/fresh").found().orElseThrow().modRevision()).isEqualTo(put.revision());
    }
  }

  @Test
  @DisplayName("A-11 the client library's retry of a write whose shard has forgotten it ends in OUTCOME_UNKNOWN, applied once")
  void forgottenRetryOfTheLibraryIsOfUnknownOutcome() throws Exception {
    try (KvClient client = cluster.client()) {
      client.put("z/warm", "v");
      CUTTERS.forEach(AnswerCutter::loseAnswers);
      CompletableFuture<PutResult> put = client.async()
          .put(ByteSeq.utf8("z/in-doubt"), ByteSeq.utf8("v"), PutOptions.DEFAULT.withDeadline(MOST)).toCompletableFuture();
      Await.until("the write has taken effect", MOST, () -> isThere("z/in-doubt"));
      pushOut("z/");
      CUTTERS.forEach(AnswerCutter::cutAndPass);
      assertThatThrownBy(() -> put.get(MOST.toSeconds() + 5, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class)
          .cause().isInstanceOf(UnknownOutcomeException.class);
      assertThat(client.get("z/in-doubt").found().orElseThrow().version()).isEqualTo(1);
    }
  }

  /** Asked past the cutters. */
  private boolean isThere(String key) {
    Request get = Request.newBuilder().setRemainingMillis(2_000).setKeyspace(1)
        .setGet(GetRequest.newBuilder().setKey(com.google.protobuf.ByteString.copyFromUtf8(key))).build();
    try (RawConnection connection = RawConnection.client(cluster.nodes().getFirst().addresses().client())) {
      return connection.call(get).getGet().hasFound();
    } catch (IOException e) {
      return false;
    }
  }
}
