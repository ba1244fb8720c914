package io.cairn.simulator.swarm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Runs that once broke a promise, made smaller, and kept: {@code src/test/resources/scenarios}. */
class ScenarioTest {
  static final Path FOLDER = Path.of("src/test/resources/scenarios");

  @TestFactory
  List<DynamicTest> whatOnceFailedPasses() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      List<Path> scenarios = files.sorted().toList();
      assertThat(scenarios).isNotEmpty();
      return scenarios.stream().map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> {
        Scenario scenario = Scenario.parse(Files.readString(file));
        assertThat(Swarm.run(scenario.options(), scenario.plan()).acknowledged()).isPositive();
      })).toList();
    }
  }

  @Test
  void aLineThatIsNoneOfAScenarioIsNamed() {
    assertThatThrownBy(() -> Scenario.parse("options seed=1 faults=none\nfoult x")).hasMessageContaining("foult x");
    assertThatThrownBy(() -> Scenario.parse("broke it")).hasMessageContaining("options");
    assertThatThrownBy(() -> Scenario.parse("options seed=1 faults=none\nfault 1us KILL n1")).hasMessageContaining("six words");
  }
}
