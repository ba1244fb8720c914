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
import io.cairn.server.testing.VirtualLoops;
import io.cairn.storage.directory.NodeDirectory;
import java.nio.file.Path;
import java.util.List;
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
