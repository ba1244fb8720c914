package io.cairn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.client.fake.FakeCluster;
import io.cairn.protocol.transport.netty.NettyTransport;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** kvctl load in a process of its own, ended by SIGTERM while its input is still open. */
class LoadSignalTest {

  @TempDir private Path directory;

  @Test
  void theSummaryIsStillShown() throws Exception {
    try (NettyTransport transport = new NettyTransport("fake", 1, Throwable::printStackTrace)) {
      FakeCluster cluster = new FakeCluster("m").start(transport, 3, 0);
      CountDownLatch third = new CountDownLatch(3);
      cluster.node("n1").script(request -> {
        if (request.hasCommand()) {
          third.countDown();
        }
        return null;
      });
      Path out = directory.resolve("out");
      Path err = directory.resolve("err");
      Process kvctl = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
          "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow", "-cp", System.getProperty("java.class.path"),
          "io.cairn.cli.Kvctl", "--endpoints", String.join(",", cluster.endpoints()), "load", "-")
          .redirectOutput(out.toFile()).redirectError(err.toFile()).start();
      try (OutputStream stdin = kvctl.getOutputStream()) {
        stdin.write("a\t1\nno tab\nb\t2\nz\t3\nhalf a line".getBytes(StandardCharsets.UTF_8));
        stdin.flush();
        assertThat(third.await(60, TimeUnit.SECONDS)).as(Files.readString(err)).isTrue();
        kvctl.toHandle().destroy(); // Process.destroy would also close the input, which is another end.
        assertThat(kvctl.waitFor(60, TimeUnit.SECONDS)).isTrue();
      } finally {
        kvctl.destroyForcibly();
      }
      assertThat(kvctl.exitValue()).isEqualTo(ExitStatus.UNKNOWN);
      assertThat(Files.readString(out)).isEqualTo("written 3\nrefused 1: line 2\nunknown 0\n");
      assertThat(Files.readString(err)).contains("kvctl: ended by a signal");
    }
  }
}
