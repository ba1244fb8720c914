package io.cairn.server.oracle;

import io.cairn.platform.Clock;
import io.cairn.raft.Invariant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * Hands out revisions on the node that leads the system shard. Belongs to the loop of the system shard's replica.
 *
 * <p>Three things keep two oracles from ever handing out the same revision: the window's end is committed before anything
 * below it is handed out; a new leader starts above the largest end in its log, once its own first entry is applied; and
 * nothing is handed out unless the leader's lease holds <em>after</em> the request arrived.
 */
public final class RevisionOracle {
  /** Least size of a window: what a leader burns when it changes on an idle cluster. */
  static final long WINDOW_MIN = 10_000;
  /** A window is meant to last this long at the present rate. */
  private static final long WINDOW_SECONDS = 10;
  /** A burst of less than this is no rate: by it the window would grow to what nobody uses. */
  private static final long RATE_NANOS_MIN = 1_000_000_000L;

  /** What the oracle asks of the replica of the system shard. */
  public interface Leadership {
    /** See {@link io.cairn.raft.Raft#leaseUntil()}. */
    long leaseUntil();

    /** Proposes to hand out {@code count} more; false when it cannot be proposed now. */
    boolean proposeWindow(long count);

    /** From here on {@code [first, last]} are somebody's own; {@code first} is {@code last + 1} where only the last one was asked for. */
    default void handsOut(long first, long last) {}
  }

  private final Clock clock;
  private final Leadership leadership;
  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
  private boolean serving;
  private boolean extending;
  private long next;
  private long end;
  private long windowSize;
  private long windowBegan;
  /** What was next when the window's end last moved: the present rate is counted from there. */
  private long nextAtBegin;

  private record Waiting(long count, Handover handover) {}

  /** Takes a range of revisions. */
  public interface Handover {
    /** {@code [first, first + count)} are the caller's alone; {@code last} is the last one handed out, these included. */
    void handed(long first, long last);

    /** This node no longer leads the system shard; nothing was handed out. */
    void refused();
  }

  public RevisionOracle(Clock clock, Leadership leadership) {
    this.clock = clock;
    this.leadership = leadership;
  }

  /** How many revisions a new leader's first entry adds to the window. */
  public static long firstWindow() {
    return WINDOW_MIN;
  }

  public boolean serving() {
    return serving;
  }

  /** This node's own first entry as leader is applied: revisions above {@code lastEnd}, up to {@code newEnd}, are free. */
  public void start(long lastEnd, long newEnd) {
    serving = true;
    extending = false;
    next = lastEnd + 1;
    end = newEnd;
    windowSize = newEnd - lastEnd;
    beginWindow();
    retry();
  }

  /** A later entry of this leader moved the window's end. */
  public void extended(long newEnd) {
    if (serving) {
      Invariant.check(newEnd >= end, "the window's end goes back from %d to %d", end, newEnd);
      end = newEnd;
      extending = false;
      beginWindow();
      retry();
    }
  }

  private void beginWindow() {
    windowBegan = clock.nanoTime();
    nextAtBegin = next;
  }

  /** Leadership is lost: what is left of the window is burnt. */
  public void stop() {
    serving = false;
    while (!waiting.isEmpty()) {
      waiting.poll().handover.refused();
    }
  }

  /** Hands out {@code count} revisions (0: only tells the last one), now or as soon as lease and window allow. */
  public void take(long count, Handover handover) {
    if (!serving) {
      handover.refused();
      return;
    }
    waiting.add(new Waiting(count, handover));
    retry();
  }

  /** Takes one range for each count, in order: one run of revisions, cut up. */
  public void take(List<Integer> counts, Revisions.Answer answer) {
    long total = 0;
    for (int count : counts) {
      total += count;
    }
    take(total, new Handover() {
      @Override
      public void handed(long first, long last) {
        var firsts = new ArrayList<Long>(counts.size());
        long next = first;
        for (int count : counts) {
          firsts.add(next);
          next += count;
        }
        answer.handed(firsts, last);
      }

      @Override
      public void refused() {
        answer.failed();
      }
    });
  }

  /** Tries what waits again; called when a round of heartbeats may have renewed the lease. */
  public void retry() {
    while (serving && !waiting.isEmpty()) {
      Waiting first = waiting.peek();
      if (end - next + 1 < first.count) {
        extend(first.count);
        return;
      }
      // Checked after the request arrived and before it is answered: a leader deposed in between cannot hold a lease now.
      if (clock.nanoTime() >= leadership.leaseUntil()) {
        return;
      }
      waiting.poll();
      long from = next;
      next += first.count;
      Invariant.check(next - 1 <= end, "revision %d handed out beyond the window's end %d", next - 1, end);
      if (end - next < windowSize / 2) {
        extend(0);
      }
      leadership.handsOut(from, next - 1);
      first.handover.handed(from, next - 1);
    }
  }

  private void extend(long atLeast) {
    if (extending) {
      return;
    }
    long usedNanos = Math.max(RATE_NANOS_MIN, clock.nanoTime() - windowBegan);
    double perSecond = (next - nextAtBegin) * 1e9 / usedNanos;
    long size = Math.max(WINDOW_MIN, Math.max(2 * atLeast, (long) (perSecond * WINDOW_SECONDS)));
    if (leadership.proposeWindow(size)) {
      extending = true;
      windowSize = size;
    }
  }
}
