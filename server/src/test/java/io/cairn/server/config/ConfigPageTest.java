package io.cairn.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What stands in the folder config/ is what the server reads. */
class ConfigPageTest {
  private static final Path CONFIG = Path.of("..", "config");

  @Test
  void kvdYamlDocumentsEveryKeyWithUnitDefaultAndBound() throws IOException {
    List<String> lines = Files.readAllLines(CONFIG.resolve("kvd.yaml"));
    List<String> documented = new ArrayList<>();
    for (int i = 1; i < lines.size(); i++) {
      String line = lines.get(i);
      for (ConfigKey<?> key : ConfigKeys.ALL) {
        if (line.startsWith(key.name() + ":") || line.startsWith("#" + key.name() + ":")) {
          documented.add(key.name());
          assertThat(lines.get(i - 1)).as("the line above %s", key.name()).isEqualTo(
              "# unit: " + key.type().unit() + "; default: " + key.defaultText() + "; bound: " + key.bound().text());
          assertThat(commentAbove(lines, i - 1)).as("what %s decides", key.name()).isEqualTo(key.doc());
        }
      }
    }
    assertThat(documented).containsExactlyElementsOf(ConfigKeys.ALL.stream().map(ConfigKey::name).toList());
  }

  @Test
  void kvdYamlIsItselfAGoodConfiguration() throws IOException {
    NodeConfig config = load(CONFIG.resolve("kvd.yaml"));

    assertThat(config.cluster().nodeName()).isEqualTo("n1");
  }

  @Test
  void whatKvdYamlShowsCommentedOutIsTheDefault() throws IOException {
    Path page = CONFIG.resolve("kvd.yaml");
    String uncommented = Files.readString(page).replaceAll("(?m)^#(?=[a-z.-]+:)", "");
    // The one key whose default is no value.
    NodeConfig shown = ConfigLoader.load("kvd.yaml", uncommented.replaceAll("(?m)^logging.file: .*$", ""), Map.of(), List.of());

    assertThat(shown).isEqualTo(load(page));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void theThreeNodeFilesWorkAsTheyAre(int number) throws IOException {
    NodeConfig config = load(CONFIG.resolve("three-node").resolve("n" + number + ".yaml"));

    assertThat(config.cluster().id()).isEqualTo("three-node");
    assertThat(config.cluster().nodeName()).isEqualTo("n" + number);
    assertThat(config.cluster().splitPoints()).containsExactly("l", "libm", "p");
    assertThat(config.addresses().client()).hasToString("127.0.0.1:700" + number);
    assertThat(config.addresses().peer()).hasToString("127.0.0.1:710" + number);
    assertThat(config.addresses().admin()).hasToString("127.0.0.1:720" + number);
    assertThat(config.storage().dir()).isEqualTo(".cluster/n" + number);
    assertThat(config.cluster().nodes()).isEqualTo(load(CONFIG.resolve("three-node").resolve("n1.yaml")).cluster().nodes());
  }

  private static NodeConfig load(Path file) throws IOException {
    return ConfigLoader.load(file.toString(), Files.readString(file), Map.of(), List.of());
  }

  /** The words of the comment that ends above {@code end}, without the line of unit, default and bound. */
  private static String commentAbove(List<String> lines, int end) {
    List<String> words = new ArrayList<>();
    for (int i = end - 1; i >= 0 && lines.get(i).startsWith("# "); i--) {
      words.addFirst(lines.get(i).substring(2));
    }
    return String.join(" ", words);
  }
}
