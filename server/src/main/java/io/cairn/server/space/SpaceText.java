package io.cairn.server.space;

import java.util.Locale;

/** Sizes for people. */
final class SpaceText {
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};

  private SpaceText() {}

  /** With one decimal, in the largest unit of which there is a whole one. */
  static String of(long bytes) {
    double size = bytes;
    int unit = 0;
    while (size >= 1_024 && unit < UNITS.length - 1) {
      size /= 1_024;
      unit++;
    }
    return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", size, UNITS[unit]);
  }
}
