package io.cairn.server.main;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.server.config.ConfigKey;
import io.cairn.server.config.ConfigKeys;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KvdTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @TempDir
  Path folder;

  @Test
  void versionTellsTheBuilds() {
    assertThat(run("--version")).isEqualTo(ExitStatus.OK);
    assertThat(out()).matches("kvd \\d+\\.\\d+\\.\\d+\\S* \\(Java 25\\S*\\)\n");
  }

  @Test
  void helpShowsEveryKeyAndEveryExitStatus() {
    assertThat(run("--help")).isEqualTo(ExitStatus.OK);
    for (ConfigKey<?> key : ConfigKeys.ALL) {
      assertThat(out()).contains("  --" + key.name() + " (" + key.type().unit() + ")\n");
    }
    for (ExitStatus status : ExitStatus.values()) {
      assertThat(out()).contains("  " + status.code() + "  " + status.meaning() + "\n");
    }
    assertThat(out().lines()).allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(140));
  }

  @Test
  void exitStatusesDiffer() {
    assertThat(Arrays.stream(ExitStatus.values()).map(ExitStatus::code)).doesNotHaveDuplicates();
  }

  @Test
  void checkConfigSaysGoodOrEveryMistake() throws IOException {
    Path good = Path.of("..", "config", "three-node", "n2.yaml");
    assertThat(run("--check-config", "--config", good.toString())).isEqualTo(ExitStatus.OK);
    assertThat(out()).isEqualTo("the configuration of node n2 of cluster three-node is good\n");

    Path bad = Files.writeString(folder.resolve("bad.yaml"), Files.readString(good) + "x: 1\ny: 2\n");
    assertThat(run("--config=" + bad, "--check-config")).isEqualTo(ExitStatus.BAD_CONFIGURATION);
    assertThat(err().lines()).hasSize(3).first().asString().endsWith("bad.yaml cannot be used; 2 mistakes:");
  }

  @Test
  void aFileThatIsNotThereOrNoTextIsSaidInWords() throws IOException {
    assertThat(run("--config", folder.resolve("none.yaml").toString())).isEqualTo(ExitStatus.BAD_CONFIGURATION);
    assertThat(err()).contains("there is no file").hasLineCount(1);
    err.reset();
    Path binary = Files.write(folder.resolve("x.yaml"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
    assertThat(run("--config", binary.toString())).isEqualTo(ExitStatus.BAD_CONFIGURATION);
    assertThat(err()).contains("is not UTF-8 text").hasLineCount(1);
    err.reset();
    assertThat(run("--config", folder.toString())).isEqualTo(ExitStatus.BAD_CONFIGURATION);
    assertThat(err()).contains("cannot be read").hasLineCount(1);
  }

  @Test
  void withoutAnythingItSaysWhatMustBeGiven() {
    assertThat(run()).isEqualTo(ExitStatus.BAD_CONFIGURATION);
    assertThat(err()).contains("no --config FILE is given", "node.name: is not given", "storage.dir: is not given");
  }

  @Test
  void aFlagWithoutAValueIsSaid() {
    assertThat(run("--storage.dir", "--net.loops", "1")).isEqualTo(ExitStatus.BAD_CONFIGURATION);
    assertThat(err()).contains("'--storage.dir' needs a value");
  }

  private ExitStatus run(String... arguments) {
    return new Kvd(Map.of(), print(out), print(err), (_, _, _) -> {
      throw new AssertionError("nothing is started here");
    }).run(List.of(arguments));
  }

  private static PrintStream print(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }
}
