package io.cairn.server.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RollingFileTest {
  @TempDir
  Path folder;

  @Test
  void rollsBySizeAndKeepsAsManyAsTold() throws IOException {
    RollingFile file = new RollingFile(folder.resolve("n1.log"), 10, 3);
    for (String line : new String[] {"aaaaaaa\n", "bbbbbbb\n", "cc\n", "dd\n", "eeeeeeeeeeeeeeeeeeee\n", "f\n"}) {
      write(file, line);
    }

    assertThat(text("n1.log")).isEqualTo("f\n");
    assertThat(text("n1.log.1")).isEqualTo("eeeeeeeeeeeeeeeeeeee\n");
    assertThat(text("n1.log.2")).isEqualTo("cc\ndd\n");
    assertThat(folder).isDirectoryNotContaining("glob:**n1.log.3");
  }

  @Test
  void oneFileIsBegunAnew() throws IOException {
    RollingFile file = new RollingFile(folder.resolve("n1.log"), 4, 1);
    write(file, "abc\n");
    write(file, "def\n");

    assertThat(text("n1.log")).isEqualTo("def\n");
    assertThat(folder).isDirectoryNotContaining("glob:**n1.log.1");
  }

  @Test
  void aProcessStartedAgainGoesOnWithTheFile() throws IOException {
    write(new RollingFile(folder.resolve("n1.log"), 8, 2), "abc\n");
    RollingFile again = new RollingFile(folder.resolve("n1.log"), 8, 2);
    write(again, "def\n");
    write(again, "ghi\n");

    assertThat(text("n1.log.1")).isEqualTo("abc\ndef\n");
    assertThat(text("n1.log")).isEqualTo("ghi\n");
  }

  @Test
  void goesOnWhenItsFolderIsBack() throws IOException {
    Path gone = Files.createDirectory(folder.resolve("logs"));
    RollingFile file = new RollingFile(gone.resolve("n1.log"), 4, 2);
    write(file, "abc\n");
    Files.delete(gone.resolve("n1.log"));
    Files.delete(gone);
    assertThatThrownBy(() -> write(file, "def\n")).isInstanceOf(IOException.class);
    Files.createDirectory(gone);
    write(file, "ghi\n");

    assertThat(Files.readString(gone.resolve("n1.log"))).isEqualTo("ghi\n");
  }

  private static void write(RollingFile file, String line) throws IOException {
    byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
    file.write(bytes, bytes.length);
  }

  private String text(String name) throws IOException {
    return Files.readString(folder.resolve(name));
  }
}
