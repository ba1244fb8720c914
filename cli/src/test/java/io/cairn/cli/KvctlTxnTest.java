package io.cairn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.client.fake.FakeCluster;
import io.cairn.protocol.transport.netty.NettyTransport;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** {@code kvctl txn} against a fake cluster on real sockets. */
class KvctlTxnTest {

  private final NettyTransport transport = new NettyTransport("fake", 1, Throwable::printStackTrace);
  private FakeCluster cluster;
  @TempDir private Path scratch;

  @BeforeEach
  void start() throws IOException {
    cluster = new FakeCluster().start(transport, 3, 0);
  }

  @AfterEach
  void stop() {
    transport.close();
  }

  private record Run(int status, String out, String err) {}

  private Run kvctl(String stdin, String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    StringWriter err = new StringWriter();
    int status = Kvctl.run(args, Map.of("KVCTL_ENDPOINTS", String.join(",", cluster.endpoints())),
        new ByteArrayInputStream(stdin.getBytes(StandardCharsets.UTF_8)), out, new PrintWriter(err, true));
    return new Run(status, out.toString(StandardCharsets.UTF_8), err.toString());
  }

  @Test
  void whatEachOperationCameToIsShownInEveryFormat() {
    String text = "if\n missing a\nthen\n put a 1\n add n 2\n begin\n  put b 3\n  get a\n end\nelse\n put a 2 --prev\n range --prefix a\n del b --prev\n";
    assertThat(kvctl(text, "txn").out()).isEqualTo("succeeded, revision 2\nput\nnow 2\nsucceeded\n  put\n  found 1\n    a\t1\n");
    Run notMet = kvctl(text, "txn");
    assertThat(notMet.status()).isEqualTo(1);
    assertThat(notMet.out()).isEqualTo("not succeeded, revision 3\nput\n  a\t1\nfound 1\n  a\t2\ndeleted 1\n  b\t3\n");
    assertThat(notMet.err()).isEmpty();
    JsonNode json = new ObjectMapper().readTree(kvctl(text, "txn", "-w", "json").out());
    assertThat(json.get("succeeded").asBoolean()).isFalse();
    assertThat(json.get("revision").asLong()).isEqualTo(4);
    assertThat(json.get("results").get(0).get("previous").get("value").asString()).isEqualTo("2");
    assertThat(json.get("results").get(1).get("kvs").get(0).get("key").asString()).isEqualTo("a");
    assertThat(json.get("results").get(2).get("deleted").asLong()).isZero();
    assertThat(kvctl(text, "txn", "-w", "raw").out()).isEqualTo("2");
    assertThat(kvctl("get a\nadd n 1", "txn", "-w", "table").out()).contains("SUCCEEDED  REVISION", "NO  OP", "1   range  1", "2   add    3");
  }

  @Test
  void aMistakeIsNamedWithItsFileLineAndColumn() throws IOException {
    Path file = scratch.resolve("swap.txn");
    Files.writeString(file, "then\n  put a\n");
    Run run = kvctl("", "txn", file.toString());
    assertThat(run.status()).isEqualTo(4);
    assertThat(run.err()).isEqualTo("kvctl: " + file + ":2:8: a value is missing at the end of the line\n");
    assertThat(kvctl("get", "txn", "-").err()).startsWith("kvctl: stdin:1:4: a key is missing");
    assertThat(kvctl("", "txn", scratch.resolve("none").toString()).err()).contains("there is no file");
    assertThat(cluster.applied()).isZero();
  }

  @Test
  void aPersonIsAskedSectionBySectionAndAgainAfterAMistake() {
    Run run = kvctl("missing a\n\nput a 1\nputs b 2\nput b 2\n\nget a\n\n", "txn", "-i");
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out()).startsWith("succeeded");
    assertThat(run.err()).startsWith("if> if> then> then> kvctl: column 1: 'puts' is no operation").contains("else> ");
    assertThat(cluster.value("b")).isEqualTo("2");
  }
}
