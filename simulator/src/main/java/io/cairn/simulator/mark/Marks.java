package io.cairn.simulator.mark;

import java.util.EnumMap;
import java.util.Map;

/** How often each mark was reached. */
public final class Marks {
  private final EnumMap<Mark, Long> counts = new EnumMap<>(Mark.class);

  public void reach(Mark mark) {
    counts.merge(mark, 1L, Long::sum);
  }

  public void reachIf(boolean reached, Mark mark) {
    if (reached) {
      reach(mark);
    }
  }

  /** In the order of the marks; those not reached are not in it. */
  public Map<Mark, Long> counts() {
    return counts;
  }
}
