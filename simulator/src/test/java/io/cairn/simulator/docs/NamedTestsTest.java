package io.cairn.simulator.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Every class and test that the invariants and the hazards name exists, and every hazard that a test names has its row. */
class NamedTestsTest {
  private static final Pattern ID = Pattern.compile("\\b(?:A|RC|RD|JV|TI|MB|LG|LL|SM|CL|SN|ST|UP|W)-\\d\\d\\b");
  /** In the invariants: {@code `Class`} or {@code `Class.method`}. */
  private static final Pattern NAMED = Pattern.compile("`([A-Z][A-Za-z0-9]+)(?:\\.([a-z][A-Za-z0-9]*))?`");
  /** In the hazards: {@code `module.Class`} or {@code `module.script.txt`}. */
  private static final Pattern TEST = Pattern.compile("`([a-z-]+)\\.([A-Za-z0-9.-]+)`");
  private static final Path ROOT = root();

  /** By file name without folder: the texts of the sources of all modules. */
  private static final Map<String, List<String>> SOURCES = new TreeMap<>();
  /** The same of tests alone, by module and file name. */
  private static final Map<String, String> TESTS = new TreeMap<>();

  private static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(folder.resolve("raft-core"))) {
      folder = folder.getParent();
    }
    return folder;
  }

  @BeforeAll
  static void readSources() throws IOException {
    List<Path> modules;
    try (Stream<Path> folders = Files.list(ROOT)) {
      modules = folders.filter(folder -> Files.isDirectory(folder.resolve("src"))).toList();
    }
    for (Path module : modules) {
      try (Stream<Path> files = Files.walk(module.resolve("src"))) {
        files.filter(file -> file.toString().endsWith(".java") || file.toString().endsWith(".txt")).forEach(file -> add(module, file));
      }
    }
    TESTS.put(".ci/run", read(ROOT.resolve(".ci/run")));
  }

  private static void add(Path module, Path file) {
    if (file.toString().contains("planted")) {
      return;
    }
    String name = file.getFileName().toString();
    SOURCES.computeIfAbsent(name, none -> new ArrayList<>()).add(read(file));
    if (file.startsWith(module.resolve("src/test"))) {
      TESTS.merge(module.getFileName() + "." + name, read(file), (one, other) -> one + other);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> rows(String page) {
    return read(ROOT.resolve("docs").resolve(page)).lines().filter(line -> line.startsWith("| ")).toList();
  }

  @Test
  void whatTheInvariantsNameIsThere() {
    int named = 0;
    for (String row : rows("invariants.md")) {
      Matcher found = NAMED.matcher(row);
      while (found.find()) {
        named++;
        List<String> sources = SOURCES.get(found.group(1) + ".java");
        assertThat(sources).as("%s in: %s", found.group(1), row).isNotNull();
        String method = found.group(2);
        if (method != null) {
          assertThat(sources).as("%s.%s in: %s", found.group(1), method, row).anyMatch(source -> source.contains(" " + method + "("));
        }
      }
    }
    assertThat(named).isGreaterThan(60);
  }

  @Test
  void everyInvariantNamesATestOrWhoChecksIt() {
    for (String row : rows("invariants.md")) {
      if (!row.startsWith("| claim") && !row.startsWith("| ---")) {
        assertThat(row.split("\\|")[3]).as(row).contains("`");
      }
    }
  }

  @Test
  void everyHazardsTestIsThereAndNamesIt() {
    for (String row : hazards()) {
      String id = row.substring(2, row.indexOf(' ', 2));
      Matcher named = TEST.matcher(row.substring(row.lastIndexOf('|', row.length() - 2)));
      int tests = row.contains("`.ci/run`") ? 1 : 0;
      while (named.find()) {
        tests++;
        String script = TESTS.get(named.group(1) + "." + named.group(2));
        String test = script != null ? script : TESTS.get(named.group(1) + "." + named.group(2) + ".java");
        assertThat(test).as("%s is there and names %s", named.group(), id).isNotNull().contains(id);
      }
      assertThat(tests).as(row).isPositive();
    }
  }

  @Test
  void everyHazardThatATestNamesHasItsRowWithWordsAndASource() {
    var described = new TreeSet<String>();
    for (String row : hazards()) {
      String[] cells = row.split("\\|");
      described.add(cells[1].strip());
      assertThat(cells[2].strip()).as(row).hasSizeGreaterThan(20);
      assertThat(cells[3].strip()).as(row).isNotEmpty();
    }
    var named = new TreeSet<String>();
    TESTS.values().forEach(test -> ID.matcher(test).results().forEach(id -> named.add(id.group())));

    assertThat(described).containsAll(named);
    assertThat(named).hasSizeGreaterThan(60);
  }

  private static List<String> hazards() {
    return rows("hazards.md").stream().filter(row -> ID.matcher(row.substring(2, Math.min(row.length(), 8))).find()).toList();
  }
}
