package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.client.ByteSeq;
import io.cairn.client.GetOptions;
import io.cairn.client.KvClient;
import io.cairn.jepsen.cluster.KvdNode;
import io.cairn.jepsen.cluster.LocalCluster;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Issue 2, "What bad input gets": a node that is started wrongly ends with a status and a message of its own, touches nothing, and the
 * other two go on; started rightly it takes part again and holds everything.
 */
final class DataDirectoryTest {
  private static final Duration MOST = Duration.ofSeconds(30);
  private static final int BAD_CONFIGURATION = 2;
  private static final int WRONG_DIRECTORY = 5;
  private static final int NEWER_FORMAT = 6;
  private static final int PORT_IN_USE = 7;

  @RegisterExtension
  static final ClusterExtension EXTENSION = new ClusterExtension(() -> LocalCluster.builder().build(), "could not start",
      "node 'n3' is known here with another data directory");

  private static KvClient client;
  private static long revision;

  private final LocalCluster cluster = EXTENSION.cluster();
  private final KvdNode node = cluster.node("n3");

  /** The node is away, and the others acknowledge something meanwhile. */
  @BeforeAll
  static void stopTheNode() {
    assertThat(EXTENSION.cluster().node("n3").stop(MOST)).isZero();
    client = EXTENSION.cluster().client(MOST);
    revision = client.put("k/kept", "v").revision();
  }

  @AfterEach
  void theOthersServeOn() {
    assertThat(cluster.others(node)).allMatch(KvdNode::isRunning);
    assertThat(client.get("k/kept").found().orElseThrow().modRevision()).isEqualTo(revision);
    revision = client.put("k/kept", "v").revision();
  }

  @AfterAll
  static void startedRightlyItTakesPartAgain() {
    LocalCluster cluster = EXTENSION.cluster();
    KvdNode node = cluster.node("n3");
    if (!node.isRunning()) {
      node.start();
    }
    try (KvClient closing = client) {
      cluster.awaitReady();
      for (KvdNode each : cluster.nodes()) {
        assertThat(closing.get(ByteSeq.utf8("k/kept"), GetOptions.DEFAULT.withNode(each.name())).found().orElseThrow().modRevision())
            .as("on %s", each).isEqualTo(revision);
      }
    }
  }

  /** Starts the node wrongly; returns what it wrote. */
  private String failsWith(int status, String... flags) {
    node.start(flags);
    assertThat(node.process().awaitExit(MOST)).as("exit status; it wrote:%n%s", node.process().stderr()).isEqualTo(status);
    assertThat(node.process().stderr()).doesNotContain("\tat ");
    return node.process().stderr();
  }

  /** Every file below with its bytes' hash. */
  private static Map<Path, Integer> contents(Path directory) throws IOException {
    var contents = new TreeMap<Path, Integer>();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        contents.put(file, Arrays.hashCode(Files.readAllBytes(file)));
      }
    }
    return contents;
  }

  @Test
  @DisplayName("another node's data directory: status 5, both names said, nothing touched")
  void anotherNodesDirectory() throws IOException {
    KvdNode other = cluster.node("n2");
    assertThat(failsWith(WRONG_DIRECTORY, "--storage.dir", other.directory().toString())).contains("'n2'").contains("'n3'");
    assertThat(other.stop(MOST)).isZero();
    Map<Path, Integer> before = contents(other.directory());
    failsWith(WRONG_DIRECTORY, "--storage.dir", other.directory().toString());
    assertThat(contents(other.directory())).isEqualTo(before);
    other.start();
  }

  @Test
  @DisplayName("MB-08 an empty data directory under a known name: status 5 while the others go on, and the old one is taken again")
  void emptyDirectoryUnderAKnownName() {
    Path empty = node.directory().resolveSibling("empty");
    assertThat(failsWith(WRONG_DIRECTORY, "--storage.dir", empty.toString())).contains("n3").contains("another data directory");
    revision = client.put("k/kept", "meanwhile").revision();
    assertThat(failsWith(WRONG_DIRECTORY, "--storage.dir", empty.toString())).contains("another data directory");
  }

  @Test
  @DisplayName("a folder of something else: status 5, and nothing is added to it")
  void folderOfSomethingElse() throws IOException {
    Path folder = Files.createDirectories(node.directory().resolveSibling("photos"));
    Files.writeString(folder.resolve("holiday.jpg"), "not ours");
    Map<Path, Integer> before = contents(folder);
    assertThat(failsWith(WRONG_DIRECTORY, "--storage.dir", folder.toString())).contains("holiday.jpg");
    assertThat(contents(folder)).isEqualTo(before);
  }

  @Test
  @DisplayName("a data directory of a newer format: status 6, both versions named, nothing touched")
  void newerFormat() throws IOException {
    Path identity = node.directory().resolve("IDENTITY");
    byte[] ours = Files.readAllBytes(identity);
    Files.writeString(identity, Files.readString(identity).replace("format=2\n", "format=3\n"));
    Map<Path, Integer> before = contents(node.directory());
    assertThat(failsWith(NEWER_FORMAT)).contains("format 3").contains("up to 2");
    assertThat(contents(node.directory())).isEqualTo(before);
    Files.write(identity, ours);
  }

  @Test
  @DisplayName("the data directory of a process that runs: status 5, and that process goes on")
  void directoryInUse() {
    node.start();
    node.awaitReady(LocalCluster.START_MOST);
    KvdNode twin = cluster.twinOf(node);
    twin.start();
    assertThat(twin.process().awaitExit(MOST)).as(twin.process().stderr()).isEqualTo(WRONG_DIRECTORY);
    assertThat(twin.process().stderr()).contains("cannot be taken by this process").doesNotContain("\tat ");
    assertThat(node.isReady()).isTrue();
    assertThat(node.stop(MOST)).isZero();
  }

  @Test
  @DisplayName("a port in use, be it for clients, peers or HTTP: status 7 and the address")
  void portInUse() throws IOException {
    for (String key : new String[] {"listen.client", "listen.peer", "admin.listen"}) {
      try (var taken = new ServerSocket()) {
        taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        String address = "127.0.0.1:" + taken.getLocalPort();
        assertThat(failsWith(PORT_IN_USE, "--" + key, address)).as(key).contains(address);
      }
    }
  }

  @Test
  @DisplayName("a configuration with two nodes of one name, with mistakes by the dozen, or none: status 2, every mistake said at once")
  void badConfiguration() throws IOException {
    Path file = node.configFile();
    String ours = Files.readString(file);
    Map<Path, Integer> before = contents(node.directory());
    try {
      Files.writeString(file, ours.replace("{name: n2,", "{name: n1,"));
      assertThat(failsWith(BAD_CONFIGURATION)).contains("cluster.nodes").contains("n1").contains("1 mistake:");
      Files.writeString(file, ours + "\nstorrage.dir: x\nlog.keep: 1KiB\nretries.clients: many\n");
      assertThat(failsWith(BAD_CONFIGURATION)).contains("storrage.dir").contains("storage.dir").contains("log.keep")
          .contains("retries.clients");
      Files.delete(file);
      assertThat(failsWith(BAD_CONFIGURATION)).contains("there is no file");
    } finally {
      Files.writeString(file, ours);
    }
    assertThat(contents(node.directory())).isEqualTo(before);
  }

  @Test
  @DisplayName("a node of another cluster: status 5 with the directory, refused by its peers with one of its own")
  void anotherCluster() {
    assertThat(failsWith(WRONG_DIRECTORY, "--cluster.id", "another")).contains("'jepsen'").contains("'another'");
  }
}
