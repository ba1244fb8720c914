package io.cairn.simulator.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.EvaluationResult;
import io.cairn.simulator.architecture.SourceRules.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The whole of Cairn keeps to its architecture. */
class ArchitectureTest {
  private static final String BASE = "io.cairn";
  private static JavaClasses classes;
  private static SourceRules allSources;

  @BeforeAll
  static void load() throws IOException {
    classes = ModuleFolders.mainClasses();
    allSources = new SourceRules(sources(path -> true, "main", "test"));
  }

  private static List<Source> sources(Predicate<Path> which, String... kinds) throws IOException {
    List<Source> found = new ArrayList<>();
    for (Module module : Module.values()) {
      for (String kind : kinds) {
        for (Path path : ModuleFolders.sources(module, kind)) {
          if (which.test(path)) {
            found.add(new Source(ModuleFolders.shortName(path), Files.readString(path)));
          }
        }
      }
    }
    return found;
  }

  static Stream<ArchRule> rules() {
    return new ArchitectureRules(BASE).all().stream();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rules")
  void classesKeepTheRule(ArchRule rule) {
    EvaluationResult result = rule.evaluate(classes);
    assertThat(result.getFailureReport().getDetails()).as(rule.getDescription()).isEmpty();
  }

  @Test
  void allModulesWithSourcesWereLookedAt() {
    Set<String> rooms = new TreeSet<>();
    for (JavaClass type : classes) {
      assertThat(type.getPackageName()).as("package of " + type.getName()).startsWith(BASE + ".");
      rooms.add(type.getPackageName().split("\\.")[2]);
    }
    for (Module module : Module.values()) {
      if (!ModuleFolders.sources(module, "main").isEmpty()) {
        assertThat(rooms).as("rooms with compiled classes").contains(module.room);
      }
    }
    assertThat(rooms).as("every package belongs to a module").allMatch(
        room -> Stream.of(Module.values()).anyMatch(module -> module.room.equals(room)));
  }

  @Test
  void classesOfAModuleLieInItsPackage() {
    for (JavaClass type : classes) {
      String path = type.getSource().orElseThrow().getUri().getPath();
      for (Module module : Module.values()) {
        if (path.contains("/" + module.folder + "/target/classes/")) {
          assertThat(type.getPackageName() + ".").as(type.getName() + " of module " + module.folder)
              .startsWith(BASE + "." + module.room + ".");
        }
      }
    }
  }

  @Test
  void noFileIsTooLong() {
    assertThat(allSources.longFiles()).isEmpty();
  }

  @Test
  void noMethodIsTooLong() {
    assertThat(allSources.longMethods()).isEmpty();
  }

  @Test
  void everyPackageHasItsTour() {
    Set<String> packages = new TreeSet<>();
    Set<String> withTour = new TreeSet<>();
    for (Module module : Module.values()) {
      for (String kind : List.of("main", "test")) {
        for (Path path : ModuleFolders.sources(module, kind)) {
          String name = ModuleFolders.shortName(path);
          // A test's package is the one it tests, and has its tour there.
          String room = module.folder + ": " + name.substring(name.indexOf("/java/") + 6, name.lastIndexOf('/')).replace('/', '.');
          packages.add(room);
          if (name.endsWith("/package-info.java")) {
            withTour.add(room);
          }
        }
      }
    }
    assertThat(SourceRules.packagesWithoutTour(packages, withTour)).isEmpty();
  }

  @Test
  void raftCoreHasNoLocks() throws IOException {
    SourceRules raft = new SourceRules(sources(path -> path.toString().contains("/raft-core/src/main/"), "main"));
    assertThat(raft.locks()).isEmpty();
  }

  @Test
  void noTestSleeps() {
    assertThat(allSources.calls("Thread.sleep", "wait for the thing itself, by a future or a latch; sleeping is slow when it works and"
        + " wrong when it does not")).isEmpty();
  }

  @Test
  @DisplayName("JV-04 nothing that decides walks over a collection without an order")
  void nothingWalksOverCollectionsWithoutOrder() throws IOException {
    SourceRules deciding = new SourceRules(sources(
        path -> !path.toString().matches(".*/(cli|benchmarks|jepsen-like-tests)/.*|.*/(server/main|server/admin|server/logging)/.*"
            + "|.*/transport/netty/.*|.*/Rocks[^/]*|.*/Jdk[^/]*"), "main"));
    assertThat(deciding.unorderedWalks()).isEmpty();
  }
}
