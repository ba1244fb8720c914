package io.cairn.simulator.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Every link of a page in docs/ leads somewhere, and those into the source to a method that is there. */
class SourceLinksTest {
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

  private static java.util.List<String> broken(String text) {
    return new SourceLinks().broken(DOCS, "as in " + text + ", where");
  }
}
