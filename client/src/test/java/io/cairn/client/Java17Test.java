package io.cairn.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.cairn.client.example.FirstSteps;
import io.cairn.client.fake.FakeCluster;
import io.cairn.platform.Clock;
import io.cairn.protocol.link.Link;
import io.cairn.protocol.transport.netty.NettyTransport;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The client is compiled for Java 17; this runs it on one, with nothing but the client's own class path. */
class Java17Test {

  @Test
  void theFirstStepsRunOnJava17() throws Exception {
    Optional<Path> java = java17();
    assumeTrue(java.isPresent(), "no Java 17 is installed under /usr/lib/jvm or JAVA17_HOME: the client was not run on one");
    NettyTransport transport = new NettyTransport("fake", 1, Throwable::printStackTrace);
    try {
      FakeCluster cluster = new FakeCluster("m").start(transport, 3, 0);
      List<String> command = new ArrayList<>(List.of(java.get().toString(), "-cp", classPath(), FirstSteps.class.getName()));
      command.addAll(Arrays.asList(cluster.endpoints()));
      Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(out).isZero();
      assertThat(out).isEqualTo("put at revision 2\nhello\ngreeting = hello again\n");
    } finally {
      transport.close();
    }
  }

  private static Optional<Path> java17() throws IOException {
    String home = System.getenv("JAVA17_HOME");
    if (home != null) {
      return Optional.of(Path.of(home, "bin", "java"));
    }
    Path all = Path.of("/usr/lib/jvm");
    if (!Files.isDirectory(all)) {
      return Optional.empty();
    }
    try (Stream<Path> homes = Files.list(all)) {
      return homes.filter(path -> path.getFileName().toString().matches(".*(^|[^0-9])17([^0-9].*|$)"))
          .map(path -> path.resolve("bin/java")).filter(Files::isExecutable).sorted().findFirst();
    }
  }

  /** What a user of the client has: our three modules, Netty, protobuf and slf4j; and the example. */
  private static String classPath() throws URISyntaxException {
    Set<String> entries = new LinkedHashSet<>();
    for (Class<?> type : List.of(KvClient.class, Link.class, Clock.class, FirstSteps.class)) {
      entries.add(Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString());
    }
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      if (entry.matches(".*/(netty-|protobuf-java-|slf4j-api-)[^/]*\\.jar")) {
        entries.add(entry);
      }
    }
    return String.join(File.pathSeparator, entries);
  }
}
