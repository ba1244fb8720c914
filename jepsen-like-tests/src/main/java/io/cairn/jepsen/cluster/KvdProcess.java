package io.cairn.jepsen.cluster;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** One {@code kvd} process, from its start to its end. A process that outlives its cluster's close is killed as this JVM ends. */
public final class KvdProcess {
  private static final String MAIN = "io.cairn.server.main.Kvd";
  private static final Duration SIGNAL_MOST = Duration.ofSeconds(20);
  /**
   * A small heap: three of these share a machine with the tests. The first compiler tier alone: none lives long. A leaked buffer is logged
   * as an error, which fails the test of whoever reads the log.
   */
  private static final List<String> JVM = List.of("-Xmx256m", "-XX:MaxDirectMemorySize=256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
      "-XX:+ExitOnOutOfMemoryError", "-Dio.netty.leakDetection.level=paranoid", "--enable-native-access=ALL-UNNAMED",
      "--sun-misc-unsafe-memory-access=allow");
  private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> RUNNING.forEach(Process::destroyForcibly)));
  }

  private final Process process;
  private final Path stderr;
  private final long stderrFrom;
  private boolean paused;

  private KvdProcess(Process process, Path stderr, long stderrFrom) {
    this.process = process;
    this.stderr = stderr;
    this.stderrFrom = stderrFrom;
  }

  /** How {@code kvd} is started without a script: on a small heap, with the compiler that is ready soonest, and a /tmp of its own. */
  static List<String> smallJvm(Path temporary) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(JVM);
    command.addAll(List.of("-Djava.io.tmpdir=" + temporary, "-Djava.library.path=" + ServerJars.nativePath()));
    command.addAll(List.of("-cp", ServerJars.classPath(), MAIN));
    return command;
  }

  /** A program in one source file, to be run with the classes of {@code kvd}: for what must be done to a node that does not run. */
  public static ProcessBuilder sameClasses(Path source, String... arguments) {
    var command = smallJvm(Path.of(System.getProperty("java.io.tmpdir")));
    command.set(command.size() - 1, source.toString());
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command);
  }

  /**
   * Starts {@code kvd}; what it writes to its standard error is appended to {@code stderr}. Nothing of this JVM's environment that would
   * configure a node reaches it.
   */
  public static KvdProcess start(List<String> arguments, Path directory, Path stderr) {
    return start(smallJvm(Path.of(System.getProperty("java.io.tmpdir"))), arguments, directory, stderr);
  }

  /** The same by {@code launcher}, which must become the node's own process. */
  static KvdProcess start(List<String> launcher, List<String> arguments, Path directory, Path stderr) {
    var command = new ArrayList<>(launcher);
    command.addAll(arguments);
    var builder = new ProcessBuilder(command).directory(directory.toFile())
        .redirectInput(new File("/dev/null"))
        .redirectOutput(ProcessBuilder.Redirect.appendTo(stderr.toFile()))
        .redirectError(ProcessBuilder.Redirect.appendTo(stderr.toFile()));
    builder.environment().keySet().removeIf(name -> name.startsWith("KVD_") || name.startsWith("JAVA_") || name.equals("JDK_JAVA_OPTIONS"));
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    try {
      long from = Files.exists(stderr) ? Files.size(stderr) : 0;
      Process process = builder.start();
      RUNNING.add(process);
      process.onExit().thenAccept(RUNNING::remove);
      return new KvdProcess(process, stderr, from);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public long id() {
    return process.pid();
  }

  public boolean isRunning() {
    return process.isAlive();
  }

  public boolean isPaused() {
    return paused;
  }

  /** What this process has written to its standard error so far. */
  public String stderr() {
    try (var channel = Files.newByteChannel(stderr)) {
      channel.position(stderrFrom);
      return new String(java.nio.channels.Channels.newInputStream(channel).readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** SIGKILL: the process gets no chance to do anything. Returns when it is gone. */
  public void kill() {
    process.destroyForcibly();
    awaitExit(SIGNAL_MOST);
  }

  /** SIGTERM: asks for an orderly end, and returns at once. */
  public void terminate() {
    process.destroy();
  }

  /** SIGSTOP. Returns when the process stands still. */
  public void pause() {
    signal("STOP");
    Await.until("process " + id() + " stands still", SIGNAL_MOST, () -> state() == 'T');
    paused = true;
  }

  /** SIGCONT. */
  public void resume() {
    paused = false;
    signal("CONT");
  }

  /** @throws IllegalStateException when the process has not ended by then; the message shows what it has written */
  public int awaitExit(Duration most) {
    try {
      if (process.waitFor(most.toMillis(), TimeUnit.MILLISECONDS)) {
        return process.exitValue();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new IllegalStateException("process " + id() + " has not ended within " + most.toMillis() + " ms; it wrote:\n" + stderr());
  }

  private void signal(String name) {
    try {
      int status = new ProcessBuilder("sh", "-c", "kill -" + name + " " + id()).inheritIO().start().waitFor();
      if (status != 0) {
        throw new IllegalStateException("kill -" + name + " " + id() + " ended with status " + status);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** The kernel's letter for what the process does; 'T' is stopped. The name before it, in brackets, may hold anything. */
  private char state() {
    try {
      String line = Files.readString(Path.of("/proc", Long.toString(id()), "stat"));
      return line.charAt(line.lastIndexOf(')') + 2);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
