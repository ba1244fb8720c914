package io.cairn.jepsen.load;

import io.cairn.jepsen.cluster.Await;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A {@code kvctl load -} that is given its lines as far as it is allowed to have them, so that it cannot be done before the faults are.
 * How far it is shows in its report.
 */
final class LoadProcess implements AutoCloseable {
  private static final int LINES_AT_ONCE = 64;

  private final RecordFile file;
  private final Path report;
  private final Process process;
  private final Thread feeder;
  private int allowed;
  private long reportBytes;
  private int ended;

  /** @param perSecond 0 for as fast as it goes */
  LoadProcess(Path kvctl, String endpoints, RecordFile file, int perSecond, Path report) {
    this.file = file;
    this.report = report;
    var command = new ArrayList<>(List.of(
        kvctl.toString(), "--endpoints", endpoints, "load", "-", "--escapes", "--report", report.toString()));
    if (perSecond > 0) {
      command.addAll(List.of("--rate", Integer.toString(perSecond)));
    }
    try {
      process = new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(ProcessBuilder.Redirect.INHERIT)
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    feeder = Thread.ofPlatform().daemon().name("load-feeder").start(this::feed);
  }

  private void feed() {
    try (OutputStream out = process.getOutputStream(); WritableByteChannel stdin = Channels.newChannel(out)) {
      for (int next = 0; next < file.lines(); ) {
        int last = Math.min(awaitAllowed(next), next + LINES_AT_ONCE);
        ByteBuffer lines = file.bytes(next, last);
        while (lines.hasRemaining()) {
          stdin.write(lines);
        }
        out.flush();
        next = last;
      }
    } catch (IOException e) {
      // It has ended, or was ended; its status tells.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized int awaitAllowed(int beyond) throws InterruptedException {
    while (allowed <= beyond) {
      wait();
    }
    return allowed;
  }

  /** Lets it have the lines below {@code lines}. */
  synchronized void allow(int lines) {
    allowed = lines;
    notifyAll();
  }

  /** Waits until {@code lines} of them have ended, one way or another. */
  void awaitEnded(int lines, Duration most) {
    Await.until(lines + " lines have ended", most, () -> {
      if (ended() >= lines) {
        return Optional.of(true);
      }
      if (!process.isAlive()) {
        throw new IllegalStateException("kvctl load has ended with status " + process.exitValue() + " after " + ended + " lines");
      }
      return Optional.empty();
    }, () -> "but " + ended);
  }

  /** Lines that have ended so far, from what is new in the report. */
  int ended() {
    try {
      if (!Files.exists(report)) {
        return 0;
      }
      try (var channel = Files.newByteChannel(report)) {
        channel.position(reportBytes);
        byte[] fresh = Channels.newInputStream(channel).readAllBytes();
        reportBytes += fresh.length;
        for (byte b : fresh) {
          ended += b == '\n' ? 1 : 0;
        }
      }
      return ended;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  boolean isRunning() {
    return process.isAlive();
  }

  /** Its exit status. */
  int awaitExit(Duration most) {
    try {
      if (process.waitFor(most.toMillis(), TimeUnit.MILLISECONDS)) {
        return process.exitValue();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new IllegalStateException("kvctl load has not ended within " + most.toSeconds() + " s; " + ended() + " lines have");
  }

  @Override
  public void close() {
    process.destroyForcibly();
    feeder.interrupt();
  }
}
