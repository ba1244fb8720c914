package io.cairn.cli;

import io.cairn.client.ByteSeq;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A command of the user's as a process: its input and output are kvctl's own. When kvctl is told to end, it is told too. */
final class RunCommand implements AutoCloseable {
  private final Process process;
  private final Duration grace;
  private final Thread ender;

  private RunCommand(Process process, Duration grace) {
    this.process = process;
    this.grace = grace;
    this.ender = new Thread(() -> stop(process, grace), "kvctl-ends-command");
    Runtime.getRuntime().addShutdownHook(ender);
  }

  /** @param environment added to kvctl's own */
  static RunCommand start(List<String> command, Map<String, String> environment, Duration grace) {
    var builder = new ProcessBuilder(command).inheritIO();
    builder.environment().putAll(environment);
    try {
      return new RunCommand(builder.start(), grace);
    } catch (IOException e) {
      throw new BadInput("the command cannot be run: " + e.getMessage());
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
    stop(process, grace);
  }

  private static void stop(Process process, Duration grace) {
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
    if (process.isAlive()) {
      stop();
    }
    try {
      Runtime.getRuntime().removeShutdownHook(ender);
    } catch (IllegalStateException e) {
      // The end has begun: the hook does what is to be done.
    }
  }
}
