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
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** {@code kvctl service} against a fake cluster on real sockets; what it registers needs a real one. */
class KvctlServiceTest {
  private final NettyTransport transport = new NettyTransport("fake", 1, Throwable::printStackTrace);
  private FakeCluster cluster;

  @BeforeEach
  void start() throws IOException {
    cluster = new FakeCluster().start(transport, 3, 0);
    put("o-1", "{\"v\":1,\"host\":\"10.0.0.7\",\"port\":8080,\"weight\":50,\"version\":\"v2\",\"zone\":\"eu-1\",\"tags\":[\"x\"],"
        + "\"metadata\":{\"rack\":\"r1\"},\"generation\":3}");
    put("o-2", "{\"v\":1,\"host\":\"::1\",\"port\":81,\"lifecycle\":\"draining\"}");
    put("o-3", "{\"v\":1,\"host\":\"h\",\"port\":82,\"health\":\"failing\"}");
  }

  private void put(String id, String entry) {
    assertThat(kvctl("put", "services/{orders}/" + id, entry).status()).isZero();
  }

  @AfterEach
  void stop() {
    transport.close();
  }

  private record Run(int status, String out, String err) {}

  private Run kvctl(String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    StringWriter err = new StringWriter();
    int status = Kvctl.run(args, Map.of("KVCTL_ENDPOINTS", String.join(",", cluster.endpoints())), new ByteArrayInputStream(new byte[0]), out,
        new PrintWriter(err, true));
    return new Run(status, out.toString(StandardCharsets.UTF_8), err.toString());
  }

  @Test
  void instancesAreShownInEveryFormat() {
    assertThat(kvctl("service", "list").out()).isEqualTo("orders\n");
    assertThat(kvctl("service", "list", "-w", "json").out()).isEqualTo("{\"services\":[\"orders\"]}\n");
    assertThat(kvctl("service", "list", "orders").out()).isEqualTo(
        "o-1\t10.0.0.7:8080\tup\t50\tv2\teu-1\t3\no-2\t[::1]:81\tdraining\t100\t-\t-\t1\no-3\th:82\tfailing\t100\t-\t-\t1\n");
    assertThat(kvctl("service", "list", "orders", "-w", "table").out())
        .startsWith("ID   ADDRESS        STATE     WEIGHT  VERSION  ZONE  GENERATION\no-1  10.0.0.7:8080  up        50      v2       eu-1  3\n");
    assertThat(kvctl("service", "list", "orders", "-w", "raw").out()).isEqualTo("10.0.0.7:8080\n");
    JsonNode json = new ObjectMapper().readTree(kvctl("service", "list", "orders", "-w", "json").out());
    assertThat(json.get("panicking").asBoolean()).isFalse();
    JsonNode first = json.get("instances").get(0);
    assertThat(first.get("metadata").get("rack").asString()).isEqualTo("r1");
    assertThat(first.get("candidate").asBoolean()).isTrue();
    assertThat(json.get("instances").get(1).get("lifecycle").asString()).isEqualTo("draining");
    assertThat(json.get("instances").get(2).get("candidate").asBoolean()).isFalse();
    assertThat(kvctl("service", "list", "nobody").out()).isEmpty();
    put("o-4", "no entry");
    assertThat(kvctl("service", "list", "orders").err()).contains("1 entries of orders cannot be read");
  }

  @Test
  void drainAndUndo() {
    assertThat(kvctl("service", "drain", "orders", "o-1").out()).isEqualTo("orders o-1 is draining\n");
    assertThat(cluster.value("services/{orders}/o-1")).contains("\"lifecycle\":\"draining\"", "\"rack\":\"r1\"", "\"generation\":3");
    assertThat(kvctl("service", "drain", "orders", "o-1").status()).as("again").isZero();
    assertThat(kvctl("service", "drain", "orders", "o-1", "--undo", "-w", "json").out())
        .isEqualTo("{\"service\":\"orders\",\"id\":\"o-1\",\"lifecycle\":\"up\"}\n");
    assertThat(cluster.value("services/{orders}/o-1")).contains("\"lifecycle\":\"up\"");
    Run none = kvctl("service", "drain", "orders", "o-9");
    assertThat(none.status()).isEqualTo(ExitStatus.NOT_MET);
    assertThat(none.err()).isEqualTo("kvctl: no such instance: orders o-9\n");
  }

  @Test
  void whatCannotBeMeantIsSaid() {
    assertThat(kvctl("service").err()).contains("register, list, watch or drain");
    assertThat(kvctl("service", "list", "a/b")).satisfies(run -> {
      assertThat(run.status()).isEqualTo(ExitStatus.BAD_INPUT);
      assertThat(run.err()).contains("no name of a service");
    });
    assertThat(kvctl("service", "watch", "a/b").err()).contains("no name of a service");
    assertThat(kvctl("service", "register", "orders", "o-1").err()).contains("--address");
    assertThat(kvctl("service", "register", "orders", "o-1", "--address", "host").err()).contains("is not HOST:PORT");
    assertThat(kvctl("service", "register", "orders", "{}", "--address", "h:1").err()).contains("no id of an instance");
    assertThat(kvctl("service", "register", "orders", "o-1", "--address", "h:1", "--weight", "-1").err()).contains("0 to 65535");
    assertThat(kvctl("service", "register", "orders", "o-1", "--address", "h:1", "--ttl", "10ms").err()).contains("1 s to 365 days");
    assertThat(kvctl("service", "register", "orders", "o-1", "--address", "h:1", "--meta", "k").err()).contains("K=V");
    assertThat(kvctl("service", "register", "orders", "o-1", "--address", "h:1", "--check-tcp", "--check-http", "http://h/").err()).contains("exclude");
    assertThat(kvctl("service", "drain", "orders", "o-1", "--node", "n1").status()).isEqualTo(ExitStatus.BAD_INPUT);
  }
}
