package io.cairn.jepsen.check;

import io.cairn.jepsen.history.Event;
import io.cairn.jepsen.history.History;
import io.cairn.jepsen.history.Watch;
import java.util.List;

/**
 * Watches: each must be given the changes of its range from the revision it asked for, all of them, each once, in order of revisions and no
 * revision in two parts; or must end and say why. Judged against {@link History#truth()}.
 */
public final class WatchChecker implements Checker {
  /** A change lies in the range that is watched. */
  public static final String RANGE = "range";
  /** A change is of a kind that the watch wants. */
  public static final String FILTER = "filter";
  /** Nothing below the revision asked for (W-05, W-06). */
  public static final String FROM = "from";
  /** Revisions never go back (W-01). */
  public static final String ORDERED = "ordered";
  /** A change is given once (W-07). */
  public static final String UNIQUE = "unique";
  /** All changes of a revision come in one batch. */
  public static final String ATOMIC = "atomic";
  /** No change between two that were given is missing (W-03). */
  public static final String RELIABLE = "reliable";
  /** No change between the revision asked for and the first one given is missing (W-04). */
  public static final String RESUMABLE = "resumable";
  /** What a progress mark covers has been given before it, and marks never go back (W-02). */
  public static final String BOOKMARKABLE = "bookmarkable";
  /** A batch names the revision before it, and that one is not beyond what was given. */
  public static final String CHAINED = "chained";
  /** A change is what was written down: value, create revision, version, lease; or a delete. */
  public static final String TRUE = "true";
  /** The value that was replaced is the right one. */
  public static final String PREVIOUS = "previous";
  /** The state that a watch begins with is that of its revision. */
  public static final String INITIAL = "initial";
  /** What a resync tells is what differs. */
  public static final String RESYNC = "resync";
  /** A watch is told COMPACTED only where what it needs is gone. */
  public static final String COMPACTED = "compacted";
  /** Once faults are over, an open watch is brought up to date. */
  public static final String DRAINED = "drained";

  @Override
  public Verdict check(History history) {
    Findings findings = new Findings();
    List<Event.Drained> drained = history.all(Event.Drained.class);
    for (Watch watch : history.watches()) {
      new WatchReplay(watch, history.truth(), drained, findings).judge();
    }
    return findings.verdict();
  }
}
