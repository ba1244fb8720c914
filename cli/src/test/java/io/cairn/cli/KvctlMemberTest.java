package io.cairn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.client.fake.FakeCluster;
import io.cairn.client.fake.FakeNode;
import io.cairn.protocol.transport.netty.NettyTransport;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.ErrorKind;
import io.cairn.protocol.wire.MemberRequest;
import io.cairn.protocol.wire.MemberTable;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** {@code kvctl member}: what is asked of the cluster, and what a person and a script are told. */
class KvctlMemberTest {
  private static final MemberTable TABLE = MemberTable.newBuilder().setEpoch(9)
      .addMembers(member(1, MemberTable.Standing.REMOVED)).addMembers(member(2, MemberTable.Standing.VOTER))
      .addMembers(member(10, MemberTable.Standing.LEARNER)).build();

  private final NettyTransport transport = new NettyTransport("fake", 1, Throwable::printStackTrace);
  private FakeCluster cluster;

  private static MemberTable.Member member(int id, MemberTable.Standing standing) {
    return MemberTable.Member.newBuilder().setId(id).setName("n" + id).setPeerAddress("127.0.0.1:710" + id)
        .setClientAddress("127.0.0.1:700" + id).setStanding(standing).build();
  }

  @BeforeEach
  void start() throws IOException {
    cluster = new FakeCluster().start(transport, 3, 0);
    answer(request -> Response.newBuilder().setMembers(TABLE).build());
  }

  @AfterEach
  void stop() {
    transport.close();
  }

  private void answer(Function<Request, Response> answer) {
    for (int i = 1; i <= 3; i++) {
      cluster.node("n" + i).script(request -> request.hasMember() ? answer.apply(request) : null);
    }
  }

  private List<MemberRequest> asked() {
    return IntStream.rangeClosed(1, 3).boxed().flatMap(i -> cluster.node("n" + i).requests().stream())
        .filter(Request::hasMember).map(Request::getMember).toList();
  }

  private record Run(int status, String out, String err) {
    JsonNode json() {
      return new ObjectMapper().readTree(out);
    }
  }

  private Run kvctl(String... args) {
    var out = new ByteArrayOutputStream();
    var err = new StringWriter();
    int status = Kvctl.run(args, Map.of("KVCTL_ENDPOINTS", String.join(",", cluster.endpoints())),
        new ByteArrayInputStream(new byte[0]), out, new PrintWriter(err, true));
    return new Run(status, out.toString(StandardCharsets.UTF_8), err.toString());
  }

  @Test
  void listIsATable() {
    Run list = kvctl("member", "list");

    assertThat(list.status()).isZero();
    assertThat(list.out()).isEqualTo("""
        ID  NODE  STANDING  CLIENTS          PEERS
        1   n1    removed   127.0.0.1:7001   127.0.0.1:7101
        2   n2    voter     127.0.0.1:7002   127.0.0.1:7102
        10  n10   learner   127.0.0.1:70010  127.0.0.1:71010
        """);
    assertThat(list.err()).isEmpty();
    assertThat(asked()).containsExactly(MemberRequest.getDefaultInstance());
  }

  @Test
  void listShowsWhatIsUnderWayAndWhatCameOfTheLastChange() {
    answer(request -> Response.newBuilder().setMembers(
        TABLE.toBuilder().setChange("adding n4 (change 7, stage 1 of 1, 2 of 5 shards)").setTakenBack("it was called off")).build());

    assertThat(kvctl("member", "list").out().lines().skip(4)).containsExactly(
        "under way: adding n4 (change 7, stage 1 of 1, 2 of 5 shards)", "the last change was taken back: it was called off");
    JsonNode json = kvctl("member", "list", "-w", "json").json();
    assertThat(json.get("change").asString()).startsWith("adding n4");
    assertThat(json.get("takenBack").asString()).isEqualTo("it was called off");
  }

  @Test
  void listAsJson() {
    JsonNode json = kvctl("-w", "json", "member", "list").json();

    assertThat(json.propertyNames()).containsExactly("epoch", "members");
    assertThat(json.get("epoch").asLong()).isEqualTo(9);
    assertThat(json.get("members").size()).isEqualTo(3);
    assertThat(json.get("members").get(2).toString()).isEqualTo("{\"id\":10,\"name\":\"n10\",\"standing\":\"learner\","
        + "\"clientAddress\":\"127.0.0.1:70010\",\"peerAddress\":\"127.0.0.1:71010\"}");
  }

  @ParameterizedTest
  @CsvSource(textBlock = """
      add n4 --peer h:1 --client h:2,        n4 is a learner of every shard,                  ADD,     n4, '', h:1, h:2
      add --client h:2 --peer h:1 n4,        n4 is a learner of every shard,                  ADD,     n4, '', h:1, h:2
      promote n4,                            n4 votes in every shard,                         PROMOTE, n4, '', '',  ''
      remove n1,                             n1 is removed from every shard,                  REMOVE,  n1, '', '',  ''
      replace n2 n5 --peer h:1 --client h:2, n5 has taken the place of n2 in every shard,     REPLACE, n5, n2, h:1, h:2
      """)
  void aChangeIsAskedForOnceAndItsEndIsTold(String line, String said, MemberRequest.Kind kind, String node, String replaced, String peer,
      String client) {
    Run run = kvctl(("member " + line).split(" "));

    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out()).isEqualTo(said + "\n");
    assertThat(asked()).containsExactly(MemberRequest.newBuilder().setKind(kind).setNode(node).setReplaced(replaced).setPeerAddress(peer)
        .setClientAddress(client).build());
    assertThat(kvctl(("-w json member " + line).split(" ")).json().get("members").size()).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "frobnicate", "add", "add n4", "add n4 --peer h:1", "add n4 --client h:2", "add --peer h:1 --client h:2",
      "add n4 n5 --peer h:1 --client h:2", "promote", "promote n4 n5", "remove", "remove n1 n2", "replace n2", "replace n2 n5",
      "replace n2 n5 --peer h:1", "promote n4 --peer h:1", "list n4", "remove n1 --node n2", "remove n1 --timeout 0s", "remove n1 --timeout 5"})
  void badArgumentsAreStatusFourAndAskNobody(String line) {
    Run run = kvctl(("member " + line).strip().split(" "));

    assertThat(run.status()).as(run.err()).isEqualTo(4);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).startsWith("kvctl: ").hasLineCount(1);
    assertThat(asked()).isEmpty();
  }

  @Test
  void whatTheServerCallsBadInputIsStatusFour() {
    answer(request -> FakeCluster.error(ErrorKind.REFUSED, ErrorCode.BAD_REQUEST, "a node's name has 1 to 63 letters"));
    Run run = kvctl("member", "remove", "n\n1");

    assertThat(run.status()).isEqualTo(4);
    assertThat(run.err()).contains("a node's name has 1 to 63 letters").hasLineCount(1);
  }

  @Test
  void aRefusalIsStatusTwoWithTheReason() {
    answer(request -> FakeCluster.error(ErrorKind.REFUSED, ErrorCode.MEMBERS, "shard 2: learner 4 lags"));
    Run run = kvctl("member", "promote", "n4");

    assertThat(run.status()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).startsWith("kvctl: refused (MEMBERS): shard 2: learner 4 lags.").hasLineCount(1);
  }

  @Test
  void aChangeWhoseEndIsNotHeardIsStatusThree() {
    answer(request -> FakeNode.SILENCE);
    Run run = kvctl("member", "remove", "n1", "--timeout", "800ms");

    assertThat(run.status()).isEqualTo(3);
    assertThat(run.err()).startsWith("kvctl: outcome unknown: ").hasLineCount(1);
  }

  @Test
  void helpShowsExamplesForEveryVerb() {
    assertThat(kvctl("member", "--help").out()).contains("list", "add", "promote", "remove", "replace", "Examples:");
    for (String verb : List.of("list", "add", "promote", "remove", "replace")) {
      assertThat(kvctl("member", verb, "--help").out()).as(verb).contains("Examples:", "kvctl member " + verb);
    }
  }
}
