package io.cairn.jepsen.damage;

import io.cairn.jepsen.cluster.KvdProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where things stand in the log of a node that does not run, by what {@code kvd log dump} prints of it. */
final class LogPlaces {
  private static final Duration MOST = Duration.ofSeconds(60);
  private static final int DAMAGED = 9;
  private static final Pattern LINE = Pattern.compile("segment (\\d+) byte (\\d+): (.*)");

  private final List<Line> lines;

  /**
   * One thing.
   *
   * @param segment the number of its file
   * @param at the byte where it begins
   */
  record Line(int segment, long at, String text) {
    String file() {
      return nameOf(segment);
    }
  }

  private LogPlaces(List<Line> lines) {
    this.lines = lines;
  }

  static String nameOf(int segment) {
    return String.format(Locale.ROOT, "log/%010d.seg", segment);
  }

  /** What is damaged of the log, such as a file that is not in use, is passed over. */
  static LogPlaces of(Path directory) {
    try {
      Path out = Files.createTempFile("cairn-dump-", ".txt");
      try {
        KvdProcess dump = KvdProcess.start(List.of("log", "dump", directory.toString()), directory, out);
        int status = dump.awaitExit(MOST);
        if (status != 0 && status != DAMAGED) {
          throw new IllegalStateException("kvd log dump of " + directory + " ended with status " + status + ": " + problems(out));
        }
        return new LogPlaces(Files.readAllLines(out).stream().map(LINE::matcher).filter(Matcher::matches)
            .map(found -> new Line(Integer.parseInt(found.group(1)), Long.parseLong(found.group(2)), found.group(3))).toList());
      } finally {
        Files.delete(out);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String problems(Path out) throws IOException {
    return Files.readAllLines(out).stream().filter(line -> !LINE.matcher(line).matches() || line.contains("PROBLEM")).limit(5).toList().toString();
  }

  /** Of the segments that were begun and have batches, the last. */
  int active() {
    return lines.stream().filter(line -> line.text.startsWith("batch ")).mapToInt(Line::segment).max().orElseThrow();
  }

  /** The numbers of segments that were begun, ascending. */
  List<Integer> begun() {
    return lines.stream().filter(line -> line.at == 0 && line.text.startsWith("of cluster ")).map(Line::segment).sorted().distinct().toList();
  }

  /** One of those that are such, drawn. */
  Line any(Random random, String what, Predicate<Line> such) {
    List<Line> found = lines.stream().filter(such).toList();
    if (found.isEmpty()) {
      throw new IllegalStateException("the log has no " + what);
    }
    return found.get(random.nextInt(found.size()));
  }

  /** The last of those that are such. */
  Line last(String what, Predicate<Line> such) {
    return lines.stream().filter(such).reduce((before, line) -> line).orElseThrow(() -> new IllegalStateException("the log has no " + what));
  }

  static boolean isBatch(Line line) {
    return line.text.startsWith("batch ");
  }

  static boolean isTable(Line line) {
    return line.text.startsWith("table ");
  }

  static boolean isState(Line line) {
    return line.text.startsWith("write ") && line.text.contains(" term ") && !isCopy(line);
  }

  static boolean isCopy(Line line) {
    return line.text.endsWith("(second copy)");
  }

  static boolean isEntries(Line line) {
    return line.text.startsWith("write ") && line.text.contains(" log: ") && line.text.contains(" after ");
  }

  static boolean isEntry(Line line) {
    return line.text.startsWith("write ") && line.text.endsWith(" bytes");
  }

  static boolean isRestart(Line line) {
    return line.text.contains("(cut off up to ");
  }
}
