package io.cairn.simulator.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every link of a page in docs/ leads somewhere, and those into the source to a method that is there. */
class SourceLinksTest {
  private static final Pattern NAMED_TEST = Pattern.compile("`([A-Z]\\w+(?:Test|Properties))`");
  private static final Path DOCS = Pages.root().resolve("docs");

  @Test
  void everyLinkLeadsToAFileAndItsMethod() {
    var links = new SourceLinks();
    for (Path page : Pages.all()) {
      assertThat(links.broken(page.getParent(), Pages.read(page))).as("broken links of %s", DOCS.relativize(page)).isEmpty();
    }
    assertThat(links.checked()).as("links to methods that were found").isGreaterThan(60);
  }

  @Test
  void everyLinkOfTheReadmeAndOfHackingLeadsToAFile() {
    for (String page : new String[] {"README.md", "HACKING.md"}) {
      Path file = Pages.root().resolve(page);
      assertThat(new SourceLinks().broken(file.getParent(), Pages.read(file))).as("broken links of %s", page).isEmpty();
    }
  }

  @Test
  void everyTestThatAPageNamesIsThere() throws IOException {
    var tests = new TreeSet<String>();
    try (Stream<Path> files = Files.walk(Pages.root())) {
      files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(".java"))
          .forEach(name -> tests.add(name.substring(0, name.length() - ".java".length())));
    }
    int named = 0;
    for (Path page : Pages.all()) {
      Matcher test = NAMED_TEST.matcher(Pages.read(page));
      while (test.find()) {
        named++;
        assertThat(tests).as("named in %s", DOCS.relativize(page)).contains(test.group(1));
      }
    }
    assertThat(named).isGreaterThan(30);
  }

  @Test
  void linkToAFileThatIsGoneIsFound() {
    assertThat(broken("[Gone.java#append](../storage/src/main/java/io/cairn/storage/log/Gone.java#append)"))
        .singleElement().asString().contains("there is no file").endsWith("log/Gone.java");
  }

  @Test
  void linkToAMethodThatIsGoneIsFound() {
    assertThat(broken(sharedLog("append"))).isEmpty();
    assertThat(broken(sharedLog("appendAll"))).containsExactly("[SharedLog.java#appendAll]: SharedLog.java declares no method appendAll");
  }

  @Test
  void methodThatIsOnlyCalledOrTalkedOfIsNotThere() {
    assertThat(broken(sharedLog("removeFirst"))).as("called in SharedLog, declared elsewhere").hasSize(1);
    assertThat(broken(sharedLog("segment"))).as("a word of its comments").hasSize(1);
  }

  @Test
  void constructorGoesByItsClass() {
    assertThat(broken(sharedLog("SharedLog"))).isEmpty();
  }

  @Test
  void wordsThatNameAnotherMethodThanTheLinkAreFound() {
    assertThat(broken(sharedLog("append").replace("[SharedLog.java#append]", "[SharedLog.java#clean]"))).hasSize(1);
    assertThat(broken(sharedLog("append").replace(".java#append)", ".java)"))).hasSize(1);
  }

  private static String sharedLog(String method) {
    return "[SharedLog.java#" + method + "](../storage/src/main/java/io/cairn/storage/log/SharedLog.java#" + method + ")";
  }

  private static List<String> broken(String text) {
    return new SourceLinks().broken(DOCS, "as in " + text + ", where");
  }
}
