package io.cairn.raft.read;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Reads that a follower has asked its leader for. Each ends exactly once: by the leader's answer, when the leader or the term
 * changes, or after an election timeout (a lost message must not be remembered for ever). An answer to a read that has
 * ended finds nothing (RD-03, RD-04).
 */
public final class AskedReads {

  /** More than a driver that batches its reads can have open; beyond it reads are refused at once. */
  static final int MOST_OPEN = 65_536;

  private record Asked(long read, long at) {}

  private final Map<Long, Asked> open = new HashMap<>();
  private final ArrayDeque<Asked> inOrder = new ArrayDeque<>();

  public boolean add(long read, long now) {
    if (inOrder.size() >= MOST_OPEN) {
      return false;
    }
    var asked = new Asked(read, now);
    open.put(read, asked);
    inOrder.add(asked);
    return true;
  }

  /** Whether it was still open. */
  public boolean remove(long read) {
    boolean wasOpen = open.remove(read) != null;
    while (!inOrder.isEmpty() && open.get(inOrder.getFirst().read) != inOrder.getFirst()) {
      inOrder.removeFirst();
    }
    return wasOpen;
  }

  /** Refuses what was asked at or before {@code time}. */
  public void expire(long time, Consumer<ReadAnswer> refusals) {
    while (!inOrder.isEmpty() && inOrder.getFirst().at <= time) {
      refuse(inOrder.removeFirst(), refusals);
    }
  }

  public void failAll(Consumer<ReadAnswer> refusals) {
    while (!inOrder.isEmpty()) {
      refuse(inOrder.removeFirst(), refusals);
    }
  }

  private void refuse(Asked asked, Consumer<ReadAnswer> refusals) {
    if (open.remove(asked.read, asked)) {
      refusals.accept(new ReadAnswer(asked.read, 0, 0, false));
    }
  }
}
