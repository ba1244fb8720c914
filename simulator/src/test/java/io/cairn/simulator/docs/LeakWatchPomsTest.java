package io.cairn.simulator.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Every module whose tests can touch a network buffer loads the watch for leaks; its own canary lies in protocol. */
class LeakWatchPomsTest {
  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
  private static final String WATCH =
      "<artifactId>protocol</artifactId><type>test-jar</type><scope>test</scope>";
  private static final Pattern ON_NETTY = Pattern.compile("<groupId>io\\.cairn</groupId><artifactId>(protocol|cairn-client|server)</artifactId>");
  private static final Pattern MODULE = Pattern.compile("<module>(.*)</module>");

  @Test
  @DisplayName("JV-01 the tests of every module that stands on Netty run under the watch for leaks, with paranoid detection")
  void everyModuleIsWatched() throws IOException {
    String root = Files.readString(ROOT.resolve("pom.xml"));
    assertThat(root).contains("-Dio.netty.leakDetection.level=paranoid", "-Dio.netty.customResourceLeakDetector=io.cairn.protocol.testing.LeakRecorder",
        "<argLine>${cairn.test.jvm}</argLine>");
    List<String> watched = new ArrayList<>();
    Matcher modules = MODULE.matcher(root);
    while (modules.find()) {
      String name = modules.group(1);
      String pom = Files.readString(ROOT.resolve(name).resolve("pom.xml"));
      String line = pom.lines().filter(each -> each.contains("<argLine>")).findFirst().orElse("${cairn.test.jvm}");
      assertThat(line).as("argLine of %s", name).contains("${cairn.test.jvm}");
      if (ON_NETTY.matcher(pom).find()) {
        assertThat(pom).as("pom of %s: its tests touch buffers, and nobody would see one leak", name).contains(WATCH);
        watched.add(name);
      }
    }
    assertThat(watched).contains("client", "server", "cli", "jepsen-like-tests", "simulator");
    assertThat(ROOT.resolve("protocol/src/test/resources/META-INF/services/org.junit.platform.launcher.TestExecutionListener"))
        .hasContent("io.cairn.protocol.testing.LeakWatch");
  }
}
