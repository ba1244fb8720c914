package io.cairn.jepsen.load;

import io.cairn.jepsen.load.Writes.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** What {@code kvctl load --report} said of each line. */
final class LoadReport {

  private final Outcome[] outcomes;
  private final long[] revisions;

  private LoadReport(int lines) {
    outcomes = new Outcome[lines];
    revisions = new long[lines];
  }

  /** @throws IllegalStateException unless each line is in it, once */
  static LoadReport read(Path file, int lines) throws IOException {
    return of(Files.readAllLines(file), lines);
  }

  static LoadReport of(List<String> texts, int lines) {
    LoadReport report = new LoadReport(lines);
    for (String text : texts) {
      String[] fields = text.split("\t", -1);
      int line = Integer.parseInt(fields[0]) - 1;
      if (fields.length != 4 || line < 0 || line >= lines || report.outcomes[line] != null) {
        throw new IllegalStateException("the report has a line it should not have: " + text);
      }
      report.outcomes[line] = Outcome.valueOf(fields[1].toUpperCase(Locale.ROOT));
      report.revisions[line] = fields[2].equals("-") ? 0 : Long.parseLong(fields[2]);
    }
    if (texts.size() != lines) {
      throw new IllegalStateException("of " + lines + " lines the report names " + texts.size());
    }
    return report;
  }

  Outcome outcome(int line) {
    return outcomes[line];
  }

  /** Of a written line. */
  long revision(int line) {
    return revisions[line];
  }

  long count(Outcome of) {
    long count = 0;
    for (Outcome outcome : outcomes) {
      count += outcome == of ? 1 : 0;
    }
    return count;
  }
}
