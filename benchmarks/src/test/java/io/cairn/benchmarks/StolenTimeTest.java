package io.cairn.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StolenTimeTest {
  @TempDir
  private Path directory;

  private void show(String line) throws IOException {
    Files.writeString(directory.resolve("stat"), line + "\ncpu0 1 1 1 1 1 1 1 1 1 1\n");
  }

  @Test
  void whatIsTakenBetweenTwoLooksCountsAndWhatIsTakenElsewhereDoesNot() throws IOException {
    var stolen = new StolenTime(directory.resolve("stat"));
    show("cpu  100 0 100 800 0 0 0 50 7 7");
    stolen.begin();
    show("cpu  140 0 120 820 0 0 0 70 9 9");
    stolen.end();
    assertThat(stolen.percent()).isEqualTo(20.0);
    show("cpu  140 0 120 820 0 0 0 900 9 9");
    stolen.begin();
    show("cpu  240 0 120 820 0 0 0 900 9 9");
    stolen.end();
    assertThat(stolen.percent()).isEqualTo(10.0);
    assertThat(StolenTime.text(stolen.percent())).isEqualTo("10.0");
  }

  @Test
  void nothingIsKnownWithoutTheFile() {
    var stolen = new StolenTime(directory.resolve("none"));
    stolen.begin();
    stolen.end();
    assertThat(StolenTime.text(stolen.percent())).isEqualTo("unknown");
  }
}
