package io.cairn.cli;

import io.cairn.client.ByteSeq;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A command of the user's as a process: its input and output are kvctl's own. When kvctl is told to end, it is told too, and none is started
 * any more.
 */
final class RunCommand implements AutoCloseable {
  private final Duration grace;
  private final Thread ender = new Thread(this::end, "kvctl-ends-command");
  private Process process;
  private boolean ending;

  private RunCommand(Duration grace) {
    this.grace = grace;
  }

  /** @param environment added to kvctl's own */
  static RunCommand start(List<String> command, Map<String, String> environment, Duration grace) throws InterruptedException {
    var builder = new ProcessBuilder(command).inheritIO();
    builder.environment().putAll(environment);
    var run = new RunCommand(grace);
    try {
      Runtime.getRuntime().addShutdownHook(run.ender);
    } catch (IllegalStateException e) {
      waitForTheEnd();
    }
    try {
      if (!run.start(builder)) {
        waitForTheEnd();
      }
      return run;
    } catch (IOException e) {
      run.close();
      throw new BadInput("the command cannot be run: " + e.getMessage());
    }
  }

  /** Whether kvctl was not told to end before. */
  private synchronized boolean start(ProcessBuilder builder) throws IOException {
    if (!ending) {
      process = builder.start();
    }
    return !ending;
  }

  /** Kvctl has been told to end and does so without this thread. */
  private static void waitForTheEnd() throws InterruptedException {
    new CountDownLatch(1).await();
  }

  private void end() {
    synchronized (this) {
      ending = true;
    }
    if (process != null) {
      stop();
    }
  }

  /** A value for an environment, which holds no zero byte. */
  static String value(ByteSeq key, ByteSeq value) {
    String text = value.utf8();
    if (text.indexOf('\0') >= 0) {
      throw new BadInput("the value of " + Escaped.text(key) + " holds a zero byte, which no environment can hold");
    }
    return text;
  }

  Process process() {
    return process;
  }

  /** Until it ends; its exit status. */
  int await() throws InterruptedException {
    return process.waitFor();
  }

  /** Asks it to end (SIGTERM), and ends it (SIGKILL) when it has not within its grace. */
  void stop() {
    process.destroy();
    try {
      if (!process.waitFor(grace.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  /** It does not outlive what it was started for. */
  @Override
  public void close() {
    if (process != null && process.isAlive()) {
      stop();
    }
    try {
      Runtime.getRuntime().removeShutdownHook(ender);
    } catch (IllegalStateException e) {
      // The end has begun: the hook does what is to be done.
    }
  }
}
