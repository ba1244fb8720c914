package io.cairn.simulator.schedule;

/** Sees each event before it runs: for replays, and to find the first event in which two runs of one seed differ. */
@FunctionalInterface
public interface SimTrace {

  /**
   * @param sequence the events run before this one
   * @param worldNanos when, in virtual time
   * @param process the node and its life, or {@code world}
   * @param loop the loop's name, or {@code -}
   * @param kind what happens
   * @param digest of everything before this event
   */
  void event(long sequence, long worldNanos, String process, String loop, String kind, long digest);
}
