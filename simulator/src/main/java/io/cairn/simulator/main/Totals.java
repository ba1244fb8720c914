package io.cairn.simulator.main;

import io.cairn.simulator.crash.CrashPoint;
import io.cairn.simulator.mark.Mark;
import io.cairn.simulator.swarm.FaultClass;
import io.cairn.simulator.swarm.SwarmResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Locale;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Sums over seeds, and over parts: a file of {@code name number} lines, to which each part adds its own. */
final class Totals {
  private final TreeMap<String, Long> sums = new TreeMap<>();

  void passed(SwarmResult result) {
    add("passed", 1);
    add("events", result.events());
    add("virtual-ms", result.virtualNanos() / 1_000_000);
    add("writes.acknowledged", result.acknowledged());
    add("writes.unknown", result.unknown());
    add("writes.refused", result.refused());
    add("reads", result.reads());
    add("nodes." + result.options().nodes(), 1);
    add("shards." + result.options().number("shards"), 1);
    for (FaultClass each : result.options().classes()) {
      add("seeds-with." + each, 1);
    }
    result.marks().forEach((mark, count) -> add("mark." + mark, count));
    result.crashes().forEach((point, count) -> add("crash." + point, count));
  }

  void failed(long seed, String invariant) {
    add("failed", 1);
    add("failed-seed." + seed + "." + invariant, 1);
  }

  void add(String name, long number) {
    sums.merge(name, number, Long::sum);
  }

  long of(String name) {
    return sums.getOrDefault(name, 0L);
  }

  static Totals read(Path file) throws IOException {
    Totals totals = new Totals();
    if (Files.exists(file)) {
      for (String line : Files.readAllLines(file)) {
        String[] words = line.split(" ");
        totals.add(words[0], Long.parseLong(words[1]));
      }
    }
    return totals;
  }

  /** Adds these to what the file holds; whole or not at all. */
  Totals addTo(Path file) {
    try {
      Totals both = read(file);
      sums.forEach(both::add);
      List<String> lines = new ArrayList<>();
      both.sums.forEach((name, number) -> lines.add(name + " " + number));
      Path fresh = file.resolveSibling(file.getFileName() + ".new");
      Files.write(fresh, lines);
      Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
      return both;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** For people: the sums, and which marks and crash points were not reached. */
  String report() {
    StringBuilder text = new StringBuilder();
    for (Map.Entry<String, Long> each : sums.entrySet()) {
      if (!each.getKey().startsWith("mark.") && !each.getKey().startsWith("crash.")) {
        text.append(String.format(Locale.ROOT, "%-28s %,d%n", each.getKey(), each.getValue()));
      }
    }
    long millis = of("wall-ms");
    if (millis > 0) {
      text.append(String.format(Locale.ROOT, "%-28s %,d%n", "events a second and thread", of("events") * 1_000 / millis));
    }
    int marks = 0;
    for (Mark mark : Mark.values()) {
      if (of("mark." + mark) > 0) {
        marks++;
      } else {
        text.append("not reached: ").append(mark).append(", ").append(mark.sentence()).append('\n');
      }
    }
    int points = 0;
    for (CrashPoint point : CrashPoint.drawn()) {
      if (of("crash." + point) > 0) {
        points++;
      } else {
        text.append("nobody lost power at: ").append(point).append('\n');
      }
    }
    return text.append(marks).append(" of ").append(Mark.values().length).append(" marks and ").append(points).append(" of ")
        .append(CrashPoint.drawn().size()).append(" crash points reached").toString();
  }
}
