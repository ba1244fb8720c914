package io.cairn.jepsen;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A copy of what a newcomer's first commands use: bin/, config/ and the built jars, with other ports than config/three-node/ has. */
final class ReadmeScratch implements AutoCloseable {
  private static final List<Integer> PORTS = List.of(7001, 7002, 7003, 7101, 7102, 7103, 7201, 7202, 7203);
  private static final int FREE_FROM = 10_240;
  private static final int FREE_TO = 32_768;

  private final Path root;
  private final Map<Integer, Integer> ports = new LinkedHashMap<>();

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
    return changed;
  }

  private void pickPorts() {
    var random = new java.util.Random();
    for (int port : PORTS) {
      int free = random.nextInt(FREE_FROM, FREE_TO);
      while (ports.containsValue(free) || PORTS.contains(free) || !isFree(free)) {
        free = random.nextInt(FREE_FROM, FREE_TO);
      }
      ports.put(port, free);
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
