package io.cairn.cli.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Numbers of lines, each added once, in any order, kept as ranges. Keeps a bounded number of ranges, the lowest, and counts the rest. */
final class LineRanges {

  private final int rangesMax;
  /** First line to last line. No two touch. */
  private final TreeMap<Long, Long> ranges = new TreeMap<>();
  private long count;
  private long kept;

  LineRanges(int rangesMax) {
    this.rangesMax = rangesMax;
  }

  void add(long line) {
    count++;
    kept++;
    Map.Entry<Long, Long> before = ranges.floorEntry(line);
    Long lastAfter = ranges.remove(line + 1);
    long last = lastAfter == null ? line : lastAfter;
    ranges.put(before != null && before.getValue() == line - 1 ? before.getKey() : line, last);
    if (ranges.size() > rangesMax) {
      Map.Entry<Long, Long> dropped = ranges.pollLastEntry();
      kept -= dropped.getValue() - dropped.getKey() + 1;
    }
  }

  long count() {
    return count;
  }

  /** Lines that are in none of the ranges, for there were too many. */
  long unlisted() {
    return count - kept;
  }

  /** As in {@code 3} and {@code 7-9}, ascending. */
  List<String> texts() {
    List<String> texts = new ArrayList<>(ranges.size());
    ranges.forEach((first, last) -> texts.add(first.equals(last) ? Long.toString(first) : first + "-" + last));
    return texts;
  }
}
