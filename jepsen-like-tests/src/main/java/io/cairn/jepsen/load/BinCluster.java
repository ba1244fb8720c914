package io.cairn.jepsen.load;

import io.cairn.jepsen.cluster.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The cluster that bin/cluster runs. What that script says is shown. */
final class BinCluster implements FaultyCluster {
  private static final Duration READY_MOST = Duration.ofSeconds(90);

  private final Path script;

  BinCluster(Path root) {
    this.script = root.resolve("bin").resolve("cluster");
  }

  @Override
  public List<String> nodes() {
    return List.of("n1", "n2", "n3");
  }

  @Override
  public String endpoints() {
    String named = System.getenv("KVCTL_ENDPOINTS");
    return named == null || named.isBlank() ? "127.0.0.1:7001,127.0.0.1:7002,127.0.0.1:7003" : named;
  }

  @Override
  public void kill(String node) {
    done(launch(true, "kill", number(node)), "kill " + node);
  }

  @Override
  public void killAll() {
    List<Process> kills = new ArrayList<>();
    nodes().forEach(node -> kills.add(launch(true, "kill", number(node))));
    kills.forEach(kill -> done(kill, "kill"));
  }

  @Override
  public void start(String node) {
    done(launch(true, "start", number(node)), "start " + node);
  }

  @Override
  public void startAll() {
    done(launch(true, "start"), "start");
  }

  @Override
  public void awaitReady() {
    Await.until("bin/cluster status says that all are ready", READY_MOST, this::isReady);
  }

  boolean isReady() {
    return exit(launch(false, "status")) == 0;
  }

  private static String number(String node) {
    return node.substring(1);
  }

  private Process launch(boolean show, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(script.toString());
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.redirectOutput(show ? ProcessBuilder.Redirect.INHERIT : ProcessBuilder.Redirect.DISCARD);
    try {
      return builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void done(Process process, String what) {
    int status = exit(process);
    if (status != 0) {
      throw new IllegalStateException("bin/cluster " + what + " ended with status " + status);
    }
  }

  private static int exit(Process process) {
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
