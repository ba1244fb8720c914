package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.client.KeyRange;
import io.cairn.client.KvClient;
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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Issue 5: {@code kvctl watch ... -- CMD} and {@code kvctl env PREFIX --watch -- CMD}, as long as they run and when they end. */
final class KvctlCommandsTest {
  private static final Duration MOST = Duration.ofSeconds(30);
  /** Says that it begins, and with which value; runs until it is told to end, and says that, too. */
  private static final String SERVER = "trap 'echo ended $V; kill $!; exit 0' TERM; echo started $V; sleep 1000 & wait $!";

  @RegisterExtension
  static final ClusterExtension EXTENSION = new ClusterExtension(() -> LocalCluster.builder().nodes(1).build());

  @TempDir
  private Path directory;

  private final KvClient client = EXTENSION.cluster().client();
  private final List<Process> started = new ArrayList<>();
  private Path out;
  private Path err;

  @BeforeEach
  void files() {
    out = directory.resolve("out");
    err = directory.resolve("err");
  }

  @AfterEach
  void end() throws InterruptedException {
    client.close();
    for (Process process : started) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().waitFor();
    }
  }

  private Process kvctl(String... arguments) throws IOException {
    Process process = new Kvctl(EXTENSION.cluster()).start(out, err, arguments);
    started.add(process);
    return process;
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void awaitLines(String... lines) {
    Await.until("kvctl shows " + List.of(lines), MOST, () -> text(out).lines().toList().size() >= lines.length);
    assertThat(text(out).lines()).as(text(err)).containsExactly(lines);
  }

  private static int ended(Process process) throws InterruptedException {
    assertThat(process.waitFor(MOST.toSeconds(), TimeUnit.SECONDS)).as("kvctl has ended").isTrue();
    return process.exitValue();
  }

  @Test
  @DisplayName("watch: CMD runs once for each event, one after another in order; kvctl prints nothing itself; both end by SIGTERM")
  void aCommandForEachEvent() throws Exception {
    long first = client.put("w/0", "v0").revision();
    var expected = new ArrayList<>(List.of("begin put w/0 v0 " + first, "end w/0"));
    for (int i = 1; i < 8; i++) {
      expected.add("begin put w/" + i + " v" + i + " " + client.put("w/" + i, "v" + i).revision());
      expected.add("end w/" + i);
    }
    expected.add("begin delete w/3  " + client.delete("w/3").revision());
    expected.add("end w/3");
    Process kvctl = kvctl("watch", "--prefix", "w/", "--rev", Long.toString(first), "--", "sh", "-c",
        "echo begin $CAIRN_EVENT_TYPE $CAIRN_EVENT_KEY \"$CAIRN_EVENT_VALUE\" $CAIRN_EVENT_REVISION; if [ $CAIRN_EVENT_KEY = w/last ]; then " + SERVER
            + "; fi; echo end $CAIRN_EVENT_KEY");
    expected.add("begin put w/last x " + client.put("w/last", "x").revision());
    expected.add("started");
    client.put("w/never", "its turn does not come");
    awaitLines(expected.toArray(String[]::new));

    kvctl.destroy();
    assertThat(ended(kvctl)).isEqualTo(143);
    expected.add("ended");
    awaitLines(expected.toArray(String[]::new));
    assertThat(text(err)).isEmpty();
  }

  @Test
  @DisplayName("env --watch: CMD is ended and run again when a key changes, comes or goes, not when one is put as it was; it ends with kvctl")
  void aProgramFollowsItsEnvironment() throws Exception {
    client.put("e/v", "1");
    Process kvctl = kvctl("env", "e/", "--watch", "--", "sh", "-c", SERVER);
    awaitLines("started 1");
    client.put("e/v", "1");
    client.put("e/v", "2");
    awaitLines("started 1", "ended 1", "started 2");
    client.put("e/other", "x");
    awaitLines("started 1", "ended 1", "started 2", "ended 2", "started 2");
    client.deleteRange(KeyRange.prefix("e/"));
    awaitLines("started 1", "ended 1", "started 2", "ended 2", "started 2", "ended 2", "started");
    kvctl.destroy();
    assertThat(ended(kvctl)).isEqualTo(143);
    awaitLines("started 1", "ended 1", "started 2", "ended 2", "started 2", "ended 2", "started", "ended");
    assertThat(text(err)).isEmpty();
  }

  @Test
  @DisplayName("env --watch: what does not end when asked to is killed after --grace; when CMD ends by itself kvctl ends with its status")
  void aProgramThatDoesNotEndAndOneThatDoes() throws Exception {
    client.put("g/v", "1");
    Process kvctl = kvctl("env", "g/", "--watch", "--grace", "200ms", "--", "sh", "-c",
        "[ $V = 2 ] && exit 5; trap 'echo heard' TERM; echo started $V; while :; do sleep 2 & wait $!; done");
    awaitLines("started 1");
    client.put("g/v", "2");
    assertThat(ended(kvctl)).isEqualTo(5);
    awaitLines("started 1", "heard");
  }

  @Test
  @DisplayName("env --watch: keys that make no environment end kvctl with a message, and CMD with it")
  void aProgramDoesNotOutliveKvctl() throws Exception {
    client.put("d/v", "1");
    Process kvctl = kvctl("env", "d/", "--watch", "--", "sh", "-c", SERVER);
    awaitLines("started 1");
    client.put("d/V", "2");
    assertThat(ended(kvctl)).isEqualTo(4);
    awaitLines("started 1", "ended 1");
    assertThat(text(err)).contains("d/V and d/v are both called V");
  }

  private KvdNode node() {
    return EXTENSION.cluster().nodes().getFirst();
  }

  @Test
  @DisplayName("env --watch: CMD goes on while the cluster is away, and follows again once it is back; kvctl ends when it is told to meanwhile")
  void aProgramOutlivesTheClustersAbsence() throws Exception {
    client.put("a/v", "1");
    Process kvctl = kvctl("env", "a/", "--watch", "--", "sh", "-c", SERVER);
    awaitLines("started 1");
    node().kill();
    node().start();
    EXTENSION.cluster().awaitReady();
    client.put("a/v", "1");
    client.put("a/v", "2");
    awaitLines("started 1", "ended 1", "started 2");

    node().kill();
    try {
      kvctl.destroy();
      assertThat(ended(kvctl)).isEqualTo(143);
      awaitLines("started 1", "ended 1", "started 2", "ended 2");
      assertThat(text(err)).isEmpty();
    } finally {
      node().start();
      EXTENSION.cluster().awaitReady();
    }
  }

  @Test
  @DisplayName("env --watch: without a cluster CMD is not run, and the message says who does not answer")
  void aProgramIsNotRunWithoutItsKeys() throws Exception {
    node().kill();
    try {
      Process kvctl = kvctl("env", "a/", "--watch", "--timeout", "1s", "--", "sh", "-c", SERVER);
      assertThat(ended(kvctl)).isEqualTo(new Kvctl(EXTENSION.cluster()).run("get", "a/v", "--timeout", "1s").status());
      assertThat(text(out)).isEmpty();
      assertThat(text(err)).contains("UNAVAILABLE").doesNotContain("awaitSynced");
    } finally {
      node().start();
      EXTENSION.cluster().awaitReady();
    }
  }

  @Test
  @DisplayName("env --watch: one that stood still until its events were compacted is shown what is different, and runs CMD again once, with the keys of now")
  void aProgramFollowsOverACompaction() throws Exception {
    client.put("c/v", "1");
    client.put("c/gone", "x");
    String server = SERVER.replace("$V", "$V$GONE");
    Process kvctl = kvctl("env", "c/", "--watch", "--", "sh", "-c", server);
    awaitLines("started 1x");
    signal(kvctl, "STOP");
    for (int i = 2; i < 10; i++) {
      client.put("c/v", Integer.toString(i));
    }
    long last = client.delete("c/gone").revision();
    client.compact(last);
    Await.until("it is compacted", MOST, () -> client.history().isCompactedTo(last));
    node().kill(); // What it was sent before is read yet; what it wants from then on is gone.
    node().start();
    EXTENSION.cluster().awaitReady();
    client.put("c/v", "10");
    long behind = client.put("c/v", "11").revision();
    client.compact(behind);
    Await.until("it is compacted again", MOST, () -> client.history().isCompactedTo(behind));
    signal(kvctl, "CONT");
    Await.until("it runs with the keys of now", MOST, () -> text(out).endsWith("started 11\n"));
    assertThat(text(err)).isEmpty();
    // Of what had come before it stood still it may have seen an end of its own.
    assertThat(text(out).lines().filter(line -> line.startsWith("started")).count()).isBetween(2L, 3L);
  }

  private static void signal(Process process, String name) throws Exception {
    assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor()).isZero();
  }

  @Test
  @DisplayName("env --watch: changes that never end restart CMD all the same")
  void aProgramFollowsARestlessEnvironment() throws Exception {
    client.put("r/v", "0");
    kvctl("env", "r/", "--watch", "--", "sh", "-c", SERVER);
    awaitLines("started 0");
    var puts = new long[1];
    Await.until("it was started again though its keys do not rest", MOST, () -> {
      client.put("r/v", Long.toString(++puts[0]));
      return text(out).lines().filter(line -> line.startsWith("started")).count() > 1;
    });
  }
}
