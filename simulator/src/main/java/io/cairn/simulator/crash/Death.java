package io.cairn.simulator.crash;

import java.util.Comparator;

/** A node lost its power there, being that. */
public record Death(CrashPoint point, CrashRole role) implements Comparable<Death> {

  @Override
  public int compareTo(Death other) {
    return Comparator.comparing(Death::point).thenComparing(Death::role).compare(this, other);
  }
}
