package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.client.KvClient;
import io.cairn.client.services.KnownInstance;
import io.cairn.client.services.Lifecycle;
import io.cairn.client.services.ServiceView;
import io.cairn.jepsen.cluster.Await;
import io.cairn.jepsen.cluster.KvdNode;
import io.cairn.jepsen.cluster.LocalCluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Issue 6: {@code kvctl service register|list|watch|drain} as processes, against three real nodes. */
final class KvctlServicesTest {
  private static final Duration MOST = Duration.ofSeconds(30);

  @RegisterExtension
  static final ClusterExtension EXTENSION = new ClusterExtension(() -> LocalCluster.builder().build());

  @TempDir
  private Path directory;

  private final Kvctl kvctl = new Kvctl(EXTENSION.cluster());
  private final List<Process> started = new ArrayList<>();

  private Process start(String name, String... arguments) throws IOException {
    Process process = kvctl.start(directory.resolve(name + ".out"), directory.resolve(name + ".err"), arguments);
    started.add(process);
    return process;
  }

  private String text(String file) {
    try {
      return Files.readString(directory.resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void awaitText(String file, String part) {
    Await.until(file + " says " + part, MOST, () -> text(file).contains(part));
  }

  @AfterEach
  void end() throws InterruptedException {
    for (Process process : started) {
      process.destroyForcibly().waitFor();
    }
  }

  @Test
  @DisplayName("it is registered while kvctl runs, told that it drains, and deregistered on SIGTERM, on purpose, also while the "
      + "leader is killed; after SIGKILL its lease ends")
  void registeredWhileItRuns() throws Exception {
    try (KvClient client = EXTENSION.cluster().client(); ServiceView view = client.discovery().service("orders")) {
      start("watch", "service", "watch", "orders");
      start("json", "service", "watch", "orders", "-w", "json");
      start("raw", "service", "watch", "orders", "-w", "raw");
      Process one = start("one", "service", "register", "orders", "o-1", "--address", "10.0.0.7:8080", "--ttl", "5s", "--weight", "7", "--version", "v2",
          "--zone", "z", "--tag", "a", "--tag", "b", "--meta", "rack=r1", "--meta", "owner=x=y");
      Process two = start("two", "service", "register", "orders", "o-2", "--address", "10.0.0.8:8080", "--ttl", "5s", "-w", "json");
      awaitText("one.out", "registered orders o-1 at 10.0.0.7:8080\n");
      awaitText("two.out", "{\"service\":\"orders\",\"id\":\"o-2\",\"address\":\"10.0.0.8:8080\",\"generation\":1}\n");
      Await.until("both are seen", MOST, () -> view.candidates().size() == 2);
      // A kvctl that is the first after a build takes its time to begin.
      awaitText("watch.out", "up\to-1\t10.0.0.7:8080\n");
      awaitText("watch.out", "up\to-2\t10.0.0.8:8080\n");
      awaitText("json.out", "\"o-2\"");
      awaitText("raw.out", "10.0.0.7:8080 10.0.0.8:8080\n");
      assertThat(view.candidates().get(0).instance()).satisfies(instance -> {
        assertThat(instance.weight()).isEqualTo(7);
        assertThat(instance.tags()).containsExactly("a", "b");
        assertThat(instance.metadata()).containsEntry("rack", "r1").containsEntry("owner", "x=y");
      });
      assertThat(kvctl.run("service", "list", "orders").lines()).containsExactly("o-1\t10.0.0.7:8080\tup\t7\tv2\tz\t1",
          "o-2\t10.0.0.8:8080\tup\t100\t-\t-\t1");

      assertThat(kvctl.run("service", "drain", "orders", "o-1").out()).isEqualTo("orders o-1 is draining\n");
      awaitText("one.err", "kvctl: draining\n");
      Await.until("it is no candidate", MOST, () -> view.candidates().stream().map(KnownInstance::id).toList().equals(List.of("o-2")));
      assertThat(view.instances().get(0).lifecycle()).isEqualTo(Lifecycle.DRAINING);

      KvdNode leader = EXTENSION.cluster().leaderOf(0);
      leader.kill();
      two.destroy();
      assertThat(two.waitFor(MOST.toSeconds(), TimeUnit.SECONDS)).isTrue();
      assertThat(two.exitValue()).isEqualTo(143);
      Await.until("it went on purpose", MOST, () -> view.instances().size() == 1);
      assertThat(view.now().isPanicking()).isFalse();
      leader.start();
      EXTENSION.cluster().awaitReady();
      assertThat(view.instances().get(0).lifecycle()).as("its lease has outlived the leader").isEqualTo(Lifecycle.DRAINING);
      one.destroyForcibly();
      Await.until("its lease has ended", MOST, () -> kvctl("service", "list", "orders").isEmpty());
      assertThat(text("raw.out")).contains("\n10.0.0.8:8080\n");
      Await.until("the last line in json has nobody", MOST, () -> text("json.out").endsWith("\"unreadable\":0,\"instances\":[]}\n"));
      awaitText("watch.out", "gone\to-1\t10.0.0.7:8080\n");
      assertThat(text("watch.out").lines()).contains("up\to-1\t10.0.0.7:8080", "up\to-2\t10.0.0.8:8080", "draining\to-1\t10.0.0.7:8080",
          "gone\to-2\t10.0.0.8:8080");
    }
  }

  private String kvctl(String... arguments) {
    try {
      return kvctl.run(arguments).out();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
