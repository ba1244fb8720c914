package io.cairn.jepsen.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** One node of a {@link LocalCluster}: its files, its addresses, and the process that runs it at the moment, if any. */
public final class KvdNode {
  private static final int HTTP_MILLIS = 3_000;
  private static final int HTTP_OK = 200;

  private final String name;
  private final Path home;
  private final Path directory;
  private final NodeAddresses addresses;
  private final List<String> launcher;
  private final List<KvdProcess> lives = new ArrayList<>();

  /** @param launcher the command that becomes the node's process, without the node's own arguments */
  KvdNode(String name, Path home, Path directory, NodeAddresses addresses, List<String> launcher) {
    this.launcher = launcher;
    this.name = name;
    this.home = home;
    this.directory = directory;
    this.addresses = addresses;
  }

  public String name() {
    return name;
  }

  public NodeAddresses addresses() {
    return addresses;
  }

  /** The data directory. */
  public Path directory() {
    return directory;
  }

  public Path configFile() {
    return home.resolve(name + ".yaml");
  }

  public Path stderrFile() {
    return home.resolve(name + ".log");
  }

  /** Starts the node, with its file and {@code flags} over it, and returns at once. */
  public void start(String... flags) {
    if (isRunning()) {
      throw new IllegalStateException(name + " already runs as process " + process().id());
    }
    var arguments = new ArrayList<>(List.of("--config", configFile().toString()));
    arguments.addAll(List.of(flags));
    lives.add(KvdProcess.start(launcher, arguments, home, stderrFile()));
  }

  /** The process that runs the node, or the last one that did. */
  public KvdProcess process() {
    if (lives.isEmpty()) {
      throw new IllegalStateException(name + " has not been started");
    }
    return lives.getLast();
  }

  public boolean isRunning() {
    return !lives.isEmpty() && lives.getLast().isRunning();
  }

  /** Whether it can answer: it runs and is not paused. */
  public boolean isAwake() {
    return isRunning() && !process().isPaused();
  }

  /** SIGKILL; returns when the process is gone. */
  public void kill() {
    process().kill();
  }

  /** SIGTERM; returns its exit status. */
  public int stop(Duration most) {
    process().terminate();
    return process().awaitExit(most);
  }

  /** SIGSTOP; returns when it stands still. */
  public void pause() {
    process().pause();
  }

  /** SIGCONT. */
  public void resume() {
    process().resume();
  }

  /** Whether every shard of the node has answered a linearizable read just now. */
  public boolean isReady() {
    return isAwake() && adminStatus("/readyz") == HTTP_OK;
  }

  /** The HTTP status of a page of the admin address; 0 when nobody answers. */
  public int adminStatus(String page) {
    try {
      var connection = (HttpURLConnection) URI.create("http://" + addresses.admin() + page).toURL().openConnection();
      connection.setConnectTimeout(HTTP_MILLIS);
      connection.setReadTimeout(HTTP_MILLIS);
      try {
        return connection.getResponseCode();
      } finally {
        connection.disconnect();
      }
    } catch (IOException e) {
      return 0;
    }
  }

  /** @throws IllegalStateException when it is not by then, or when its process has ended; with what it wrote */
  public void awaitReady(Duration most) {
    Await.until(name + " is ready", most, () -> {
      if (!isRunning()) {
        throw new IllegalStateException(name + " has ended with status " + process().awaitExit(Duration.ofSeconds(1)) + "; it wrote:\n"
            + process().stderr());
      }
      return isReady();
    });
  }

  /** What all processes of this node have written to their standard error. */
  public String log() {
    try {
      return Files.exists(stderrFile()) ? Files.readString(stderrFile()) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void end() {
    if (isRunning()) {
      process().kill();
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
