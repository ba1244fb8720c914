package io.cairn.protocol.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** The canary: a leak that is made on purpose is found, and ends a run of tests with a failure. */
class LeakWatchTest {

  /** Run in a JVM of its own; surefire does not take it for a test by its name. */
  static final class Leaky {
    @Test
    void takesABufferAndForgetsIt() {
      PooledByteBufAllocator.DEFAULT.directBuffer(64).writeLong(1);
    }
  }

  static final class Tidy {
    @Test
    void givesItBack() {
      PooledByteBufAllocator.DEFAULT.directBuffer(64).writeLong(1).release();
    }
  }

  /** Runs the tests of one class as surefire does: with the listeners that the class path names. */
  static final class Run {
    public static void main(String[] args) throws ClassNotFoundException {
      LauncherFactory.create().execute(LauncherDiscoveryRequestBuilder.request().selectors(selectClass(Class.forName(args[0]))).build());
    }
  }

  @Test
  @DisplayName("JV-01 a buffer that is never released is found, with the place where it was made, on every allocator that connections use")
  void everyAllocatorIsWatched() {
    // A line for each: of several leaks with one and the same stack the detector tells one.
    assertFound(PooledByteBufAllocator.DEFAULT);
    assertFound(new UnpooledByteBufAllocator(true));
    assertFound(new PooledByteBufAllocator(true, 0, 1, 8 << 10, 9));
    ByteBuf kept = PooledByteBufAllocator.DEFAULT.directBuffer(64);
    assertThat(LeakWatch.sweep()).as("a buffer that is still referred to").isEmpty();
    kept.release();
    assertThat(LeakWatch.sweep()).isEmpty();
  }

  private static void assertFound(ByteBufAllocator allocator) {
    forget(allocator);
    assertThat(LeakWatch.sweep()).as("%s", allocator).hasSize(1).first().asString().contains("LeakWatchTest.forget");
  }

  private static void forget(ByteBufAllocator allocator) {
    allocator.directBuffer(64).writeLong(1);
  }

  @Test
  @DisplayName("JV-01 a run of tests in which a buffer leaks ends with a failure that names it")
  void aLeakFailsTheRun() throws Exception {
    Ended leaky = run("paranoid", Leaky.class);
    assertThat(leaky.status).as(leaky.output).isEqualTo(LeakWatch.STATUS);
    assertThat(leaky.output).contains("LEAK WATCH: 1 buffers leaked", "Leaky.takesABufferAndForgetsIt");
    Ended tidy = run("paranoid", Tidy.class);
    assertThat(tidy.status).as(tidy.output).isZero();
  }

  @Test
  void aRunWithoutParanoidDetectionFailsToo() throws Exception {
    assertThat(run("simple", Tidy.class).status).isEqualTo(LeakWatch.STATUS);
  }

  private record Ended(int status, String output) {}

  private static Ended run(String level, Class<?> tests) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx128m",
        "-XX:TieredStopAtLevel=1", "-Dio.netty.leakDetection.level=" + level,
        "-Dio.netty.customResourceLeakDetector=" + LeakRecorder.class.getName(), "-cp", classPath(),
        Run.class.getName(), tests.getName()).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(output).isTrue();
    return new Ended(process.exitValue(), output);
  }

  /** Surefire may hide the class path in the manifest of a jar of its own; it says what it put there. */
  private static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }
}
