package io.cairn.cli.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** bin/package-index, its lines read as {@code kvctl load --escapes} reads them. */
class PackageIndexTest {

  private static final Path SCRIPT = Path.of("..", "bin", "package-index").toAbsolutePath().normalize();

  @TempDir private Path directory;

  private record Result(byte[] out, String err) {

    Map<String, String> records() throws IOException {
      LineReader reader = new LineReader(new ByteArrayInputStream(out), true);
      Map<String, String> records = new LinkedHashMap<>();
      for (Line line = reader.next(); line != null; line = reader.next()) {
        assertThat(line).isInstanceOf(Line.Put.class);
        Line.Put put = (Line.Put) line;
        assertThat(records.put(put.key().utf8(), put.value().utf8())).as("a second record of " + put.key()).isNull();
      }
      return records;
    }
  }

  /** Runs the script on a machine whose apt-cache prints {@code dump}. */
  private Result run(String dump, String... arguments) throws IOException, InterruptedException {
    Path aptCache = directory.resolve("apt-cache");
    Path text = Files.writeString(directory.resolve("dump"), dump);
    Files.writeString(aptCache, "#!/bin/sh\ncat " + text + "\n");
    assertThat(aptCache.toFile().setExecutable(true)).isTrue();
    String[] command = new String[arguments.length + 1];
    command[0] = SCRIPT.toString();
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    Path err = directory.resolve("err");
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(err.toFile());
    builder.environment().merge("PATH", directory.toString(), (old, first) -> first + ":" + old);
    Process process = builder.start();
    byte[] out;
    try (InputStream stream = process.getInputStream()) {
      out = stream.readAllBytes();
    }
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
    return new Result(out, Files.readString(err, StandardCharsets.UTF_8));
  }

  @Test
  void aStanzaComesBackAsItIs() throws Exception {
    String many = "Package: p\nVersion: 1\n\n".repeat(10_000);
    String odd = "Package: odd\nDescription: a\\b \\n \\\\ & \t tab\n é: more\n .\n last \\\n";
    Result result = run(odd + "\n" + many + "Package: odd\nVersion: second\n\nPackage: end\nLast: line");
    assertThat(result.err()).isEmpty();
    Map<String, String> records = result.records();
    assertThat(records.keySet()).containsExactly("odd", "p", "end");
    assertThat(records).containsEntry("odd", odd).containsEntry("p", "Package: p\nVersion: 1\n")
        .containsEntry("end", "Package: end\nLast: line\n");
  }

  @Test
  void withoutAnIndexItSaysSoAndMakesRecords() throws Exception {
    Result result = run("Package: installed\nStatus: ok\n\n".repeat(3));
    assertThat(result.err()).isEqualTo(
        "no package index here (apt-cache shows 3 packages; apt-get update fetches the index): 60000 made records instead\n");
    Map<String, String> records = result.records();
    assertThat(records).hasSize(60_000);
    assertThat(records.keySet().stream().filter(name -> name.compareTo("l") < 0)).hasSize(15_000);
    assertThat(records.keySet().stream().filter(name -> name.compareTo("l") >= 0 && name.compareTo("libm") < 0)).hasSize(15_000);
    assertThat(records.keySet().stream().filter(name -> name.compareTo("p") >= 0)).hasSize(15_000);
    assertThat(records.values().stream().mapToInt(String::length).average().orElseThrow()).isBetween(700.0, 900.0);
    assertThat(records.values().stream().mapToInt(String::length).max().orElseThrow()).isBetween(70_000, 80_000);
    assertThat(records).allSatisfy((name, stanza) -> assertThat(stanza).startsWith("Package: " + name + "\n").endsWith("\n"));
  }

  @Test
  void soManyAreMadeAsOneAsksFor() throws Exception {
    assertThat(run("", "--made", "500").records()).hasSize(500);
    assertThat(run("", "--made", "500").out()).as("the same ones again").isEqualTo(run("", "--made", "500").out());
  }
}
