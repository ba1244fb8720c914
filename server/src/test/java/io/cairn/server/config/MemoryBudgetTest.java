package io.cairn.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class MemoryBudgetTest {
  private static final long MIB = 1L << 20;
  private static final Map<String, String> NODE = Map.of("node.name", "n1", "cluster.id", "c", "cluster.nodes",
      "name=n1 peer=127.0.0.1:1 client=127.0.0.1:2", "storage.dir", "/data");

  @TempDir
  Path folder;

  private static NodeConfig load(Map<String, String> environment, String... keysAndValues) {
    var flags = new LinkedHashMap<>(NODE);
    for (int i = 0; i < keysAndValues.length; i += 2) {
      flags.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    return ConfigLoader.load(null, null, environment, List.copyOf(flags.entrySet()));
  }

  private static EngineConfig engine(String... keysAndValues) {
    return load(Map.of(), keysAndValues).engine();
  }

  private static List<String> mistakes(Map<String, String> environment, String... keysAndValues) {
    return catchThrowableOfType(ConfigException.class, () -> load(environment, keysAndValues)).mistakes().stream()
        .map(ConfigMistake::toString).toList();
  }

  /** What the part of bin/kvd that divides the budget makes of its arguments. */
  private static String script(Map<String, String> environment, String... arguments) throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of("bash", "-c", "set -euo pipefail; eval \"$(sed -n '/^find_budget()/,/^divide_budget$/p' ../bin/kvd)\"; "
        + "echo \"$KVD_HEAP_BUDGET heap $HEAP young $YOUNG direct $DIRECT\"", "kvd"));
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.startsWith("KVD_"));
    builder.environment().putAll(environment);
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }

  private String ofFile(String yaml) throws IOException, InterruptedException {
    Path file = Files.writeString(folder.resolve("n.yaml"), yaml);
    return script(Map.of(), "--config", file.toString());
  }

  @Test
  void whatIsUsualIsWhatItWasBeforeThereWasABudget() {
    assertThat(engine()).isEqualTo(new EngineConfig(512 * MIB, 32 * MIB, 64 * MIB, 48 * MIB));
    assertThat(load(Map.of()).storage().freeSpaceMinBytes()).isEqualTo(192 * MIB);
  }

  @Test
  void theEngineHasWhatHeapAndJvmLeave() {
    assertThat(engine("memory.budget", "768MiB")).isEqualTo(new EngineConfig(768 * MIB, 176 * MIB, 96 * MIB, 60 * MIB));
    assertThat(engine("memory.budget", "384MiB")).isEqualTo(new EngineConfig(384 * MIB, 19 * MIB, 37 * MIB, 36 * MIB));
    assertThat(engine("engine.block-cache", "80MiB").writeBufferBytes()).isEqualTo(16 * MIB);
    assertThat(engine("engine.write-buffers", "8MiB").blockCacheBytes()).isEqualTo(88 * MIB);
  }

  @ParameterizedTest
  @ValueSource(longs = {384, 385, 511, 512, 513, 640, 768, 1_024, 4_096, 65_536})
  void theWholeIsTheSumOfItsParts(long mebibytes) throws IOException, InterruptedException {
    var budget = new MemoryBudget(mebibytes);
    EngineConfig engine = engine("memory.budget", mebibytes + "MiB");
    assertThat(engine.blockCacheBytes() + engine.writeBufferBytes()).isEqualTo(budget.engineBytes());
    assertThat(budget.heapMebibytes() + budget.directMebibytes() + MemoryBudget.JVM + budget.engineBytes() / MIB).isEqualTo(mebibytes);
    assertThat(script(Map.of(), "--memory.budget=" + mebibytes + "MiB")).isEqualTo(mebibytes + "MiB heap " + budget.heapMebibytes() + " young "
        + budget.heapMebibytes() * 90 / 256 + " direct " + budget.directMebibytes());
  }

  @Test
  void theScriptReadsWhatTheConfigurationIsReadFrom() throws IOException, InterruptedException {
    assertThat(ofFile("node.name: n1\n")).isEqualTo("512MiB heap 256 young 90 direct 96");
    assertThat(ofFile("memory.budget: 768MiB # more\n")).startsWith("768MiB ");
    assertThat(ofFile("log:\n  budget: 1GiB\nmemory:\n  # much\n  budget: '1GiB'\n")).startsWith("1024MiB ");
    assertThat(ofFile("#memory.budget: 768MiB\nlog.keep: 1GiB")).startsWith("512MiB ");
    Path file = Files.writeString(folder.resolve("n.yaml"), "memory.budget: 768MiB\n");
    Map<String, String> environment = Map.of("KVD_MEMORY_BUDGET", "640MiB");
    assertThat(script(environment, "--config=" + file)).startsWith("640MiB ");
    assertThat(script(environment, "--memory.budget", "1GiB", "--config", file.toString())).startsWith("1024MiB ");
  }

  @Test
  void aBudgetThatTheScriptReadOtherwiseIsRefused() {
    assertThat(mistakes(Map.of("KVD_HEAP_BUDGET", "512MiB"), "memory.budget", "768MiB")).singleElement().asString()
        .contains("memory.budget", "768MiB", "was read as 512MiB by bin/kvd");
    assertThat(load(Map.of("KVD_HEAP_BUDGET", "768MiB"), "memory.budget", "768MiB").engine().budgetBytes()).isEqualTo(768 * MIB);
  }

  @Test
  void whatDoesNotFitTogetherIsRefusedWithTheSums() {
    assertThat(mistakes(Map.of(), "engine.block-cache", "300MiB", "engine.write-buffers", "64MiB")).singleElement().asString()
        .contains("memory.budget", "engine.block-cache of 300MiB and engine.write-buffers of 64MiB are 364MiB",
            "beside 256MiB of heap, 96MiB of network buffers and 64MiB for the JVM 96MiB are left");
    assertThat(mistakes(Map.of(), "engine.recent-versions", "200MiB")).singleElement().asString()
        .contains("engine.recent-versions", "at most half of the heap, which is 256MiB");
    assertThat(mistakes(Map.of(), "memory.budget", "100MiB").getFirst()).contains("must lie between 384MiB and");
  }
}
