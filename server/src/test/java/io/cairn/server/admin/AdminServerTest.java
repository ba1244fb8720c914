package io.cairn.server.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.platform.EventLoop;
import io.cairn.protocol.transport.HostPort;
import java.io.IOException;
import java.net.BindException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AdminServerTest {
  private static final HostPort ANY_PORT = new HostPort("127.0.0.1", 0);
  private static final int REQUEST_BYTES_MAX = 8 << 10;

  private final HttpClient http = HttpClient.newHttpClient();
  private final TestLoop good = new TestLoop("good", true);
  private final TestLoop stuck = new TestLoop("stuck", false);
  private CompletionStage<Readiness.Verdict> verdict =
      CompletableFuture.completedStage(new Readiness.Verdict(true, "5 of 5 shards"));
  private AdminServer server;

  @BeforeEach
  void start() throws IOException {
    server = serverWith(good);
  }

  @AfterEach
  void close() {
    server.close();
    http.close();
  }

  @Test
  void metricsAreShownAsPrometheusText() throws Exception {
    HttpResponse<String> answer = get("/metrics?x=1");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("kvd_info 1\n");
    assertThat(answer.headers().firstValue("content-type")).hasValue("text/plain; version=0.0.4; charset=utf-8");
  }

  @Test
  void aliveWhenEveryLoopAnswers() throws Exception {
    assertThat(get("/livez").statusCode()).isEqualTo(200);
    assertThat(get("/livez").body()).isEqualTo("alive\n");
  }

  @Test
  void aLoopThatHasStoppedIsNamedAndProbesDoNotPileUpInItsInbox() throws Exception {
    server.close();
    server = serverWith(good, stuck);

    for (int i = 0; i < 3; i++) {
      HttpResponse<String> answer = get("/livez");
      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(answer.body()).isEqualTo("loops that have not answered: stuck within 20 ms\n");
    }
    assertThat(stuck.given).hasValue(1);
  }

  @Test
  void readyAsTheNodeSays() throws Exception {
    assertThat(get("/readyz").body()).isEqualTo("ready: 5 of 5 shards\n");
    verdict = CompletableFuture.completedStage(new Readiness.Verdict(false, "shard 3 has no leader"));
    assertThat(get("/readyz").statusCode()).isEqualTo(503);
    assertThat(get("/readyz").body()).isEqualTo("not ready: shard 3 has no leader\n");
    verdict = CompletableFuture.failedStage(new IllegalStateException("closing"));
    assertThat(get("/readyz").statusCode()).isEqualTo(503);
  }

  @Test
  void readinessThatDoesNotAnswerIsNo() throws Exception {
    verdict = new CompletableFuture<>();
    HttpResponse<String> answer = get("/readyz");

    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.body()).contains("not ready").contains("within 20 ms");
  }

  @Test
  void otherPagesAndMethodsGetALineThatSaysWhatThereIs() throws Exception {
    HttpResponse<String> other = get("/health");
    assertThat(other.statusCode()).isEqualTo(404);
    assertThat(other.body()).isEqualTo("no such page; there are /metrics, /livez and /readyz\n");

    HttpResponse<String> post = http.send(
        HttpRequest.newBuilder(uri("/metrics")).POST(HttpRequest.BodyPublishers.ofString("x")).build(),
        HttpResponse.BodyHandlers.ofString());
    assertThat(post.statusCode()).isEqualTo(405);
    assertThat(post.headers().firstValue("allow")).hasValue("GET");
    assertThat(post.body()).isEqualTo("/metrics is read with GET\n");
  }

  @Test
  void requestsThatAreTooLongOrNoHttpAreRefusedAndTheServerGoesOn() throws Exception {
    assertThat(raw("GET /" + "x".repeat(REQUEST_BYTES_MAX) + " HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 431 ");
    assertThat(raw("GET /livez HTTP/1.1\r\nX: " + "y".repeat(REQUEST_BYTES_MAX) + "\r\n\r\n")).startsWith("HTTP/1.1 431 ");
    assertThat(raw("\u0000\u0001\u0002 \r\n\r\n")).startsWith("HTTP/1.1 400 ");
    assertThat(raw("POST /livez HTTP/1.1\r\nContent-Length: 999999999\r\nConnection: close\r\n\r\nabc")).startsWith("HTTP/1.1 413 ");

    assertThat(get("/livez").statusCode()).isEqualTo(200);
  }

  @Test
  void pipelinedRequestsAreAnsweredInOrder() throws Exception {
    String answers = raw("GET /livez HTTP/1.1\r\nHost: x\r\n\r\nGET /readyz HTTP/1.1\r\nHost: x\r\n\r\n"
        + "GET /none HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

    assertThat(answers).containsSubsequence("alive\n", "ready: 5 of 5 shards\n", "no such page");
  }

  @Test
  void aTakenAddressIsRefusedByName() {
    assertThatThrownBy(() -> new AdminServer(server.address(), REQUEST_BYTES_MAX, pages(good)))
        .isInstanceOf(BindException.class).hasMessageContaining("admin.listen " + server.address());
  }

  private AdminServer serverWith(EventLoop... loops) throws IOException {
    return new AdminServer(ANY_PORT, REQUEST_BYTES_MAX, pages(loops));
  }

  private AdminPages pages(EventLoop... loops) {
    return new AdminPages(() -> "kvd_info 1\n", new LoopLiveness(List.of(loops)), _ -> verdict, 20_000_000);
  }

  private URI uri(String path) {
    return URI.create("http://" + server.address() + path);
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return http.send(HttpRequest.newBuilder(uri(path)).build(), HttpResponse.BodyHandlers.ofString());
  }

  private String raw(String request) throws IOException {
    try (Socket socket = new Socket(server.address().host(), server.address().port())) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      socket.getOutputStream().flush();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** A loop that runs what it is given at once, or never. */
  private static final class TestLoop implements EventLoop {
    private final String name;
    private final boolean turning;
    private final AtomicInteger given = new AtomicInteger();

    TestLoop(String name, boolean turning) {
      this.name = name;
      this.turning = turning;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public boolean inLoop() {
      return false;
    }

    @Override
    public void execute(Runnable task) {
      given.incrementAndGet();
      if (turning) {
        task.run();
      }
    }

    @Override
    public Timer schedule(long delayNanos, Runnable task) {
      throw new UnsupportedOperationException();
    }
  }
}
