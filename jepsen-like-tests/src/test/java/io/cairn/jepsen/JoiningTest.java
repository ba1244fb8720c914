package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.client.ClusterMembers;
import io.cairn.client.ClusterMembers.Standing;
import io.cairn.client.KvClient;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.UnknownOutcomeException;
import io.cairn.jepsen.cluster.Await;
import io.cairn.jepsen.cluster.KvdNode;
import io.cairn.jepsen.cluster.LocalCluster;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Nodes that come wrongly, too late, or when they were removed already; and what an operator mistypes. */
final class JoiningTest {
  /** The exit status of a node that was removed. */
  private static final int REMOVED = 8;
  private static final Duration MOST = Duration.ofSeconds(60);

  @RegisterExtension
  static final ClusterExtension EXTENSION = new ClusterExtension(() -> LocalCluster.builder().build());

  private final LocalCluster cluster = EXTENSION.cluster();
  private KvClient admin;

  @BeforeEach
  void connect() {
    admin = cluster.client(MOST);
  }

  @AfterEach
  void disconnect() {
    admin.close();
  }

  @Test
  @DisplayName("a node that names the others in its configuration, too, joins under the id that the cluster gave it, and shows every shard")
  void aNodeThatNamesTheOthersJoins() throws IOException {
    KvdNode node = cluster.join("a-node");
    node.kill();
    node.start("--cluster.nodes", cluster.nodes().stream().map(JoiningTest::listed).collect(Collectors.joining(",")));
    add(node);
    node.awaitReady(MOST);

    assertThat(metrics(node)).contains("kvd_remembered_clients{shard=\"0\"}", "kvd_remembered_clients{shard=\"3\"}");
    remove(node);
    awaitStatus(node, REMOVED);
    cluster.forget(node);
  }

  @Test
  @DisplayName("a node whose adding was taken back before it came does not wait for ever")
  void aNodeThatComesTooLateStops() {
    KvdNode node = cluster.join("late");
    node.kill();
    add(node);
    remove(node);
    for (int life = 1; life <= 2; life++) {
      node.start();
      awaitStatus(node, REMOVED);
    }
    cluster.forget(node);
  }

  @Test
  @DisplayName("MB-02 a node that was down while it was removed is told when it comes back, and starts no more")
  void aNodeThatWasDownWhileItWasRemovedStops() {
    KvdNode node = cluster.join("down");
    add(node);
    node.awaitReady(MOST);
    change(() -> admin.promoteMember(node.name(), MOST));
    node.kill();
    remove(node);
    for (int life = 1; life <= 2; life++) {
      node.start();
      awaitStatus(node, REMOVED);
    }
    cluster.forget(node);
    cluster.awaitReady();
  }

  @Test
  @DisplayName("a node of another cluster is not let in, whatever it is called")
  void aNodeOfAnotherClusterIsNotLetIn() {
    KvdNode node = cluster.join("stranger", "--cluster.id", "another");
    add(node);
    Await.until("it is told why", MOST, () -> node.log().contains("not to 'another'"));

    assertThat(node.isReady()).isFalse();
    assertThatThrownBy(() -> admin.promoteMember(node.name(), MOST)).isInstanceOf(RefusedException.class).hasMessageContaining("lags");
    node.kill();
    remove(node);
    cluster.forget(node);
  }

  @Test
  @DisplayName("an address that would not be read again as it was written is refused, and nothing stops")
  void anAddressThatCannotBeReadAgainIsRefused() {
    for (String address : new String[] {"[[]]:7101", "[\u0001]:7101", "a\nb:7101"}) {
      assertThatThrownBy(() -> admin.addMember("bad", address, "127.0.0.1:7099", MOST))
          .isInstanceOfSatisfying(RefusedException.class, e -> assertThat(e.code()).isEqualTo(RefusedCode.BAD_REQUEST));
    }
    assertThat(admin.members().member("bad")).isEmpty();
    cluster.awaitReady();
  }

  /** As {@code cluster.nodes} has it in a flag. */
  private static String listed(KvdNode node) {
    return "name=" + node.name() + " peer=" + node.addresses().peer() + " client=" + node.addresses().advertised();
  }

  private void add(KvdNode node) {
    change(() -> admin.addMember(node.name(), node.addresses().peer(), node.addresses().advertised(), MOST));
  }

  private void remove(KvdNode node) {
    ClusterMembers members = change(() -> admin.removeMember(node.name(), MOST));
    assertThat(members.member(node.name()).orElseThrow().standing()).isEqualTo(Standing.REMOVED);
  }

  /** A cluster that has just begun may not have written down yet with whom; a learner may lag. */
  private static ClusterMembers change(Supplier<ClusterMembers> change) {
    var last = new AtomicReference<>("");
    return Await.until("the members are changed", MOST, () -> {
      try {
        return Optional.of(change.get());
      } catch (RefusedException e) {
        if (!e.getMessage().contains("has not written down yet") && !e.getMessage().contains("lags")) {
          throw e;
        }
        last.set(e.getMessage());
      } catch (UnknownOutcomeException e) {
        last.set(e.getMessage());
      }
      return Optional.empty();
    }, last::get);
  }

  private static void awaitStatus(KvdNode node, int status) {
    assertThat(node.process().awaitExit(MOST)).as("how %s ended; it wrote:%n%s", node, node.log()).isEqualTo(status);
  }

  private static String metrics(KvdNode node) throws IOException {
    try (InputStream page = URI.create("http://" + node.addresses().admin() + "/metrics").toURL().openStream()) {
      return new String(page.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
