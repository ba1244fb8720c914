package io.cairn.server.testing;

import io.cairn.server.oracle.Revisions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** Hands out revisions when the test lets it; remembers what it was asked. */
public final class CountingOracle implements Revisions.Oracle {

  /** A request that was not answered yet. */
  public record Asked(List<Integer> counts, Revisions.Answer answer) {}

  private final ArrayDeque<Asked> held = new ArrayDeque<>();
  private final List<List<Integer>> requests = new ArrayList<>();
  private boolean holding;
  private long next = 2;

  @Override
  public void ask(List<Integer> counts, long timeoutNanos, Revisions.Answer answer) {
    requests.add(counts);
    if (holding) {
      held.add(new Asked(counts, answer));
    } else {
      hand(new Asked(counts, answer));
    }
  }

  private void hand(Asked asked) {
    var firsts = new ArrayList<Long>();
    for (int count : asked.counts) {
      firsts.add(next);
      next += count;
    }
    asked.answer.handed(firsts, next - 1);
  }

  /** Keeps questions until {@link #release} or {@link #fail}. */
  public CountingOracle hold() {
    holding = true;
    return this;
  }

  public void release() {
    holding = false;
    while (!held.isEmpty()) {
      hand(held.poll());
    }
  }

  /** Answers the oldest question and keeps the others. */
  public void answerOne() {
    hand(held.poll());
  }

  public void failOne() {
    held.poll().answer.failed();
  }

  /** The oldest question, for an answer of the test's own. */
  public Asked takeHeld() {
    return held.poll();
  }

  public int held() {
    return held.size();
  }

  public List<List<Integer>> requests() {
    return requests;
  }

  /** Some other shard takes revisions. */
  public long burn(int count) {
    next += count;
    return next - 1;
  }

  public long last() {
    return next - 1;
  }
}
