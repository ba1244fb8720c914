package io.cairn.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.cairn.protocol.transport.HostPort;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConfigLoaderTest {
  private static final String GOOD = """
      node.name: n1
      cluster:
        id: three
        nodes:
          - {name: n1, peer: 127.0.0.1:7101, client: 127.0.0.1:7001}
          - name: n2
            peer: 127.0.0.1:7102
            client: 127.0.0.1:7002
        split-points: [l, libm, p]
      storage.dir: /var/lib/cairn
      """;

  @Test
  void nestedAndDottedKeysAreTheSame() {
    NodeConfig config = load(GOOD);

    assertThat(config.cluster().nodes()).hasSize(2);
    assertThat(config.cluster().self().client()).isEqualTo(new HostPort("127.0.0.1", 7001));
    assertThat(config.cluster().splitPoints()).containsExactly("l", "libm", "p");
    assertThat(config.addresses().peer()).isEqualTo(new HostPort("127.0.0.1", 7101));
    assertThat(config.storage().dir()).isEqualTo("/var/lib/cairn");
    assertThat(config.raft().heartbeatNanos()).isEqualTo(50_000_000L);
    assertThat(config.limits()).isEqualTo(Limits.defaults());
  }

  @Test
  void theEnvironmentGoesOverTheFileAndFlagsOverBoth() {
    String yaml = GOOD + "raft.heartbeat: 20ms\nraft.election-jitter: 100ms\nlogging.level: warn\n";
    Map<String, String> environment = Map.of("KVD_RAFT_HEARTBEAT", "30ms", "KVD_RAFT_ELECTION_JITTER", "200ms", "KVD_OPTS", "-Xmx1g",
        "HOME", "/root");
    NodeConfig config = ConfigLoader.load("n1.yaml", yaml, environment, List.of(Map.entry("raft.heartbeat", "40ms")));

    assertThat(config.raft().heartbeatNanos()).isEqualTo(40_000_000L);
    assertThat(config.raft().electionJitterNanos()).isEqualTo(200_000_000L);
    assertThat(config.logging().level()).isEqualTo(LoggingConfig.Level.WARN);
  }

  @Test
  void listsStandInFlagsAndEnvironmentBetweenCommas() {
    Map<String, String> flags = new LinkedHashMap<>();
    flags.put("node.name", "b");
    flags.put("cluster.id", "two");
    flags.put("cluster.nodes", "name=a peer=10.0.0.1:1 client=10.0.0.1:2, name=b peer=[::1]:1 client=localhost:2");
    flags.put("cluster.split-points", "k,m");
    flags.put("storage.dir", "x");
    NodeConfig config = ConfigLoader.of(flags);

    assertThat(config.cluster().node("a").peer()).isEqualTo(new HostPort("10.0.0.1", 1));
    assertThat(config.addresses().peer()).isEqualTo(new HostPort("::1", 1));
    assertThat(config.cluster().splitKeys()).containsExactly(new byte[] {'k'}, new byte[] {'m'});
  }

  @Test
  void everyMistakeIsReportedAtOnce() {
    List<String> mistakes = mistakes("""
        node.name: n3
        cluster.nodes:
          - {name: n1, peer: 127.0.0.1:7101, client: 127.0.0.1:7001}
          - {name: n1, peer: 127.0.0.1:7102, client: 127.0.0.1:7101}
        storage.dri: /data
        log.segment-size: 64
        raft.heartbeat: 200ms
        limits.value-bytes: 9MiB
        """);

    assertThat(mistakes).containsExactlyInAnyOrder(
        "storage.dri = /data (n1.yaml line 5): no such key; did you mean storage.dir?",
        "log.segment-size = 64 (n1.yaml line 6): must be a whole number and a unit (GiB, MiB, KiB, B), as in 64MiB",
        "cluster.id: is not given: it has no default and must be given: 1 to 63 of the letters a-z, A-Z, 0-9, '.', '_' and '-', "
            + "the first a letter or digit",
        "cluster.nodes = [{name: n1, peer: 127.0.0.1:7102, client: 127.0.0.1:7101}] (n1.yaml line 2): two nodes are named 'n1'; "
            + "each needs a name of its own",
        "cluster.nodes = [{name: n1, peer: 127.0.0.1:7102, client: 127.0.0.1:7101}] (n1.yaml line 2): n1's peer address and n1's "
            + "client address are both 127.0.0.1:7101; each needs one of its own",
        "node.name = n3 (n1.yaml line 1): must be one of the nodes in cluster.nodes: n1, n1",
        "storage.dir: is not given: it has no default and must be given: a folder of this node's own; it is made when missing",
        "raft.election-timeout = 500ms: must be at least 5 x raft.heartbeat (200ms), or one late heartbeat deposes a leader",
        "limits.value-bytes = 9MiB (n1.yaml line 8): must lie between 1B and 8MiB");
  }

  @Test
  void aSegmentThatIsNoWholeNumberOfBlocksIsRefusedBeforeTheNodeStarts() {
    assertThat(mistakes(GOOD + "log.segment-size: 549KiB\n")).singleElement().asString()
        .contains("log.segment-size = 549KiB").contains("must lie between 64KiB and 1GiB and be a multiple of 4KiB");
  }

  @Test
  void aKeyNobodyKnowsIsAnsweredWithTheNearestWhereverItStands() {
    assertThat(mistakes(GOOD + "heartbeat: 50ms\n")).singleElement().asString().contains("did you mean raft.heartbeat?");
    assertThat(mistakes(GOOD + "limits:\n  value-byte: 1MiB\n")).singleElement().asString()
        .contains("limits.value-byte = 1MiB (n1.yaml line 12)").contains("did you mean limits.value-bytes?");
    assertThat(mistakes(GOOD, Map.of("KVD_STORAGE_DRI", "x"), List.of())).singleElement().asString()
        .contains("did you mean KVD_STORAGE_DIR?");
    assertThat(mistakes(GOOD, Map.of(), List.of(Map.entry("loging.level", "info")))).singleElement().asString()
        .contains("(--loging.level)").contains("did you mean logging.level?");
  }

  @Test
  void aMistakeIsOneLineThoughItsKeyAndItsListHoldSeveral() {
    String text = "cluster.join: |\n  x\n\n  [a, b]\n\"raft.\\nheartbeat\": 3\n";

    assertThat(mistakes(text)).hasSizeGreaterThanOrEqualTo(2).allSatisfy(line -> assertThat(line.lines()).hasSize(1));
  }

  @Test
  void aKeyGivenTwiceIsRefusedEvenInTwoSpellings() {
    assertThat(mistakes(GOOD + "storage:\n  dir: other\n")).singleElement().asString()
        .contains("storage.dir = other").contains("stands there twice, first in n1.yaml line 10");
    assertThat(mistakes(GOOD, Map.of(), List.of(Map.entry("net.loops", "1"), Map.entry("net.loops", "2")))).singleElement().asString()
        .contains("the flag is given twice");
  }

  @Test
  void anAddressThatOthersReachNeedsConsent() {
    String open = GOOD + "listen.client: 0.0.0.0:7001\nadmin.listen: 192.0.2.7:7203\n";

    assertThat(mistakes(open)).hasSize(2).allSatisfy(mistake -> assertThat(mistake).contains("security.insecure: true"));
    assertThat(load(open + "security.insecure: true\n").addresses().openToOthers()).containsOnlyKeys("listen.client", "admin.listen");
    assertThat(load(GOOD).addresses().openToOthers()).isEmpty();
  }

  @Test
  void twoListenersOfOneNodeNeedTwoPorts() {
    assertThat(mistakes(GOOD + "admin.listen: 127.0.0.1:7101\n")).singleElement().asString()
        .contains("admin.listen = 127.0.0.1:7101").contains("is also where listen.peer listens");
    assertThat(mistakes(GOOD + "admin.listen: 0.0.0.0:7001\nsecurity.insecure: true\n")).singleElement().asString()
        .contains("is also where listen.client listens");
  }

  @Test
  void nodesThatCannotBeReachedAreRefused() {
    assertThat(mistakes(GOOD.replace("127.0.0.1:7102", "0.0.0.0:7102"))).singleElement().asString().contains("cannot be connected to");
    assertThat(mistakes(GOOD.replace("127.0.0.1:7102", "127.0.0.1:0"))).singleElement().asString().contains("needs a port from 1");
    assertThat(mistakes(GOOD.replace("127.0.0.1:7102", "127.0.0.1:65536"))).isNotEmpty();
    assertThat(mistakes(GOOD.replace("peer: 127.0.0.1:7102", "pier: 127.0.0.1:7102"))).isNotEmpty().first().asString()
        .contains("each node needs name, peer and client");
  }

  @Test
  void splitPointsAscendAsBytes() {
    assertThat(mistakes(withSplitPoints("[p, l]"))).singleElement().asString().contains("'l' must stand before 'p'");
    assertThat(mistakes(withSplitPoints("[l, l]"))).singleElement().asString().contains("'l' stands there twice");
    assertThat(mistakes(withSplitPoints("['']"))).singleElement().asString().contains("must be a key of 1 to 4096 bytes");
    // As UTF-16 the second is the smaller one, as UTF-8 the larger.
    assertThat(load(withSplitPoints("[\"\\uffee\", \"\\U0001f600\"]")).cluster().splitKeys()).hasSize(2);
  }

  @Test
  void aSplitPointIsCutBackToTheEndOfItsTag() {
    assertThat(load(withSplitPoints("['p{x', '{o1}/data']")).cluster().splitPoints()).containsExactly("p{x", "{o1}");
    assertThat(mistakes(withSplitPoints("['{o1}/a', '{o1}/b']"))).singleElement().asString().contains("stands there twice");
  }

  @Test
  void scalarsKeepTheLettersTheyWereWrittenWith() {
    String yaml = GOOD.replace("three", "010").replace("split-points: [l, libm, p]", "split-points: [1e3, no, ~, null, 'null']");

    assertThat(mistakes(yaml)).singleElement().asString().contains("list of texts");
    assertThat(load(yaml.replace("~, null, ", "")).cluster().id()).isEqualTo("010");
    assertThat(load(yaml.replace("~, null, ", "")).cluster().splitPoints()).containsExactly("1e3", "no", "null");
  }

  @Test
  void aKeyWithNothingAfterItIsAMistakeNotADefault() {
    assertThat(mistakes(GOOD + "raft.heartbeat:\n")).singleElement().asString().contains("raft.heartbeat = ''");
  }

  @Test
  void whatIsNoYamlIsSaidWithItsLine() {
    assertThat(mistakes("node.name: n1\n\t- x: [\n")).isNotEmpty().first().asString().contains("n1.yaml line").contains("is not YAML");
    assertThat(mistakes("- a\n- b\n")).first().asString().contains("must be lines of KEY: VALUE");
    assertThat(mistakes(GOOD + "---\nnode.name: n2\n")).first().asString().contains("must be one YAML document");
    assertThat(mistakes("")).anySatisfy(mistake -> assertThat(mistake).startsWith("node.name: is not given"));
  }

  @Test
  void queuesThatCannotHoldTheLargestThingAreRefused() {
    assertThat(mistakes(GOOD + "limits.value-bytes: 8MiB\nlimits.inbox-bytes: 1MiB\n")).singleElement().asString()
        .contains("limits.inbox-bytes = 1MiB").contains("must hold one largest command");
    assertThat(mistakes(GOOD + "limits.node-inflight-bytes: 2MiB\n")).singleElement().asString()
        .contains("must be at least limits.connection-inflight-bytes (16MiB)");
  }

  private static String withSplitPoints(String points) {
    return GOOD.replace("[l, libm, p]", points);
  }

  private static NodeConfig load(String yaml) {
    return ConfigLoader.load("n1.yaml", yaml, Map.of(), List.of());
  }

  private static List<String> mistakes(String yaml) {
    return mistakes(yaml, Map.of(), List.of());
  }

  private static List<String> mistakes(String yaml, Map<String, String> environment, List<Map.Entry<String, String>> flags) {
    ConfigException refused =
        catchThrowableOfType(ConfigException.class, () -> ConfigLoader.load("n1.yaml", yaml, environment, flags));
    assertThat(refused).as("the configuration is refused").isNotNull();
    List<String> lines = new ArrayList<>();
    refused.mistakes().forEach(mistake -> lines.add(mistake.toString()));
    return lines;
  }
}
