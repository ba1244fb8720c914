package io.cairn.server.main;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code kvd} as a process: signals, exit statuses and what a terminal sees. */
@Timeout(120)
class KvdProcessTest {
  @TempDir
  Path folder;
  private Process process;
  private BufferedReader err;
  private BufferedReader out;
  private final List<String> errLines = new ArrayList<>();

  @AfterEach
  void end() {
    if (process != null) {
      process.destroyForcibly();
    }
  }

  @Test
  void endsInOrderAtSigterm() throws Exception {
    start("plain");
    awaitErr("NodeProcess started; admin=127.0.0.1:");
    process.toHandle().destroy();

    assertThat(process.waitFor()).isZero();
    assertThat(out.readLine()).isEqualTo("stopping");
    readAllErr();
    assertThat(errLines).anySatisfy(line -> assertThat(line).contains("closed; answered-all=true"))
        .last().asString().contains("ended; status=0");
  }

  @Test
  void endsInOrderAtSigint() throws Exception {
    start("plain");
    awaitErr("NodeProcess started");
    new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();

    assertThat(process.waitFor()).isZero();
  }

  @Test
  void aSecondSigtermEndsAtOnce() throws Exception {
    start("never-closes");
    awaitErr("NodeProcess started");
    process.toHandle().destroy();
    assertThat(out.readLine()).isEqualTo("stopping");
    process.toHandle().destroy();

    assertThat(process.waitFor()).isEqualTo(128 + 15);
  }

  @Test
  void aSigtermDuringRecoveryEndsAtOnceWithStatus0() throws Exception {
    start("recovers-for-ever");
    assertThat(out.readLine()).isEqualTo("recovering");
    process.toHandle().destroy();

    assertThat(process.waitFor()).isZero();
  }

  @Test
  void aNodeThatCannotCloseIsLeftAfterTheGraceAndTheStatusSaysSo() throws Exception {
    start("never-closes", "--shutdown.grace", "100ms");
    awaitErr("NodeProcess started");
    process.toHandle().destroy();

    assertThat(process.waitFor()).isEqualTo(ExitStatus.BROKEN.code());
    readAllErr();
    assertThat(errLines).anySatisfy(line -> assertThat(line).contains("could not close in time"));
  }

  @ParameterizedTest
  @CsvSource({
      "disk-fails-at-start, 4, log/000001: Input/output error",
      "io-error-at-start, 4, Input/output error",
      "wrong-directory, 5, holds the data of node n2",
      "newer-format, 6, 'format 2, this version reads up to 1'",
      "bug-at-start, 1, committed 3 <= last 2",
      "breaks, 4, fdatasync failed",
      "bug, 1, committed 3 <= last 2"})
  void theStatusAndTheLogTellWhatFailed(String script, int status, String message) throws Exception {
    start(script);

    assertThat(process.waitFor()).isEqualTo(status);
    readAllErr();
    assertThat(errLines).anySatisfy(line -> assertThat(line).contains(message));
  }

  @Test
  @DisplayName("JV-05 what a thread throws and nobody catches ends the process")
  void whatNobodyCatchesEndsTheProcess() throws Exception {
    start("uncaught");

    assertThat(process.waitFor()).isEqualTo(ExitStatus.BROKEN.code());
    readAllErr();
    assertThat(errLines).anySatisfy(line -> assertThat(line).contains("nobody expected this"));
  }

  @Test
  @DisplayName("JV-05 a process out of memory ends; it does not limp")
  void outOfMemoryEndsTheProcess() throws Exception {
    start("out-of-memory");

    assertThat(process.waitFor()).isEqualTo(ExitStatus.OUT_OF_MEMORY.code());
  }

  @Test
  void aTakenPortHasAStatusOfItsOwn() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      start("plain", "--admin.listen", "127.0.0.1:" + taken.getLocalPort());

      assertThat(process.waitFor()).isEqualTo(ExitStatus.PORT_IN_USE.code());
      readAllErr();
      assertThat(errLines).anySatisfy(line -> assertThat(line).contains("cannot listen on admin.listen 127.0.0.1:" + taken.getLocalPort()));
    }
  }

  @Test
  void aBadConfigurationShowsEveryMistakeAndTouchesNothing() throws Exception {
    start("plain", "--raft.hartbeat=50ms", "--net.loops", "many", "stray");

    assertThat(process.waitFor()).isEqualTo(ExitStatus.BAD_CONFIGURATION.code());
    readAllErr();
    assertThat(errLines).containsExactly(
        "kvd: " + folder.resolve("n1.yaml") + " cannot be used; 3 mistakes:",
        "  'stray' is not understood; flags are --config FILE and --KEY VALUE, see kvd --help",
        "  raft.hartbeat = 50ms (--raft.hartbeat): no such key; did you mean raft.heartbeat?",
        "  net.loops = many (--net.loops): must be a whole number, as in 1000");
    assertThat(folder.resolve("data")).doesNotExist();
  }

  @Test
  void theAdminPortServesWhileTheNodeRuns() throws Exception {
    start("plain");
    String started = awaitErr("NodeProcess started; admin=");
    String admin = started.substring(started.indexOf("admin=") + "admin=".length());
    try (HttpClient http = HttpClient.newHttpClient()) {
      for (String page : new String[] {"/metrics", "/livez", "/readyz"}) {
        HttpResponse<String> answer = http.send(
            HttpRequest.newBuilder(URI.create("http://" + admin + page)).build(), HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(page).isEqualTo(200);
        if (page.equals("/metrics")) {
          assertThat(answer.body()).contains("kvd_info{cluster=\"c\",node=\"n1\",version=\"" + Version.current() + "\"} 1\n")
              .contains("kvd_jvm_heap_used_bytes ").contains("kvd_queue_limit_bytes{queue=\"logging\"} 1048576.0");
        }
      }
    }
  }

  @Test
  void logsGoToTheFileThatIsNamed() throws Exception {
    start("bug", "--logging.file", folder.resolve("n1.log").toString(), "--logging.format", "json");

    assertThat(process.waitFor()).isEqualTo(ExitStatus.BROKEN.code());
    readAllErr();
    assertThat(errLines).isEmpty();
    assertThat(Files.readString(folder.resolve("n1.log"))).contains("\"event\":\"starting\"").contains("\"node\":\"n1\"");
  }

  private void start(String script, String... flags) throws IOException {
    Path config = Files.writeString(folder.resolve("n1.yaml"), """
        node.name: n1
        cluster.id: c
        cluster.nodes: [{name: n1, peer: 127.0.0.1:7101, client: 127.0.0.1:7001}]
        storage.dir: %s
        """.formatted(folder.resolve("data")));
    // Whoever runs the tests in the background of a script has told all their children to ignore SIGINT.
    List<String> command = new ArrayList<>(List.of("env", "--default-signal=INT", System.getProperty("java.home") + "/bin/java", "-Xmx48m",
        "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:+ExitOnOutOfMemoryError", "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow", "-cp", System.getProperty("java.class.path"), ScriptedNode.class.getName(), script,
        "--config", config.toString()));
    if (!List.of(flags).contains("--admin.listen")) {
      command.addAll(List.of("--admin.listen", "127.0.0.1:0"));
    }
    command.addAll(List.of(flags));
    process = new ProcessBuilder(command).start();
    err = process.errorReader(StandardCharsets.UTF_8);
    out = process.inputReader(StandardCharsets.UTF_8);
  }

  private String awaitErr(String words) throws IOException {
    for (String line = err.readLine(); line != null; line = err.readLine()) {
      errLines.add(line);
      if (line.contains(words)) {
        return line;
      }
    }
    throw new AssertionError("'" + words + "' was never logged, but: " + String.join("\n", errLines));
  }

  private void readAllErr() throws IOException {
    for (String line = err.readLine(); line != null; line = err.readLine()) {
      errLines.add(line);
    }
  }
}
