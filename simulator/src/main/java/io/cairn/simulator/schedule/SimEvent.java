package io.cairn.simulator.schedule;

/** Something that happens at a time. Ordered by time, then by a number drawn from the seed, then by when it was scheduled. */
final class SimEvent implements Comparable<SimEvent> {
  final long atNanos;
  final long tieBreak;
  final long sequence;
  /** Whose it is: dropped when that life is over. Null for the world's own. */
  final SimProcess process;
  final SimLoop loop;
  final String kind;
  final Runnable action;

  SimEvent(long atNanos, long tieBreak, long sequence, SimProcess process, SimLoop loop, String kind, Runnable action) {
    this.atNanos = atNanos;
    this.tieBreak = tieBreak;
    this.sequence = sequence;
    this.process = process;
    this.loop = loop;
    this.kind = kind;
    this.action = action;
  }

  @Override
  public int compareTo(SimEvent other) {
    if (atNanos != other.atNanos) {
      return Long.compare(atNanos, other.atNanos);
    }
    if (tieBreak != other.tieBreak) {
      return Long.compare(tieBreak, other.tieBreak);
    }
    return Long.compare(sequence, other.sequence);
  }
}
