package io.cairn.simulator.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * The Java that a recipe shows is code of a test that runs. In the page: {@code <!-- recipe: NAME -->} in the line before the block. In
 * {@code jepsen-like-tests}, in the class that the page names as {@code `...Recipe`} and {@code RecipePagesTest} runs: the same lines between
 * {@code // recipe: NAME} and {@code // end}, further in by as much as the code around them asks for.
 */
class RecipesTest {
  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
  private static final Path SOURCES = ROOT.resolve("jepsen-like-tests/src/test/java/io/cairn/jepsen");

  private static List<Path> pages() throws IOException {
    try (Stream<Path> files = Files.list(ROOT.resolve("docs/recipes"))) {
      return files.filter(path -> path.toString().endsWith(".md")).sorted().toList();
    }
  }

  @Test
  @DisplayName("every block of Java in docs/recipes is code of a test that runs, and every recipe of such a test is shown")
  void whatRecipesShowRuns() throws IOException {
    List<Path> pages = pages();
    String runs = Files.readString(SOURCES.resolve("RecipePagesTest.java"));
    assertThat(pages).hasSizeGreaterThanOrEqualTo(3);
    for (Path page : pages) {
      Map<String, String> shown = shown(page);
      String text = Files.readString(page);
      int named = text.indexOf("Recipe`");
      assertThat(named).as("%s names the test that runs its code, as in `CacheRecipe`", page.getFileName()).isPositive();
      String test = text.substring(text.lastIndexOf('`', named) + 1, named) + "Recipe";
      assertThat(runs).contains("extends " + test + " {");
      assertThat(shown).as("%s and %s", page.getFileName(), test).isNotEmpty().isEqualTo(recipes(SOURCES.resolve(test + ".java")));
    }
  }

  private static Map<String, String> shown(Path page) throws IOException {
    var blocks = new TreeMap<String, String>();
    List<String> lines = Files.readAllLines(page);
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).equals("```java")) {
        String marker = i == 0 ? "" : lines.get(i - 1);
        assertThat(marker).as("line before the block of Java in line %s of %s", i + 1, page.getFileName()).matches("<!-- recipe: \\S+ -->");
        int end = i + 1 + lines.subList(i + 1, lines.size()).indexOf("```");
        String name = marker.substring("<!-- recipe: ".length(), marker.length() - " -->".length());
        assertThat(blocks.put(name, String.join("\n", lines.subList(i + 1, end)))).as("a second recipe %s", name).isNull();
      }
    }
    return blocks;
  }

  private static Map<String, String> recipes(Path source) throws IOException {
    var recipes = new TreeMap<String, String>();
    String name = null;
    int indent = 0;
    var lines = new ArrayList<String>();
    for (String line : Files.readAllLines(source)) {
      if (name != null && line.strip().equals("// end")) {
        recipes.put(name, String.join("\n", lines));
        name = null;
      } else if (name != null) {
        lines.add(line.isBlank() ? "" : line.substring(indent));
      } else if (line.strip().startsWith("// recipe: ")) {
        name = line.strip().substring("// recipe: ".length());
        indent = line.indexOf("//");
        lines.clear();
      }
    }
    assertThat(name).as("the recipe that %s does not end", source.getFileName()).isNull();
    return recipes;
  }
}
