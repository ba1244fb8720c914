package io.cairn.benchmarks;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** A command of the shell that runs beside the load, so that what it does to others' latency shows. It has a session of its own. */
final class Event implements AutoCloseable {
  private final Process process;

  private Event(Process process) {
    this.process = process;
  }

  /** Starts it; what it prints goes to standard error, which leaves the figures alone on standard output. */
  static Event start(String command) throws IOException {
    var builder = new ProcessBuilder("setsid", "/bin/sh", "-c", command);
    builder.redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")));
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.redirectOutput(ProcessBuilder.Redirect.to(new java.io.File("/dev/stderr")));
    return new Event(builder.start());
  }

  /** Waits until it has ended, at most so long. */
  boolean awaitEnd(long seconds) throws InterruptedException {
    return process.waitFor(seconds, TimeUnit.SECONDS);
  }

  /** Its exit status, once it has ended. */
  int status() {
    return process.exitValue();
  }

  /** Ends it when it runs still, and all it has started: they are one group, so none is missed that begins meanwhile. */
  @Override
  public void close() throws IOException {
    if (process.isAlive()) {
      new ProcessBuilder("kill", "-KILL", "--", "-" + process.pid()).inheritIO().start();
    }
  }
}
