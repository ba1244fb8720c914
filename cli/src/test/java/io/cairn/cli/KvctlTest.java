package io.cairn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.client.fake.FakeCluster;
import io.cairn.client.fake.FakeNode;
import io.cairn.protocol.transport.netty.NettyTransport;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.ErrorKind;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import io.cairn.protocol.wire.TransferAnswer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** kvctl against a fake cluster on real sockets, with two shards that meet at {@code m}. */
class KvctlTest {

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

  private record Run(int status, byte[] bytes, String err) {
    String out() {
      return new String(bytes, StandardCharsets.UTF_8);
    }

    JsonNode json() {
      return new ObjectMapper().readTree(bytes);
    }
  }

  private Run kvctl(String... args) {
    return kvctl(new byte[0], args);
  }

  private Run kvctl(byte[] stdin, String... args) {
    return kvctl(Map.of("KVCTL_ENDPOINTS", String.join(",", cluster.endpoints())), stdin, args);
  }

  private static Run kvctl(Map<String, String> environment, byte[] stdin, String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    StringWriter err = new StringWriter();
    int status = Kvctl.run(args, environment, new ByteArrayInputStream(stdin), out, new PrintWriter(err, true));
    return new Run(status, out.toByteArray(), err.toString());
  }

  private void script(Function<Request, Response> script) {
    for (int i = 1; i <= 3; i++) {
      cluster.node("n" + i).script(script);
    }
  }

  @Test
  void putAndGetInEveryFormat() {
    assertThat(kvctl("put", "greeting", "hello").out()).isEqualTo("OK, revision 2\n");
    assertThat(kvctl("get", "greeting").out()).isEqualTo("hello\n");
    assertThat(kvctl("get", "greeting", "-w", "raw").out()).isEqualTo("hello");
    assertThat(kvctl("get", "greeting", "-w", "table").out())
        .isEqualTo("KEY       VALUE  CREATED  MODIFIED  VERSION  LEASE\ngreeting  hello  2        2         1        -\n");
    JsonNode kv = kvctl("get", "greeting", "-w", "json").json().get("kv");
    assertThat(kv.get("value").asString()).isEqualTo("hello");
    assertThat(kv.get("modRevision").asLong()).isEqualTo(2);
    assertThat(kvctl("put", "greeting", "again", "-w", "json").json().get("revision").asLong()).isEqualTo(3);
    assertThat(kvctl("put", "greeting", "again", "-w", "raw").out()).isEmpty();
  }

  @Test
  void globalOptionsStandBeforeOrAfterTheCommand() {
    kvctl("put", "k", "v");
    assertThat(kvctl("-w", "raw", "--timeout", "3s", "get", "k").out()).isEqualTo("v");
    assertThat(kvctl("get", "-w", "raw", "k", "--timeout", "3s").out()).isEqualTo("v");
    Run named = kvctl(Map.of(), new byte[0], "get", "k", "--endpoints", cluster.endpoints()[1]);
    assertThat(named.out()).isEqualTo("v\n");
  }

  @Test
  void aValueComesFromStdinByteByByte() {
    byte[] value = new byte[70_000];
    for (int i = 0; i < value.length; i++) {
      value[i] = (byte) (i * 31);
    }
    assertThat(kvctl(value, "put", "blob").status()).isZero();
    assertThat(kvctl("get", "blob", "-w", "raw").bytes()).isEqualTo(value);
    String base64 = kvctl("get", "blob", "-w", "json").json().get("kv").get("valueBase64").asString();
    assertThat(Base64.getDecoder().decode(base64)).isEqualTo(value);
  }

  @Test
  void aMissingKeyIsStatusOneAndOneLineOnStderr() {
    Run get = kvctl("get", "nobody");
    assertThat(get.status()).isEqualTo(1);
    assertThat(get.out()).isEmpty();
    assertThat(get.err()).isEqualTo("kvctl: no such key: nobody\n");
    Run del = kvctl("del", "nobody");
    assertThat(del.status()).isEqualTo(1);
    assertThat(del.out()).isEqualTo("0\n");
    assertThat(kvctl("get", "nobody", "-w", "json").json().get("kv").isNull()).isTrue();
  }

  @Test
  void delTakesAKeyOrARange() {
    for (String key : List.of("a", "b", "c", "x", "y")) {
      kvctl("put", key, "1");
    }
    assertThat(kvctl("del", "a").out()).isEqualTo("1\n");
    assertThat(kvctl("del", "b", "d").out()).isEqualTo("2\n");
    Run border = kvctl("del", "--prefix", "");
    assertThat(border.status()).isEqualTo(2);
    assertThat(border.err()).contains("RANGE_CROSSES_SHARDS").contains("begins at m").hasLineCount(1);
    JsonNode parts = kvctl("del", "--prefix", "", "--parts", "-w", "json").json();
    assertThat(parts.get("deleted").asLong()).isEqualTo(2);
    assertThat(parts.get("parts").size()).isEqualTo(2);
    assertThat(parts.get("parts").get(1).get("start").asString()).isEqualTo("m");
  }

  @Test
  void rangeShowsKeysValuesAndCounts() {
    for (int i = 0; i < 25; i++) {
      kvctl("put", String.format("k%02d", i), "v" + i);
    }
    assertThat(kvctl("range", "--prefix", "k0", "--limit", "2").out()).isEqualTo("k00\tv0\nk01\tv1\n");
    assertThat(kvctl("range", "k03", "k05", "--keys-only").out()).isEqualTo("k03\nk04\n");
    assertThat(kvctl("range", "k23").out()).isEqualTo("k23\tv23\nk24\tv24\n");
    assertThat(kvctl("range", "k23", "-w", "raw").out()).isEqualTo("v23v24");
    assertThat(kvctl("range", "--prefix", "", "--count-only").out()).isEqualTo("25\n");
    JsonNode json = kvctl("range", "--prefix", "", "--limit", "10", "-w", "json").json();
    assertThat(json.get("count").asLong()).isEqualTo(10);
    assertThat(json.get("more").asBoolean()).isTrue();
    assertThat(json.get("kvs").get(9).get("key").asString()).isEqualTo("k09");
    assertThat(kvctl("range", "--prefix", "k0", "--limit", "1", "-w", "table").out())
        .isEqualTo("KEY  VALUE  CREATED  MODIFIED  VERSION  LEASE\nk00  v0     2        2         1        -\n");
    assertThat(kvctl("range", "--prefix", "none").out()).isEmpty();
  }

  @Test
  void unprintableBytesAreEscapedInATableOnly() {
    kvctl("put", "k", "a\tb\n\u001b[31m\u202e");
    assertThat(kvctl("get", "k", "-w", "table").out()).contains("a\\tb\\n\\x1b[31m\\xe2\\x80\\xae").hasLineCount(2);
    assertThat(kvctl("get", "k").out()).isEqualTo("a\tb\n\u001b[31m\u202e\n");
  }

  @Test
  void statusShardsAndNodesShowTheClusterAndWhoIsAway() throws IOException {
    cluster.node("n3").kill();
    Run status = kvctl("status");
    assertThat(status.status()).isZero();
    assertThat(status.out().lines().filter(line -> line.startsWith("n1 "))).singleElement().asString().contains("yes").contains("0.1.0");
    assertThat(status.out().lines().filter(line -> line.startsWith("n3 "))).singleElement().asString().contains("no");
    Run shards = kvctl("shards");
    assertThat(shards.out().lines().toList().get(2)).matches("1 +'' +'m' +n1 +3 +0 +n1:9/8 n2:9/8 n3:-");
    assertThat(kvctl("nodes").out()).hasLineCount(4).contains(cluster.endpoints()[0]);
    assertThat(kvctl("nodes", "--node", "n2").out()).hasLineCount(2);
    assertThat(kvctl("status", "--node", "n2", "-w", "json").json().get("nodes").size()).isEqualTo(1);
    assertThat(kvctl("shards", "-w", "json").json().get("shards").get(2).get("start").asString()).isEqualTo("m");
  }

  @Test
  void theNodeThatIsNamedAnswers() {
    kvctl("put", "k", "v");
    int before = cluster.node("n3").requests().size();
    assertThat(kvctl("get", "k", "--node", "n3").out()).isEqualTo("v\n");
    assertThat(cluster.node("n3").requests().subList(before, cluster.node("n3").requests().size()))
        .anyMatch(request -> request.hasGet() && request.getThisNode());
    Run unknown = kvctl("get", "k", "--node", "n9");
    assertThat(unknown.status()).isEqualTo(4);
    assertThat(unknown.err()).contains("n1, n2, n3").hasLineCount(1);
    assertThat(kvctl("put", "k", "v", "--node", "n3").status()).isEqualTo(4);
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "", "frobnicate", "get", "get a b", "put", "del", "range a --prefix b", "range --prefix a --count-only --keys-only",
      "range a --limit many", "range a --limit -1", "get k --timeout 5", "get k --timeout 0s", "get k -w xml", "get k --endpoints nowhere",
      "get k --endpoints", "get k --nod n1", "del", "del a --parts", "range b a", "range --prefix a --rev 99"})
  void badInputIsStatusFourAndOneLineOnStderr(String line) {
    Run run = kvctl(line.isEmpty() ? new String[0] : line.split(" "));
    assertThat(run.status()).as(run.err()).isEqualTo(4);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).startsWith("kvctl: ").endsWith("\n").hasLineCount(1);
  }

  @Test
  void anEmptyKeyIsBadInput() {
    Run run = kvctl("put", "", "v");
    assertThat(run.status()).isEqualTo(4);
    assertThat(run.err()).contains("KEY_EMPTY").hasLineCount(1);
  }

  @Test
  void aRefusalIsStatusTwo() {
    script(request -> request.hasCommand() ? FakeCluster.error(ErrorKind.REFUSED, ErrorCode.NOT_SUPPORTED, "two\nlines") : null);
    Run run = kvctl("put", "k", "v");
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).contains("two lines").hasLineCount(1);
  }

  @Test
  void transferSaysWhoLedAndWhoLeads() {
    script(request -> request.hasTransfer() ? Response.newBuilder().setTransfer(
        TransferAnswer.newBuilder().setFrom("n1").setTo(request.getTransfer().getNode())).build() : null);
    assertThat(kvctl("transfer", "1", "n2").out()).isEqualTo("SHARD  FROM  TO\n1      n1    n2\n");
    JsonNode all = kvctl("transfer", "all", "n3", "-w", "json").json().get("transfers");
    assertThat(all.size()).as("both data shards and the system's, which comes first").isEqualTo(3);
    assertThat(all.get(0).get("shard").asInt()).isZero();
    assertThat(all.get(2).get("to").asString()).isEqualTo("n3");
  }

  @Test
  void aTransferThatCannotBeIsRefused() {
    script(request -> request.hasTransfer()
        ? FakeCluster.error(ErrorKind.REFUSED, ErrorCode.LEADER_STAYS, "node n2 has not answered the leader lately; is it up?") : null);
    Run run = kvctl("transfer", "1", "n2");
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).startsWith("kvctl: refused (LEADER_STAYS): node n2 has not answered").hasLineCount(1);
    assertThat(kvctl("transfer", "1", "n9").err()).contains("There is no node 'n9'; there are n1, n2, n3");
    assertThat(kvctl("transfer", "one", "n2").status()).isEqualTo(4);
    assertThat(kvctl("transfer", "1").status()).isEqualTo(4);
  }

  @Test
  void anUnknownOutcomeAndADeadlineAreStatusThree() {
    kvctl("put", "k", "v"); // From here on the classes are loaded, and a connection takes no part of the time that counts.
    script(request -> request.hasCommand() || request.hasGet() ? FakeNode.SILENCE : null);
    Run put = kvctl("put", "k", "v", "--timeout", "800ms");
    assertThat(put.status()).isEqualTo(3);
    assertThat(put.err()).startsWith("kvctl: outcome unknown: ").hasLineCount(1);
    assertThat(kvctl("get", "k", "--timeout", "800ms").status()).isEqualTo(3);
  }

  @Test
  void noClusterIsStatusFive() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    Run run = kvctl(Map.of(), new byte[0], "get", "k", "--timeout", "300ms", "--endpoints", "127.0.0.1:" + port);
    assertThat(run.status()).isEqualTo(5);
    assertThat(run.err()).contains("127.0.0.1:" + port).hasLineCount(1);
  }

  @Test
  void helpShowsExamplesAndEveryCommand() {
    Run help = kvctl("--help");
    assertThat(help.status()).isZero();
    assertThat(help.out()).contains("Examples:", "put", "get", "del", "range", "status", "shards", "nodes", "version", "KVCTL_ENDPOINTS");
    for (String verb : List.of("put", "get", "del", "range", "status", "shards", "nodes")) {
      assertThat(kvctl(verb, "--help").out()).contains("Examples:", "--timeout");
    }
  }

  @Test
  void versionAsksNoCluster() {
    Run run = kvctl(Map.of("KVCTL_ENDPOINTS", "127.0.0.1:1"), new byte[0], "version");
    assertThat(run.status()).isZero();
    assertThat(run.out()).matches("kvctl \\d+\\.\\d+\\.\\d+ \\(protocol 1\\)\n");
  }

  @Test
  void aReaderThatLeavesIsNoError() {
    kvctl("put", "k", "v");
    List<String> args = new ArrayList<>(Arrays.asList("get", "k"));
    OutputStream gone = new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        throw new IOException("Broken pipe");
      }
    };
    StringWriter err = new StringWriter();
    int status = Kvctl.run(args.toArray(String[]::new), Map.of("KVCTL_ENDPOINTS", String.join(",", cluster.endpoints())),
        new ByteArrayInputStream(new byte[0]), gone, new PrintWriter(err, true));
    assertThat(status).isZero();
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void rangeWithoutArgumentsIsEveryKey() {
    kvctl("put", "a", "1");
    kvctl("put", "z", "2");
    assertThat(kvctl("range").out()).isEqualTo("a\t1\nz\t2\n");
    assertThat(kvctl("range", "--count-only").out()).isEqualTo("2\n");
  }

  @Test
  void anArgumentThatIsNotUtf8IsRefusedRatherThanStoredAsSomethingElse() {
    Run run = kvctl("put", "k", "gr\uFFFDn");
    assertThat(run.status()).isEqualTo(4);
    assertThat(run.err()).startsWith("kvctl: an argument is not UTF-8").endsWith("stdin\n").hasLineCount(1);
    assertThat(kvctl("get", "k").status()).isEqualTo(1);
  }
}
