package io.cairn.server.config;

import java.util.LinkedHashMap;
import java.util.Map;

/** A number with a unit: {@code 64MiB}, {@code 500ms}. The unit is never guessed: a bare number is refused. */
enum Quantity {
  BYTES("64MiB", units("GiB", 1L << 30, "MiB", 1L << 20, "KiB", 1L << 10, "B", 1L)),
  DURATION("500ms", units("h", 3_600_000_000_000L, "m", 60_000_000_000L, "s", 1_000_000_000L, "ms", 1_000_000L, "us", 1_000L, "ns", 1L));

  private final String example;
  /** From the largest to the smallest. */
  private final Map<String, Long> units;

  Quantity(String example, Map<String, Long> units) {
    this.example = example;
    this.units = units;
  }

  long parse(String text) {
    int end = 0;
    while (end < text.length() && Character.digit(text.charAt(end), 10) >= 0) {
      end++;
    }
    Long unit = units.get(text.substring(end).trim());
    if (end == 0 || unit == null) {
      throw new IllegalArgumentException(
          "must be a whole number and a unit (" + String.join(", ", units.keySet()) + "), as in " + example);
    }
    try {
      return Math.multiplyExact(Long.parseLong(text.substring(0, end)), unit);
    } catch (ArithmeticException | NumberFormatException e) {
      throw new IllegalArgumentException("is larger than any that can be meant; write one as in " + example, e);
    }
  }

  /** In the largest unit that leaves a whole number. */
  String print(long value) {
    for (Map.Entry<String, Long> unit : units.entrySet()) {
      if (value != 0 && value % unit.getValue() == 0) {
        return value / unit.getValue() + unit.getKey();
      }
    }
    return this == BYTES ? "0B" : "0ms";
  }

  private static Map<String, Long> units(Object... pairs) {
    Map<String, Long> units = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      units.put((String) pairs[i], (Long) pairs[i + 1]);
    }
    return units;
  }
}
