package io.cairn.server.oracle;

import io.cairn.platform.EventLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A node's way to the oracle, wherever it is. One request is open at a time, for the closed batches of all shards of the node;
 * what comes meanwhile waits and goes together with the next.
 *
 * <p>Belongs to the node's first loop; {@link #known()} and {@link #learn} may be called from any.
 */
public final class Revisions {
  /** How long an unanswered request stays open before it is given up and sent anew: then its answer is dropped (never used). */
  private static final long ANSWER_NANOS = 1_000_000_000L;
  /** Pause before another try when no oracle answers. */
  private static final long RETRY_NANOS = 20_000_000L;

  /** Most ranges asked for at once: request and answer fit one small frame. What is left goes with the next. */
  public static final int ASKED_MAX = 1_000;

  /** Where requests go. */
  public interface Oracle {
    /**
     * Asks the leader of the system shard, here or on another node, for one range for each count, and for the last revision
     * handed out. Exactly one method of {@code answer} is called, on the node's first loop.
     */
    void ask(List<Integer> counts, long timeoutNanos, Answer answer);
  }

  /** What comes back. */
  public interface Answer {
    void handed(List<Long> firsts, long last);

    void failed();
  }

  /** A closed batch that waits for its range, or a question for the last revision (count 0). Owned by whoever asked. */
  public abstract static class Take {
    private final int count;
    private final EventLoop replyLoop;
    private volatile long sentKnowing = Long.MAX_VALUE;
    private volatile boolean cancelled;

    protected Take(int count, EventLoop replyLoop) {
      this.count = count;
      this.replyLoop = replyLoop;
    }

    /** Runs on the reply loop unless cancelled before: {@code [first, first + count)} is the caller's alone. */
    protected abstract void granted(long first, long last);

    /** The answer, if one still comes, is of no use: its range is burnt. */
    public final void cancel() {
      cancelled = true;
    }

    /**
     * Whether an answer still to come is certainly above {@code revision}, which was handed out before now: because the request
     * has not been sent yet, or was sent when the node already knew {@code revision}.
     */
    public final boolean willExceed(long revision) {
      return sentKnowing >= revision;
    }
  }

  private final EventLoop loop;
  private final Oracle oracle;
  private final AtomicLong known = new AtomicLong(1);
  private final ArrayDeque<Take> queue = new ArrayDeque<>();
  private boolean open;
  private boolean pumpScheduled;
  private boolean closed;

  public Revisions(EventLoop loop, Oracle oracle) {
    this.loop = loop;
    this.oracle = oracle;
  }

  /** The highest revision this node knows to have been handed out. */
  public long known() {
    return known.get();
  }

  /** Notes a revision that was certainly handed out. */
  public void learn(long revision) {
    if (revision > known.get()) {
      known.accumulateAndGet(revision, Math::max);
    }
  }

  /** Asks for the range of a closed batch. Tried until granted or cancelled. From any loop. */
  public void take(Take take) {
    loop.run(() -> {
      queue.add(take);
      pump();
    });
  }

  /** Another leader of the system shard is known: no need to wait for the next try. */
  public void oracleMoved() {
    loop.run(this::pump);
  }

  public void close() {
    closed = true;
  }

  private void pump() {
    if (open || closed) {
      return;
    }
    queue.removeIf(take -> take.cancelled);
    if (queue.isEmpty()) {
      return;
    }
    var sent = new ArrayList<Take>(Math.min(queue.size(), ASKED_MAX));
    while (sent.size() < ASKED_MAX && !queue.isEmpty()) {
      sent.add(queue.poll());
    }
    var counts = new ArrayList<Integer>(sent.size());
    long knownNow = known.get();
    for (Take take : sent) {
      take.sentKnowing = knownNow;
      counts.add(take.count);
    }
    open = true;
    oracle.ask(counts, ANSWER_NANOS, new Answer() {
      @Override
      public void handed(List<Long> firsts, long last) {
        open = false;
        learn(last);
        for (int i = 0; i < sent.size(); i++) {
          hand(sent.get(i), firsts.get(i), last);
        }
        pump();
      }

      @Override
      public void failed() {
        open = false;
        for (int i = sent.size() - 1; i >= 0; i--) {
          sent.get(i).sentKnowing = Long.MAX_VALUE;
          queue.addFirst(sent.get(i));
        }
        pumpLater();
      }
    });
  }

  private static void hand(Take take, long first, long last) {
    take.replyLoop.run(() -> {
      if (!take.cancelled) {
        take.granted(first, last);
      }
    });
  }

  private void pumpLater() {
    if (!pumpScheduled) {
      pumpScheduled = true;
      loop.schedule(RETRY_NANOS, () -> {
        pumpScheduled = false;
        pump();
      });
    }
  }
}
