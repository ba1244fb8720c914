package io.cairn.server.logging;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.server.config.LoggingConfig.Format;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LogQueueTest {
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();

  @Test
  void linesComeOutInOrderAndCloseWaitsForThem() {
    LogQueue queue = queue(1 << 20, (lines, length) -> written.write(lines, 0, length));
    Thread thread = Thread.ofPlatform().start(queue::drain);
    StringBuilder expected = new StringBuilder();
    for (int i = 0; i < 10_000; i++) {
      queue.offer(("line " + i + "\n").getBytes(StandardCharsets.UTF_8));
      expected.append("line ").append(i).append('\n');
    }

    assertThat(queue.close(TimeUnit.SECONDS.toNanos(30))).isTrue();
    assertThat(written.toString(StandardCharsets.UTF_8)).isEqualTo(expected.toString());
    assertThat(queue.queuedBytes()).isZero();
    assertThat(thread.isInterrupted()).isFalse();
  }

  @Test
  void whatDoesNotFitIsDroppedCountedAndReported() throws InterruptedException {
    CountDownLatch writing = new CountDownLatch(1);
    CountDownLatch unblock = new CountDownLatch(1);
    LogQueue queue = queue(100, (lines, length) -> {
      writing.countDown();
      awaited(unblock);
      written.write(lines, 0, length);
    });
    Thread.ofPlatform().start(queue::drain);
    queue.offer(bytes(60));
    writing.await();
    queue.offer(bytes(40));
    queue.offer(bytes(1));
    queue.offer(bytes(1));

    assertThat(queue.dropped()).isEqualTo(2);
    assertThat(queue.queuedBytes()).isEqualTo(100);
    unblock.countDown();
    assertThat(queue.close(TimeUnit.SECONDS.toNanos(30))).isTrue();
    assertThat(written.toString(StandardCharsets.UTF_8)).contains("WARN  logging.LogQueue log lines were dropped; lines=2");
  }

  @Test
  void linesThatCouldNotBeWrittenAreCountedAndTheNextAreTried() {
    boolean[] failing = {true};
    LogQueue queue = queue(1 << 20, (lines, length) -> {
      if (failing[0]) {
        failing[0] = false;
        throw new IOException("No space left on device");
      }
      written.write(lines, 0, length);
    });
    queue.offer("lost\n".getBytes(StandardCharsets.UTF_8));
    queue.offer(bytes(64 << 10));
    Thread.ofPlatform().start(queue::drain);

    assertThat(queue.close(TimeUnit.SECONDS.toNanos(30))).isTrue();
    assertThat(queue.dropped()).isEqualTo(1);
    assertThat(written.size()).isGreaterThan(64 << 10);
  }

  @Test
  void closeGivesUpOnAnOutputThatIsStuck() {
    CountDownLatch unblock = new CountDownLatch(1);
    LogQueue queue = queue(100, (_, _) -> awaited(unblock));
    Thread.ofPlatform().start(queue::drain);
    queue.offer(bytes(10));

    assertThat(queue.close(TimeUnit.MILLISECONDS.toNanos(20))).isFalse();
    unblock.countDown();
  }

  @Test
  @DisplayName("RD-10 a process whose standard error nobody reads logs megabytes and goes on")
  void aStoppedReaderOfStandardErrorHoldsNothingUp() throws Exception {
    Process process = new ProcessBuilder(System.getProperty("java.home") + "/bin/java", "-Xmx64m", "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path"), LogFlood.class.getName())
        .redirectError(ProcessBuilder.Redirect.PIPE).start();
    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      // Nothing has been read from its standard error up to here, and never will be.
      String line = out.readLine();
      assertThat(line).startsWith("logged 50000 lines; dropped=");
      assertThat(Long.parseLong(line.substring(line.indexOf('=') + 1))).isBetween(40_000L, 50_000L);
      assertThat(process.waitFor()).isZero();
    } finally {
      process.destroyForcibly();
    }
  }

  private static LogQueue queue(long bytesMax, LogOutput output) {
    return new LogQueue(bytesMax, Format.TEXT, output, () -> 0);
  }

  private static byte[] bytes(int count) {
    byte[] line = new byte[count];
    java.util.Arrays.fill(line, (byte) 'x');
    line[count - 1] = '\n';
    return line;
  }

  private static void awaited(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
