package io.cairn.jepsen.disk;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A folder for each node's data whose files can be made to fail, by a library that is compiled here, from {@code faultdisk.c}, and preloaded
 * into the nodes. Closed after the nodes have ended; all files are then gone.
 */
public final class FaultDisks implements AutoCloseable {
  private static final long COMPILE_MOST_SECONDS = 60;

  private final Path home;
  private final Map<String, FaultDisk> disks = new LinkedHashMap<>();

  private FaultDisks(Path home) {
    this.home = home;
  }

  /** Why there can be none here; empty when there can. */
  public static Optional<String> obstacle() {
    if (!System.getProperty("os.name").equals("Linux")) {
      return Optional.of("not Linux, for which the preloaded library is written");
    }
    boolean compiler = Stream.of(System.getenv("PATH").split(":")).anyMatch(folder -> Files.isExecutable(Path.of(folder, "gcc")));
    return compiler ? Optional.empty() : Optional.of("no gcc, which compiles the preloaded library");
  }

  /** @throws IOException also when the library does not compile, with what the compiler said */
  public static FaultDisks make(List<String> nodes) throws IOException {
    var made = new FaultDisks(Files.createTempDirectory("cairn-faults-").toRealPath());
    try {
      Path shim = made.compile();
      for (String node : nodes) {
        made.disks.put(node, new FaultDisk(shim, made.home.resolve("data").resolve(node), made.home.resolve(node + ".control")));
      }
      Files.createDirectory(made.home.resolve("data"));
    } catch (IOException e) {
      made.close();
      throw e;
    }
    return made;
  }

  private Path compile() throws IOException {
    Path source = home.resolve("faultdisk.c");
    try (InputStream text = FaultDisks.class.getResourceAsStream("faultdisk.c")) {
      Files.copy(text, source);
    }
    Path library = home.resolve("faultdisk.so");
    Process gcc = new ProcessBuilder("gcc", "-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror", "-o", library.toString(), source.toString(),
        "-ldl").redirectErrorStream(true).start();
    String said = new String(gcc.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (!gcc.waitFor(COMPILE_MOST_SECONDS, TimeUnit.SECONDS) || gcc.exitValue() != 0) {
        throw new IOException("faultdisk.c does not compile:\n" + said);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    return library;
  }

  public FaultDisk of(String node) {
    return disks.get(node);
  }

  public Path directoryOf(String node) {
    return of(node).directory();
  }

  /** What starts a node under its disk, for {@link io.cairn.jepsen.cluster.LocalCluster.Builder#beforeNode}. */
  public List<String> launcherOf(String node) {
    return of(node).launcher();
  }

  @Override
  public void close() throws IOException {
    try (Stream<Path> files = Files.walk(home)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
