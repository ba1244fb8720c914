package io.cairn.server.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.cairn.platform.JdkFiles;
import io.cairn.platform.JdkRandomSource;
import io.cairn.protocol.link.Judge;
import io.cairn.protocol.transport.HostPort;
import io.cairn.protocol.wire.HandshakeError;
import io.cairn.protocol.wire.HandshakeRefused;
import io.cairn.protocol.wire.Hello;
import io.cairn.protocol.wire.Role;
import io.cairn.protocol.wire.Welcome;
import io.cairn.server.config.ClusterConfig;
import io.cairn.server.config.ClusterNode;
import io.cairn.server.members.ChangeKind;
import io.cairn.server.members.MemberCommand;
import io.cairn.server.members.NodeEntry;
import io.cairn.server.members.NodeTable;
import io.cairn.server.members.Stamp;
import io.cairn.server.members.Standing;
import io.cairn.server.members.TableRules;
import io.cairn.server.testing.VirtualLoops;
import io.cairn.storage.directory.Incarnation;
import io.cairn.storage.directory.NodeDirectory;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HandshakesTest {
  private static final ClusterConfig CLUSTER = new ClusterConfig("n1", "kept", List.of(node(1), node(2), node(3)), List.of());

  @TempDir Path folder;
  private final VirtualLoops loops = new VirtualLoops();
  private final VirtualLoops.VirtualLoop disk = loops.loop("log-writer");
  private NodeDirectory directory;
  private Handshakes handshakes;
  private final NodeBook book = new NodeBook(CLUSTER, Bootstrap.shards(CLUSTER).shards().getFirst().replicas());
  private final AtomicInteger met = new AtomicInteger();

  private static ClusterNode node(int number) {
    return new ClusterNode("n" + number, new HostPort("127.0.0.1", 7_000 + number), new HostPort("127.0.0.1", 8_000 + number));
  }

  @BeforeEach
  void open() {
    directory = NodeDirectory.open(new JdkFiles(), folder.resolve("data").toString(), "kept", "n1", Bootstrap.digest(CLUSTER),
        new JdkRandomSource(1));
    handshakes = new Handshakes(CLUSTER, directory, disk, "1.2", book, met::incrementAndGet);
  }

  @AfterEach
  void close() {
    directory.close();
  }

  private static final class Decided implements Judge.Verdict {
    private Welcome welcome;
    private HandshakeRefused refused;

    @Override
    public void welcome(Welcome said) {
      welcome = said;
    }

    @Override
    public void refuse(HandshakeRefused said) {
      refused = said;
    }
  }

  private Decided judge(Judge judge, Hello hello) {
    var decided = new Decided();
    judge.judge(hello, "1.2.3.4:5", decided);
    loops.run();
    return decided;
  }

  private static Hello.Builder peer(String name, int incarnation) {
    return Hello.newBuilder().setRole(Role.PEER).setClusterId("kept").setNodeName(name)
        .setBootstrapDigest(Bootstrap.digest(CLUSTER)).setIncarnation(incarnation(incarnation));
  }

  private static ByteString incarnation(int seed) {
    byte[] bytes = new byte[16];
    java.util.Arrays.fill(bytes, (byte) seed);
    return ByteString.copyFrom(bytes);
  }

  @Test
  void aPeerIsLetInOnlyOnceItsIncarnationIsNoted() {
    var decided = new Decided();
    handshakes.peers().judge(peer("n2", 7).build(), "1.2.3.4:5", decided);
    assertThat(decided.welcome).as("the directory's loop has not written yet").isNull();
    loops.run();

    assertThat(decided.welcome.getIncarnationKnown()).isTrue();
    assertThat(decided.welcome.getNodeName()).isEqualTo("n1");
    assertThat(directory.identity().peers()).containsOnlyKeys("n2");
    assertThat(judge(handshakes.peers(), peer("n2", 7).build()).welcome).isNotNull();
  }

  @Test
  @DisplayName("MB-08 a node that comes back under its name with another data directory is refused")
  void anotherIncarnationIsRefused() {
    judge(handshakes.peers(), peer("n2", 7).build());

    Decided decided = judge(handshakes.peers(), peer("n2", 8).build());

    assertThat(decided.welcome).isNull();
    assertThat(decided.refused.getError()).isEqualTo(HandshakeError.INCARNATION);
    assertThat(decided.refused.getMessage()).contains("start it with its old directory, or replace the node");
  }

  @Test
  void whoDoesNotBelongHereIsToldWhatWouldBeRight() {
    expect(peer("n2", 7).setClusterId("other"), HandshakeError.CLUSTER_ID, "'kept'");
    expect(peer("n2", 7).setClusterId(""), HandshakeError.CLUSTER_ID, "'kept'");
    expect(peer("n9", 7), HandshakeError.UNKNOWN_NODE, "n1, n2, n3");
    expect(peer("n1", 7), HandshakeError.UNKNOWN_NODE, "this node itself");
    expect(peer("n2", 7).setBootstrapDigest(5), HandshakeError.BOOTSTRAP, "cluster.split-points");
    expect(peer("n2", 7).setIncarnation(ByteString.copyFromUtf8("short")), HandshakeError.MALFORMED, "16 bytes");
    assertThat(directory.identity().peers()).isEmpty();
  }

  private void expect(Hello.Builder hello, HandshakeError error, String part) {
    HandshakeRefused refused = judge(handshakes.peers(), hello.build()).refused;
    assertThat(refused.getError()).isEqualTo(error);
    assertThat(refused.getMessage()).contains(part);
  }

  /** Three founders, n4 which was added and has joined with a directory, n5 which is coming, n6 whose adding was taken back. */
  private void founded() {
    NodeTable table = NodeTable.NONE;
    var founders = CLUSTER.nodes().stream().map(node -> new NodeEntry(node.name().charAt(1) - '0', node.name(), node.peer(), node.client(),
        Standing.VOTER, Optional.empty())).toList();
    for (MemberCommand command : List.of(new MemberCommand.Found(founders), add(1, 4), stepped(1, false),
        new MemberCommand.Join(4, new Incarnation(0x0404040404040404L, 0x0404040404040404L)), add(2, 5), new MemberCommand.TakeBack(2, "no"),
        stepped(2, true), add(3, 6))) {
      NodeTable next = TableRules.apply(table, command);
      assertThat(next).as("%s", command).isNotSameAs(table);
      table = next;
    }
    book.take(table);
  }

  private static MemberCommand add(long change, int node) {
    return new MemberCommand.Begin(change, ChangeKind.ADD, "n" + node, "", node(node).peer(), node(node).client(), new TreeSet<>(Set.of(0)));
  }

  private static MemberCommand stepped(long change, boolean back) {
    return new MemberCommand.Stepped(new Stamp(change, 0, back), 0);
  }

  private static Hello.Builder member(int node) {
    return peer("n" + node, node).setNodeId(node).setFeatureLevel(2).setPeerAddress("127.0.0.1:" + (7_000 + node));
  }

  @Test
  @DisplayName("MB-02 whoever is in the table of nodes is judged by it")
  void theTableOfNodesJudges() {
    founded();

    assertThat(judge(handshakes.peers(), member(4).build()).welcome.getIncarnationKnown()).isTrue();
    assertThat(judge(handshakes.peers(), member(2).setNodeId(0).build()).welcome).as("who does not know its id").isNotNull();
    expect(member(2).setNodeId(3), HandshakeError.INCARNATION, "has id 2 here, not 3");
    expect(member(4).setIncarnation(incarnation(9)), HandshakeError.INCARNATION, "another data directory");
    expect(member(5), HandshakeError.REMOVED, "n5");
    expect(member(5).setJoining(true).setNodeId(0), HandshakeError.REMOVED, "n5");
    expect(member(2).setFeatureLevel(1), HandshakeError.VERSION, "feature level 2");
  }

  @Test
  @DisplayName("a node that has not joined yet tells nobody that he is not who he says: its configuration may number them as the cluster does not")
  void whoHasNotJoinedJudgesNobody() {
    directory.close();
    directory = NodeDirectory.open(new JdkFiles(), folder.resolve("joining").toString(), "kept", "a", 0, new JdkRandomSource(1));
    var self = new ClusterNode("a", new HostPort("127.0.0.1", 7_009), new HostPort("127.0.0.1", 8_009));
    var joining = new ClusterConfig("a", "kept", List.of(self, node(1), node(2), node(3)), List.of(), List.of(node(1).peer()));
    var told = new NodeBook(joining, Collections.emptySortedMap());
    var judging = new Handshakes(joining, directory, disk, "1.2", told, met::incrementAndGet);

    judgesNobody(judging);
    directory.markJoined(4, Bootstrap.digest(CLUSTER));
    judgesNobody(judging); // The loops of the peers' port do not wait for the log's loop, which goes on to the next line.
    told.bornWith(Bootstrap.shards(CLUSTER).shards().getFirst().replicas());
    for (int node = 1; node <= 3; node++) {
      assertThat(judge(judging.peers(), member(node).build()).welcome).as("n%d", node).isNotNull();
    }
    assertThat(judge(judging.clients(), Hello.getDefaultInstance()).welcome).isNotNull();
  }

  private void judgesNobody(Handshakes judging) {
    for (int node = 1; node <= 3; node++) {
      assertThat(judge(judging.peers(), member(node).build()).refused.getError()).isEqualTo(HandshakeError.UNKNOWN_NODE);
    }
    assertThat(judge(judging.clients(), Hello.getDefaultInstance()).refused.getMessage()).contains("'a' has not joined its cluster yet");
  }

  @Test
  void ofStrangersNoMoreThanAFewAreBelieved() {
    founded();
    for (int node = 7; node < 7 + NodeBook.STRANGERS_MAX; node++) {
      assertThat(judge(handshakes.peers(), member(node).build()).welcome).as("n%d", node).isNotNull();
    }
    expect(member(100), HandshakeError.UNKNOWN_NODE, "there is no node of that name");
    assertThat(directory.identity().peers()).hasSize(NodeBook.STRANGERS_MAX);
    assertThat(judge(handshakes.peers(), member(7).build()).welcome).as("who is known already").isNotNull();
  }

  @Test
  void aNodeThatJoinsIsLetInAndNothingIsNotedOfIt() {
    founded();
    Hello joining = member(6).setJoining(true).setNodeId(0).setBootstrapDigest(0).build();

    assertThat(judge(handshakes.peers(), joining).welcome.getIncarnationKnown()).isFalse();
    assertThat(directory.identity().peers()).isEmpty();
    expect(joining.toBuilder().setNodeName("n9"), HandshakeError.UNKNOWN_NODE, "n1, n2, n3, n4, n6");
    expect(joining.toBuilder().setClusterId("other"), HandshakeError.CLUSTER_ID, "'kept'");
    expect(joining.toBuilder().setJoining(false), HandshakeError.BOOTSTRAP, "cluster.nodes");
  }

  @Test
  void whoCameAfterWhatThisNodeKnowsIsLetInUnderANameThatANodeCanHave() {
    expect(member(7), HandshakeError.UNKNOWN_NODE, "n1, n2, n3");
    founded();
    for (String name : List.of("", "n 7", "n=7", "n\n7", "n".repeat(300))) {
      expect(member(7).setNodeName(name), HandshakeError.UNKNOWN_NODE, "there is no node of that name");
    }
    for (String address : List.of("", "127.0.0.1", "127.0.0.1:0", "[[]]:7007")) {
      expect(member(7).setPeerAddress(address), HandshakeError.UNKNOWN_NODE, "there is no node of that name");
    }
    expect(member(7).setNodeId(5), HandshakeError.UNKNOWN_NODE, "there is no node of that name");
    assertThat(met).hasValue(0);

    assertThat(judge(handshakes.peers(), member(7).build()).welcome.getIncarnationKnown()).isTrue();
    assertThat(met).hasValue(1);
    assertThat(book.others()).containsEntry("n7", new HostPort("127.0.0.1", 7_007));
  }

  @Test
  void aClientNeedNotNameTheClusterButMustNotNameAnother() {
    assertThat(judge(handshakes.clients(), Hello.newBuilder().build()).welcome.getClusterId()).isEqualTo("kept");
    assertThat(judge(handshakes.clients(), Hello.newBuilder().setClusterId("kept").build()).welcome).isNotNull();
    assertThat(judge(handshakes.clients(), Hello.newBuilder().setClusterId("other").build()).refused.getError())
        .isEqualTo(HandshakeError.CLUSTER_ID);
  }

  @Test
  void whatThisNodeSaysOfItselfIsWhatItsDirectorySays() {
    Hello hello = handshakes.hello();

    assertThat(hello.getRole()).isEqualTo(Role.PEER);
    assertThat(hello.getIncarnation()).hasSize(16);
    assertThat(hello.getBootstrapped()).isFalse();
    directory.markBootstrapped();
    assertThat(handshakes.hello().getBootstrapped()).isTrue();
  }
}
