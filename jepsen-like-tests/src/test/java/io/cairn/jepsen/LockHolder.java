package io.cairn.jepsen;

import io.cairn.client.KvClient;
import io.cairn.client.KvException;
import io.cairn.client.KvLock;
import io.cairn.client.LockOptions;
import io.cairn.client.RefusedException;
import io.cairn.jepsen.cluster.Await;
import io.cairn.jepsen.cluster.KvdNode;
import io.cairn.jepsen.cluster.LocalCluster;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * A process that takes a lock, says what it hears ({@code HELD TOKEN}, {@code LOST}), and tries a guarded write for each line that it is given
 * ({@code DONE}, or {@code REFUSED} with the code): to be stopped and killed from outside. In the process {@link #main}, outside the rest.
 */
final class LockHolder implements AutoCloseable {
  private static final Duration MOST = Duration.ofSeconds(30);

  private final Process process;
  private final List<String> said = new CopyOnWriteArrayList<>();

  private LockHolder(Process process) {
    this.process = process;
    Thread.ofPlatform().daemon().name("lock-holder").start(this::read);
  }

  /** Given the endpoints, the lock's name, the TTL of its session in milliseconds, and the key that is written. */
  public static void main(String[] args) throws IOException {
    try (KvClient client = KvClient.builder().endpoints(args[0].split(",")).deadline(MOST).build()) {
      KvLock lock = client.lock(args[1], LockOptions.DEFAULT.withTtl(Duration.ofMillis(Long.parseLong(args[2]))));
      lock.onLost(() -> say("LOST"));
      say("HELD " + lock.lockAndGetToken());
      KvClient guarded = lock.kv();
      var asked = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      for (String line = asked.readLine(); line != null; line = asked.readLine()) {
        try {
          guarded.put(args[3], line);
          say("DONE");
        } catch (RefusedException e) {
          say("REFUSED " + e.code());
        } catch (KvException e) {
          say("UNKNOWN " + e.getMessage());
        }
      }
    }
  }

  private static void say(String line) {
    synchronized (System.out) {
      System.out.println(line);
    }
  }

  static LockHolder start(LocalCluster cluster, String lock, Duration ttl, String key) throws IOException {
    String endpoints = cluster.nodes().stream().map(KvdNode::addresses).map(each -> each.advertised()).collect(Collectors.joining(","));
    return new LockHolder(new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx64m", "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow",
        "-Djava.io.tmpdir=" + cluster.temporary(), "-cp", System.getProperty("java.class.path"), LockHolder.class.getName(), endpoints, lock,
        Long.toString(ttl.toMillis()), key).redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  private void read() {
    try (BufferedReader lines = process.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.matches("(HELD|LOST|DONE|REFUSED|UNKNOWN).*")) {
          said.add(line);
        }
      }
    } catch (IOException e) {
      // It was killed.
    }
  }

  /** Everything it has said. */
  List<String> said() {
    return said;
  }

  void awaitSaid(int lines) {
    Await.until("the holder has said " + lines + " lines", MOST, () -> said.size() >= lines);
  }

  /** Its main thread writes this as soon as it runs. */
  void write(String value) throws IOException {
    process.getOutputStream().write((value + "\n").getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
  }

  /** SIGSTOP; returns when it stands still. */
  void pause() {
    signal("STOP");
    Await.until("the holder stands still", MOST, () -> state() == 'T');
  }

  /** SIGCONT. */
  void resume() {
    signal("CONT");
  }

  private void signal(String name) {
    try {
      int status = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).inheritIO().start().waitFor();
      if (status != 0) {
        throw new IllegalStateException("kill -" + name + " ended with status " + status);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private char state() {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
      return stat.charAt(stat.lastIndexOf(')') + 2);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** SIGKILL. Returns when it is gone. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    if (!process.waitFor(MOST.toSeconds(), TimeUnit.SECONDS)) {
      throw new IllegalStateException("the holder does not go");
    }
  }

  @Override
  public void close() throws InterruptedException {
    kill();
  }
}
