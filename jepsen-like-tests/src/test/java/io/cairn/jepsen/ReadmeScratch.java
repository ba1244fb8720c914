package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.jepsen.cluster.Await;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A copy of what a newcomer's first commands use: bin/, config/ and the built jars, with other ports than config/three-node/ has. What is
 * typed is typed in there, so that a cluster which runs on this machine is not touched.
 */
final class ReadmeScratch implements AutoCloseable {
  private static final List<Integer> PORTS = List.of(7001, 7002, 7003, 7101, 7102, 7103, 7201, 7202, 7203);
  /** Where bin/cluster counts the ports of added nodes from, and how many nodes a test may add. */
  private static final List<String> BASES = List.of("CLIENT_PORTS=7000", "PEER_PORTS=7100", "ADMIN_PORTS=7200");
  private static final int ADDED_MAX = 4;
  private static final Duration COMMAND_MOST = Duration.ofSeconds(90);
  private static final Duration READY_MOST = Duration.ofSeconds(60);
  private static final int FREE_FROM = 10_240;
  private static final int FREE_TO = 32_768;

  private final Path root;
  private final Map<Integer, Integer> ports = new LinkedHashMap<>();
  private final Map<String, Integer> bases = new LinkedHashMap<>();

  /** What a command came to. */
  record Ran(int status, String out, String err) {}

  private ReadmeScratch(Path root) {
    this.root = root;
  }

  static ReadmeScratch of(Path project) throws IOException {
    var scratch = new ReadmeScratch(Files.createTempDirectory("cairn-readme-"));
    scratch.pickPorts();
    scratch.copyText(project, "bin");
    scratch.copyText(project, "config");
    scratch.linkJars(project, "server");
    scratch.linkJars(project, "cli");
    return scratch;
  }

  Path root() {
    return root;
  }

  String endpoints() {
    return withItsPorts("127.0.0.1:7001,127.0.0.1:7002,127.0.0.1:7003");
  }

  String withItsPorts(String text) {
    String changed = text;
    for (Map.Entry<Integer, Integer> port : ports.entrySet()) {
      changed = changed.replace("127.0.0.1:" + port.getKey(), "127.0.0.1:" + port.getValue());
    }
    for (Map.Entry<String, Integer> base : bases.entrySet()) {
      changed = changed.replace(base.getKey(), base.getKey().replaceAll("\\d+", base.getValue().toString()));
    }
    return changed;
  }

  private void pickPorts() {
    var random = new Random();
    var taken = new TreeSet<>(PORTS);
    for (int port : PORTS) {
      ports.put(port, pick(random, 1, taken));
    }
    for (String base : BASES) {
      bases.put(base, pick(random, ADDED_MAX, taken) - 1); // Nodes are counted from 1.
    }
  }

  /** The first of so many free ports in a row. */
  private static int pick(Random random, int count, Set<Integer> taken) {
    while (true) {
      int first = random.nextInt(FREE_FROM, FREE_TO);
      List<Integer> row = IntStream.range(first, first + count).boxed().toList();
      if (row.stream().allMatch(port -> !taken.contains(port) && isFree(port))) {
        taken.addAll(row);
        return first;
      }
    }
  }

  private static boolean isFree(int port) {
    try (var socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private void copyText(Path project, String folder) throws IOException {
    try (Stream<Path> files = Files.walk(project.resolve(folder))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path copy = root.resolve(project.relativize(file).toString());
        Files.createDirectories(copy.getParent());
        Files.writeString(copy, withItsPorts(Files.readString(file)));
        copy.toFile().setExecutable(Files.isExecutable(file));
      }
    }
  }

  /** Links, jar by jar: what the commands leave beside the jars (a cache of classes) stays in the copy. */
  private void linkJars(Path project, String module) throws IOException {
    Path target = project.resolve(module).resolve("target");
    Path linked = Files.createDirectories(root.resolve(module).resolve("target"));
    Files.createSymbolicLink(linked.resolve("native"), target.resolve("native").toAbsolutePath());
    for (String folder : List.of(".", "lib")) {
      Path from = target.resolve(folder).normalize();
      Path to = Files.createDirectories(root.resolve(module).resolve("target").resolve(folder).normalize());
      if (!Files.isDirectory(from)) {
        throw new IllegalStateException(module + " is not built: there is no " + from + "; mvn verify builds it first");
      }
      try (Stream<Path> files = Files.list(from)) {
        for (Path jar : files.filter(file -> file.toString().endsWith(".jar")).toList()) {
          Files.createSymbolicLink(to.resolve(jar.getFileName()), jar);
        }
      }
    }
  }

  /** The command must end well, and warn of nothing. */
  Ran succeeds(String command) {
    Ran ran = run(command);
    assertThat(ran.status()).as("status of '%s'; it said: %s%s", command, ran.out(), ran.err()).isZero();
    assertThat(ran.err()).as("'%s' warns of nothing", command).isEmpty();
    return ran;
  }

  /** A node that was just started is not ready at once, and {@code status} says so. */
  Ran awaitSuccess(String command) {
    var last = new AtomicReference<Ran>();
    return Await.until("'" + command + "' ends with status 0", READY_MOST, () -> {
      last.set(run(command));
      return last.get().status() == 0 ? Optional.of(last.get()) : Optional.empty();
    }, () -> String.valueOf(last.get()));
  }

  Ran run(String command) {
    return run(List.of("bash", "-c", command));
  }

  Ran run(List<String> command) {
    Path out = root.resolve("out.txt");
    Path err = root.resolve("err.txt");
    var builder = new ProcessBuilder(command).directory(root.toFile())
        .redirectInput(new File("/dev/null")).redirectOutput(out.toFile()).redirectError(err.toFile());
    Map<String, String> environment = builder.environment();
    environment.keySet().removeIf(name -> name.startsWith("KVD_") || name.startsWith("KVCTL_") || name.equals("JDK_JAVA_OPTIONS"));
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    environment.put("KVCTL_ENDPOINTS", endpoints());
    try {
      Process process = builder.start();
      if (!process.waitFor(COMMAND_MOST.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IllegalStateException(command + " has not ended within " + COMMAND_MOST);
      }
      return new Ran(process.exitValue(), Files.readString(out, StandardCharsets.UTF_8), Files.readString(err, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
