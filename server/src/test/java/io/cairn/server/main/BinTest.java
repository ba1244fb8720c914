package io.cairn.server.main;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the commands in bin/ decide before a node runs, on a copy of them that has nothing built and no cluster. */
@Timeout(60)
class BinTest {
  private static final Path BIN = Path.of("..", "bin");
  private static final Path CONFIG = Path.of("..", "config", "three-node");

  @TempDir
  Path root;
  private Process bystander;

  @BeforeEach
  void copy() throws IOException {
    Files.createDirectories(root.resolve("bin"));
    Files.createDirectories(root.resolve("config/three-node"));
    Files.createDirectories(root.resolve(".cluster"));
    for (String name : new String[] {"kvd", "kvctl", "cluster", "java.bash"}) {
      Path copy = Files.copy(BIN.resolve(name), root.resolve("bin").resolve(name));
      copy.toFile().setExecutable(true);
    }
    for (String name : new String[] {"n1.yaml", "n2.yaml", "n3.yaml"}) {
      Files.copy(CONFIG.resolve(name), root.resolve("config/three-node").resolve(name));
    }
  }

  @AfterEach
  void end() {
    if (bystander != null) {
      bystander.destroyForcibly();
    }
  }

  @Test
  void aProcessThatIsNotThatNodesIsNeverActedOnThoughItsIdWasKept() throws Exception {
    bystander = new ProcessBuilder("sleep", "600").start();
    Files.writeString(root.resolve(".cluster/n1.pid"), bystander.pid() + " " + startTime(bystander.pid()) + "\n");

    for (String command : new String[] {"kill", "pause", "resume"}) {
      Ran ran = run("bin/cluster", command, "1");
      assertThat(ran.status).isEqualTo(1);
      assertThat(ran.output).isEqualTo("cluster: n1 does not run; bin/cluster start 1 starts it\n");
    }
    assertThat(run("bin/cluster", "status").output).contains("n1  gone", "n2  stopped", "n3  stopped");
    assertThat(run("bin/cluster", "stop").output).isEqualTo("nothing runs\n");
    assertThat(bystander.isAlive()).isTrue();
    assertThat(root.resolve(".cluster/n1.pid")).doesNotExist();
  }

  @Test
  void aProcessWithTheNodesCommandLineButAnotherStartTimeIsNotItsEither() throws Exception {
    bystander = new ProcessBuilder("bash", "-c", "read -r _; : io.cairn.server.main.Kvd --config config/three-node/n1.yaml ").start();
    Files.writeString(root.resolve(".cluster/n1.pid"), bystander.pid() + " " + (startTime(bystander.pid()) - 1) + "\n");
    assertThat(run("bin/cluster", "kill", "1").status).isEqualTo(1);
    assertThat(bystander.isAlive()).isTrue();

    Files.writeString(root.resolve(".cluster/n1.pid"), bystander.pid() + " " + startTime(bystander.pid()) + "\n");
    assertThat(run("bin/cluster", "kill", "1").status).as("with the right one it is").isZero();
    assertThat(bystander.waitFor()).isEqualTo(128 + 9);
  }

  /** A redirection that fails speaks before a 2> behind it counts, and a process may end between two looks at it. */
  @Test
  void aProcessOrItsFileThatGoesWhileItIsLookedAtIsNoMessage() throws IOException {
    assertThat(Files.readAllLines(BIN.resolve("cluster")))
        .filteredOn(line -> line.contains("<\"/proc/") || line.contains(".pid\"") && line.contains("<\"$home"))
        .hasSizeGreaterThan(3)
        .allMatch(line -> line.matches(".*\\{ .*<\".*; } 2>/dev/null.*"));
  }

  /** With pipefail a writer that is not heard to the end fails, now and then: kill 1 then said that there is no node n1. */
  @Test
  void noPipeOfTheScriptsEndsBeforeItsWriter() throws IOException {
    try (Stream<Path> scripts = Files.list(BIN)) {
      for (Path script : scripts.toList()) {
        assertThat(Files.readAllLines(script)).as("%s", script).noneMatch(line -> line.matches(".*\\| *(grep +-[a-zA-Z]*q|head\\b).*"));
      }
    }
  }

  @Test
  void aLockThatWasLeftBehindIsTakenOverWithAMessage() throws Exception {
    Files.writeString(root.resolve(".cluster/lock"), "4242\n");

    assertThat(run("bin/cluster", "stop").output)
        .isEqualTo("an earlier bin/cluster (process 4242) was cut off and left its lock; it is taken over\nnothing runs\n");
    assertThat(run("bin/cluster", "stop").output).isEqualTo("nothing runs\n");
  }

  @Test
  void aLockThatIsHeldIsRespected() throws Exception {
    Files.writeString(root.resolve(".cluster/lock"), "77\n");
    Ran ran = run("flock", root.resolve(".cluster/lock").toString(), "bin/cluster", "stop");

    assertThat(ran.status).isEqualTo(1);
    assertThat(ran.output).isEqualTo("cluster: another bin/cluster is at work (process 77); wait for it to end, or end it\n");
  }

  @Test
  void wipeDeletesEverythingAndAddedNodesAreKnown() throws Exception {
    Files.createDirectories(root.resolve(".cluster/n4"));
    assertThat(run("bin/cluster", "status").output).contains("n4  stopped");
    assertThat(run("bin/cluster", "wipe").output).endsWith("all data and logs are deleted\n");
    assertThat(root.resolve(".cluster")).doesNotExist();
    assertThat(run("bin/cluster", "kill", "4").output).contains("there is no node n4; N is one of: 1 2 3");
  }

  @Test
  void aNewNodeThatTheClusterRefusesLeavesEverythingAsItWas() throws Exception {
    standIns("kvctl: refused (MEMBERS): another change is under way", 2);
    Path data = Files.createDirectories(root.resolve(".cluster/n2")).resolve("IDENTITY");
    Files.writeString(data, "node=n2\n");
    for (List<String> command : List.of(List.of("add", "9"), List.of("replace", "2"))) {
      Files.deleteIfExists(root.resolve("started"));
      Ran ran = run("bin/cluster", command.getFirst(), command.getLast());

      assertThat(ran.status).as(ran.output).isEqualTo(2);
      assertThat(ran.output).endsWith("another change is under way\nn" + command.getLast() + " is as it was before\n");
      long started = Long.parseLong(Files.readString(root.resolve("started")).strip());
      assertThat(isGone(started)).as("the node that was started for it").isTrue();
    }
    assertThat(data).hasContent("node=n2");
    assertThat(run("bin/cluster", "status").output).contains("n2  stopped").doesNotContain("n9");
    try (Stream<Path> left = Files.list(root.resolve(".cluster"))) {
      assertThat(left.map(path -> path.getFileName().toString())).containsExactlyInAnyOrder("lock", "logs", "n2");
    }
  }

  @Test
  void withoutAClusterNothingIsBegunForANewNode() throws Exception {
    standIns("", 0);
    write(root.resolve("bin/kvctl"), "echo 'kvctl: No node could be reached' >&2", "exit 5");

    for (String command : new String[] {"add", "replace"}) {
      Ran ran = run("bin/cluster", command, command.equals("add") ? "9" : "2");
      assertThat(ran.status).as(ran.output).isEqualTo(5);
      assertThat(ran.output).isEqualTo("kvctl: No node could be reached\n");
    }
    assertThat(root.resolve("started")).doesNotExist();
  }

  @Test
  void aNewNodeWhoseChangeGoesOnRunsOnUnderANameThatNobodyHad() throws Exception {
    standIns("kvctl: outcome unknown: the change goes on", 3);
    Ran ran = run("bin/cluster", "replace", "2");

    assertThat(ran.status).as(ran.output).isEqualTo(3);
    assertThat(ran.output).endsWith("the new n2 runs on and waits; bin/kvctl member list shows what becomes of it\n");
    assertThat(root.resolve("asked")).content().startsWith("member replace n2 n2-3 --peer 127.0.0.1:32 --client 127.0.0.1:22 ");
    assertThat(root.resolve(".cluster/n2.yaml")).content().contains("node.name: n2-3\ncluster.id: three-node\n",
        "cluster.join: [\"127.0.0.1:7101\", \"127.0.0.1:7103\"]");
    assertThat(run("bin/cluster", "kill", "2").status).isZero();
  }

  /** A node that does nothing, and a kvctl that lists n1 to n3 and n2-2 and says this of a change; added nodes have ports that nobody has. */
  private void standIns(String said, int status) throws IOException {
    for (String module : new String[] {"server", "cli"}) {
      Files.createDirectories(root.resolve(module + "/target/lib"));
      Files.createFile(root.resolve(module + "/target/" + module + "-0.jar"));
    }
    write(root.resolve("bin/kvd"), "echo $$ >started", "mkfifo never 2>/dev/null || true", "exec 5<>never", "read -r -t 60 _ <&5");
    write(root.resolve("bin/kvctl"), "if [[ $2 == list ]]; then", "  printf '%s\\n' 'ID NODE' '1 n1' '2 n2' '3 n3' '4 n2-2'", "else",
        "  echo \"$@\" >asked", "  until [[ -s started ]]; do :; done", "  echo '" + said + "' >&2", "  exit " + status, "fi");
    Path cluster = root.resolve("bin/cluster");
    Files.writeString(cluster, Files.readString(cluster).replace("CLIENT_PORTS=7000", "CLIENT_PORTS=20")
        .replace("PEER_PORTS=7100", "PEER_PORTS=30").replace("ADMIN_PORTS=7200", "ADMIN_PORTS=40"));
  }

  private static void write(Path script, String... lines) throws IOException {
    Files.writeString(script, "#!/usr/bin/env bash\n" + String.join("\n", lines) + "\n").toFile().setExecutable(true);
  }

  @Test
  void worksThroughASymbolicLinkFromAnyDirectory() throws Exception {
    Path elsewhere = Files.createDirectories(root.resolve("else where"));
    Path link = Files.createSymbolicLink(elsewhere.resolve("c"), root.resolve("bin/cluster"));
    Ran ran = run(elsewhere, Map.of(), link.toString(), "stop");

    assertThat(ran.output).isEqualTo("nothing runs\n");
  }

  @Test
  void aCommandItDoesNotKnowShowsThoseThereAre() throws Exception {
    Ran ran = run("bin/cluster", "frobnicate");

    assertThat(ran.status).isEqualTo(2);
    assertThat(ran.output).startsWith("usage: bin/cluster COMMAND");
  }

  @Test
  void withoutAJdk25ItIsSaidWhereWasLookedAndWhatWasTooOld() throws Exception {
    Path jvms = Files.createDirectories(root.resolve("jvms"));
    jdk(jvms.resolve("old"), "17.0.9");
    Path path = Files.createDirectories(root.resolve("path"));
    for (String tool : new String[] {"bash", "readlink", "dirname", "env"}) {
      Path real = Path.of(Files.exists(Path.of("/bin/" + tool)) ? "/bin" : "/usr/bin").resolve(tool);
      Files.writeString(path.resolve(tool), "#!/bin/sh\nexec " + real + " \"$@\"\n").toFile().setExecutable(true);
    }
    Map<String, String> environment = Map.of("CAIRN_JVM_DIR", jvms.toString(), "PATH", path.toString(), "JAVA_HOME", "");
    for (String command : new String[] {"kvd", "kvctl"}) {
      Ran ran = run(root, environment, "bin/" + command, "--version");
      assertThat(ran.status).isEqualTo(1);
      assertThat(ran.output).startsWith(command + ": no JDK 25 or newer was found in JAVA_HOME, " + jvms + " or on the PATH; too old: "
          + jvms.resolve("old") + " (17); install one");
    }
  }

  @Test
  void javaHomeIsTakenBeforeWhatIsInstalledIfItIsNewEnough() throws Exception {
    Path jvms = Files.createDirectories(root.resolve("jvms"));
    jdk(jvms.resolve("a-21"), "21.0.1");
    jdk(jvms.resolve("b-25"), "25");
    Path own = jdk(root.resolve("own"), "26.0.1");
    String find = "root=.; . bin/java.bash; find_java; echo $JAVA";

    assertThat(run(root, Map.of("CAIRN_JVM_DIR", jvms.toString(), "JAVA_HOME", own.toString()), "bash", "-c", find).output)
        .isEqualTo(own + "/bin/java\n");
    assertThat(run(root, Map.of("CAIRN_JVM_DIR", jvms.toString(), "JAVA_HOME", jvms.resolve("a-21").toString()), "bash", "-c", find).output)
        .isEqualTo(jvms.resolve("b-25") + "/bin/java\n");
  }

  @Test
  void everyOptionOfTheJvmHasItsReasonAboveIt() throws IOException {
    Pattern options = Pattern.compile("(?s)\noptions=\\(\n(.*?)\n\\)\n");
    for (String name : new String[] {"kvd", "kvctl"}) {
      Matcher found = options.matcher(Files.readString(BIN.resolve(name)));
      assertThat(found.find()).isTrue();
      assertThat(found.group(1)).contains("-Xmx", "-XX:MaxDirectMemorySize=", "GC", "-XX:+ExitOnOutOfMemoryError",
          "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow");
      assertThat(found.group(1).lines().findFirst()).hasValueSatisfying(line -> assertThat(line.strip()).startsWith("# "));
    }
  }

  /** A folder that looks like a JDK to whoever reads its release file. */
  private static Path jdk(Path home, String version) throws IOException {
    Files.createDirectories(home.resolve("bin"));
    Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
    Files.writeString(home.resolve("bin/java"), "#!/bin/sh\n").toFile().setExecutable(true);
    return home;
  }

  /** As the kernel counts it, field 22 of its stat file. */
  private static long startTime(long process) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + process + "/stat"));
    return Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[19]);
  }

  private static boolean isGone(long process) throws IOException {
    try {
      String stat = Files.readString(Path.of("/proc/" + process + "/stat"));
      return stat.charAt(stat.lastIndexOf(')') + 2) == 'Z';
    } catch (NoSuchFileException e) {
      return true;
    }
  }

  private record Ran(int status, String output) {}

  private Ran run(String... command) throws IOException, InterruptedException {
    return run(root, Map.of(), command);
  }

  private Ran run(Path directory, Map<String, String> environment, String... command) throws IOException, InterruptedException {
    List<String> words = Stream.of(command).map(word -> word.startsWith("bin/") ? root.resolve(word).toString() : word).toList();
    ProcessBuilder builder = new ProcessBuilder(words).directory(directory.toFile()).redirectErrorStream(true);
    builder.environment().putAll(new TreeMap<>(environment));
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ran(process.waitFor(), output);
  }
}
