package io.cairn.server.members;

/** Which step of which change: later ones are greater. Numbers of changes are never used twice. */
public record Stamp(long change, int stage, boolean back) implements Comparable<Stamp> {

  @Override
  public int compareTo(Stamp other) {
    int byChange = Long.compare(change, other.change);
    if (byChange != 0) {
      return byChange;
    }
    int byDirection = Boolean.compare(back, other.back);
    return byDirection != 0 ? byDirection : Integer.compare(stage, other.stage);
  }

  @Override
  public String toString() {
    return change + "/" + stage + (back ? "-back" : "");
  }
}
