package io.cairn.jepsen.check;

import java.util.List;

/**
 * What was seen of elections in a run. Times are one clock's, in nanoseconds. No two words of a run are the same.
 *
 * @param stood words with which candidates stood, elected or not
 * @param offices of those that were told that they lead
 * @param proclaimed what leaders, and such as believed it, said later
 * @param seen what observers were shown, each observer's in its order
 */
public record ElectionStory(List<String> stood, List<Office> offices, List<Proclaimed> proclaimed, List<Seen> seen) {

  /** What became of a call. */
  public enum Outcome { DONE, REFUSED, UNKNOWN }

  /**
   * A term of office.
   *
   * @param electedAt when the leader was told
   * @param certainUntil the last moment at which it, by its own clocks, was certain to lead
   */
  public record Office(String election, long term, String word, long electedAt, long certainUntil) {}

  /** @param revision when it was done; 0 where that is not told */
  public record Proclaimed(String election, long term, String word, long askedAt, Outcome outcome, long revision) {}

  /** @param term 0: nobody leads, and there is no word */
  public record Seen(String election, int observer, long at, long term, String word) {}
}
