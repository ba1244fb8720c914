package io.cairn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.client.fake.FakeCluster;
import io.cairn.protocol.transport.netty.NettyTransport;
import io.cairn.protocol.wire.Consistency;
import io.cairn.protocol.wire.Request;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** What reads show: directions, limits, tokens, children, how fresh, and whether replicas agree. Two shards meet at {@code m}. */
class KvctlReadsTest {

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

  private record Run(int status, String out, String err) {
    JsonNode json() {
      return new ObjectMapper().readTree(out);
    }
  }

  private Run kvctl(String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    StringWriter err = new StringWriter();
    int status = Kvctl.run(args, Map.of("KVCTL_ENDPOINTS", String.join(",", cluster.endpoints())),
        new ByteArrayInputStream(new byte[0]), out, new PrintWriter(err, true));
    return new Run(status, out.toString(StandardCharsets.UTF_8), err.toString());
  }

  private void put(String... keys) {
    for (String key : keys) {
      assertThat(kvctl("put", key, "v").status()).isZero();
    }
  }

  private List<Request> reads() {
    return IntStream.rangeClosed(1, 3).boxed().flatMap(i -> cluster.node("n" + i).requests().stream())
        .filter(request -> request.hasGet() || request.hasRange() || request.hasChildren()).toList();
  }

  @Test
  void aRangeGoesBackwardAndOnByTheTokenOnStderr() {
    put("a", "b", "c", "x");
    Run first = kvctl("range", "--reverse", "--limit", "2", "--keys-only");
    assertThat(first.out()).isEqualTo("x\nc\n");
    assertThat(first.err()).matches("kvctl: there is more; go on with --resume [\\w-]+\n");
    String token = first.err().strip().substring(first.err().lastIndexOf(' ') + 1);
    Run rest = kvctl("range", "--reverse", "--keys-only", "--resume", token);
    assertThat(rest.out()).isEqualTo("b\na\n");
    assertThat(rest.err()).isEmpty();
    JsonNode json = kvctl("range", "--reverse", "--limit", "2", "-w", "json").json();
    assertThat(json.get("resume").asString()).isEqualTo(token);
    assertThat(kvctl("range", "-w", "json").json().has("resume")).isFalse();
  }

  @Test
  void aLimitInBytesEndsARange() {
    put("a", "b", "c");
    Run run = kvctl("range", "--bytes", "6", "--keys-only");
    assertThat(run.out()).isEqualTo("a\nb\nc\n");
    Run values = kvctl("range", "--bytes", "6");
    assertThat(values.out()).isEqualTo("a\tv\nb\tv\n");
    assertThat(values.err()).contains("--resume");
    assertThat(values.status()).isZero();
  }

  @Test
  void lsShowsKeysAndWhatHasSomethingBelow() {
    put("a", "a/1", "a/2", "b", "x/y/z");
    assertThat(kvctl("ls").out()).isEqualTo("a\na/\nb\nx/\n");
    assertThat(kvctl("ls", "x/").out()).isEqualTo("x/y/\n");
    assertThat(kvctl("ls", "a/", "--delimiter", "2").out()).isEqualTo("a/1\na/2\n");
    assertThat(kvctl("ls", "-w", "table").out()).isEqualTo("NAME  IS\na     key\na/    below\nb     key\nx/    below\n");
    JsonNode json = kvctl("ls", "--limit", "2", "-w", "json").json();
    assertThat(json.get("children").get(1).get("below").asBoolean()).isTrue();
    assertThat(json.get("children").get(0).get("key").asBoolean()).isTrue();
    assertThat(kvctl("ls", "--resume", json.get("resume").asString()).out()).isEqualTo("b\nx/\n");
    assertThat(kvctl("ls", "none").out()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"s", "serializable", "SERIALIZABLE"})
  void aSerializableReadShowsHowOldItMayBe(String consistency) {
    put("k");
    assertThat(kvctl("get", "k", "--consistency", consistency).out()).isEqualTo("v\n");
    JsonNode json = kvctl("get", "k", "--consistency=" + consistency, "-w", "json").json();
    assertThat(json.get("leaderHeardMillisAgo").asLong()).isEqualTo(70);
    assertThat(json.get("revision").asLong()).isEqualTo(1);
    assertThat(kvctl("range", "--consistency", consistency, "-w", "json").json().get("leaderHeardMillisAgo").asLong()).isEqualTo(70);
    assertThat(kvctl("get", "k", "-w", "json").json().has("leaderHeardMillisAgo")).isFalse();
  }

  @Test
  void anAtLeastReadCarriesItsRevision() {
    put("k");
    assertThat(kvctl("get", "k", "--consistency", "at-least=2").out()).isEqualTo("v\n");
    assertThat(kvctl("range", "k", "--consistency", "at-least=2").out()).isEqualTo("k\tv\n");
    assertThat(kvctl("ls", "--consistency", "at-least=2").out()).isEqualTo("k\n");
    assertThat(reads()).hasSize(3).allSatisfy(request -> {
      assertThat(request.getConsistency()).isEqualTo(Consistency.AT_LEAST);
      assertThat(request.getAtLeast()).isEqualTo(2);
    });
  }

  @Test
  void shardsHashSaysWhoDiffersAndEndsAccordingly() {
    put("a", "x");
    Run agree = kvctl("shards", "--hash");
    assertThat(agree.status()).as(agree.err()).isZero();
    assertThat(agree.out()).hasLineCount(7).contains("1      n1    0000000000005eed  2     3").doesNotContain("system");
    cluster.node("n2").hash(0xbad);
    Run differ = kvctl("shards", "--hash");
    assertThat(differ.status()).isEqualTo(1);
    assertThat(differ.err()).hasLineCount(1)
        .contains("shard 1: 0000000000005eed on n1 n3, 0000000000000bad on n2", "at revision 3");
    JsonNode json = kvctl("shards", "--hash", "-w", "json").json();
    assertThat(json.get("revision").asLong()).isEqualTo(3);
    assertThat(json.get("replicas").get(1).get("hash").asString()).isEqualTo("0000000000000bad");
    assertThat(kvctl("shards", "--hash", "--node", "n2").status()).isZero();
  }

  @Test
  void aReplicaThatCannotBeAskedIsNamedAndNotTakenForOneThatAgrees() {
    put("a");
    cluster.node("n3").kill();
    Run run = kvctl("shards", "--hash");
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).hasLineCount(1).contains("not all replicas were compared", "shard 1 on n3", "shard 2 on n3");
    assertThat(run.out()).contains("1      n3    -");
  }

  @Test
  void shardsOfSaysWhereKeysLive() {
    cluster.lead(2, "n2");
    assertThat(kvctl("shards", "--of", "a", "zebra").out())
        .isEqualTo("KEY    SHARD  LEADER  REPLICAS\na      1      n1      n1 n2 n3\nzebra  2      n2      n1 n2 n3\n");
    JsonNode json = kvctl("shards", "--of", "m", "-w", "json").json();
    assertThat(json.get("keys").get(0).get("shard").asInt()).isEqualTo(2);
    assertThat(json.get("keys").get(0).get("leader").asString()).isEqualTo("n2");
    assertThat(json.get("keys").get(0).get("replicas").size()).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "range --resume !!!", "range --resume made-up", "range --bytes -1", "range --bytes many", "range --rev x", "get k --rev x",
      "get k --consistency eventually", "get k --consistency at-least=", "get k --consistency at-least=0", "get k --consistency at-least=1x",
      "ls --delimiter", "ls a b", "ls --rev -1", "ls --limit x", "shards --hash --of k", "shards --of"})
  void badInputIsStatusFourAndOneLineOnStderr(String line) {
    Run run = kvctl(line.split(" "));
    assertThat(run.status()).as(run.err()).isEqualTo(4);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).startsWith("kvctl: ").endsWith("\n").hasLineCount(1);
  }
}
