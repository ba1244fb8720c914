package io.cairn.jepsen.workload;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.jepsen.check.Checker;
import io.cairn.jepsen.check.Verdict;
import io.cairn.jepsen.history.Event;
import io.cairn.jepsen.history.History;
import io.cairn.jepsen.history.HistoryFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The verdicts on a run. A history that breaks a rule is kept, in a file, for whoever looks into it. */
final class Judging {
  private static final Path KEPT = Path.of("target", "histories");

  private Judging() {}

  /** @param met rules that must have judged something, lest a run that met nothing pass for a good one */
  static void judge(String name, long seed, History history, List<Checker> checkers, Set<String> met) throws IOException {
    List<String> violations = new ArrayList<>();
    Set<String> judged = new TreeSet<>();
    for (Checker checker : checkers) {
      Verdict verdict = checker.check(history);
      verdict.violations().forEach(violation -> violations.add(checker.getClass().getSimpleName() + ": " + violation));
      judged.addAll(verdict.judged().keySet());
    }
    long unknown = history.all(Event.Unknown.class).size();
    System.out.printf("%s of seed %d: %d calls, %d of unknown outcome, %d refused, %d revisions, %d faults%n", name, seed, history.calls().size(),
        unknown, history.all(Event.Refused.class).size(), history.truth().applied().size(), history.all(Event.Fault.class).size());
    if (!violations.isEmpty()) {
      Files.createDirectories(KEPT);
      HistoryFile.write(KEPT.resolve(name + ".jsonl"), Map.of("test", name, "seed", Long.toString(seed)), history);
    }
    assertThat(violations).as("kept in %s", KEPT.toAbsolutePath()).isEmpty();
    assertThat(judged).containsAll(met);
  }
}
