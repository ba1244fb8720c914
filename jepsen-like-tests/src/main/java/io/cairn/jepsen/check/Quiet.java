package io.cairn.jepsen.check;

import io.cairn.jepsen.history.Event;
import java.util.List;

/** When nothing fails: what is promised to be done in some time is promised then. */
final class Quiet {
  private final List<Event.Fault> faults;

  /** @param faults in the order of their times */
  Quiet(List<Event.Fault> faults) {
    this.faults = faults;
  }

  boolean at(long time) {
    Event.Fault last = last(time);
    return last == null || last.isMended();
  }

  /** Of a time at which nothing fails: since when. */
  long since(long time) {
    Event.Fault last = last(time);
    return last == null ? Long.MIN_VALUE : last.at();
  }

  private Event.Fault last(long time) {
    int low = 0;
    int high = faults.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (faults.get(middle).at() <= time) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low == 0 ? null : faults.get(low - 1);
  }
}
