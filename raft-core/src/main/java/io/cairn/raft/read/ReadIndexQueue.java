package io.cairn.raft.read;

import io.cairn.raft.Invariant;
import io.cairn.raft.ReplicaId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A leader's reads on their way to confirmation (dissertation 6.4).
 *
 * <pre>
 *   waiting ──first entry of the term committed──▶ fresh ──a round leaves──▶ batch ──round confirmed──▶ ConfirmedRead
 * </pre>
 *
 * Until an entry of its own term is committed, a new leader's commit index may lie below what its predecessor has
 * acknowledged (RD-02). A read joins only a round that leaves after it came: an answer to an earlier one says nothing about
 * who led when the read arrived. Rounds are never used twice, so a late or doubled answer can confirm only what waited for that
 * very round or an earlier one (RD-03).
 */
public final class ReadIndexQueue {

  /** More than drivers that batch their reads can have open; beyond it reads are refused at once. */
  static final int MOST_OPEN = 65_536;
  /** Rounds that reads may start while earlier ones are on their way; later reads share the next. */
  private static final int MOST_ROUNDS = 4;

  private record Batch(long round, List<ConfirmedRead> reads) {}

  private List<ConfirmedRead> waiting = new ArrayList<>();
  private List<ConfirmedRead> fresh = new ArrayList<>();
  private final ArrayDeque<Batch> batches = new ArrayDeque<>();
  private boolean termCommitted;
  private int open;

  /** @return false when too many are open */
  public boolean add(long read, ReplicaId origin, long context, long commit) {
    if (open >= MOST_OPEN) {
      return false;
    }
    open++;
    (termCommitted ? fresh : waiting).add(new ConfirmedRead(read, origin, commit, context));
    return true;
  }

  /** An entry of the leader's own term is committed: from here its commit index is at least every earlier leader's. */
  public void termCommitted(long commit) {
    if (termCommitted) {
      return;
    }
    termCommitted = true;
    for (ConfirmedRead read : waiting) {
      fresh.add(new ConfirmedRead(read.read(), read.origin(), commit, read.context()));
    }
    waiting = List.of();
  }

  public boolean isIdle() {
    return open == 0;
  }

  /** Whether a round would help: reads wait for one, and not too many are under way. */
  public boolean wantsRound() {
    return !fresh.isEmpty() && batches.size() < MOST_ROUNDS;
  }

  /** A round leaves: it carries everything that has waited for one. */
  public void ride(long round) {
    Invariant.check(batches.isEmpty() || batches.getLast().round < round, "round %d leaves after %d", round,
        batches.isEmpty() ? 0 : batches.getLast().round);
    if (!fresh.isEmpty()) {
      batches.add(new Batch(round, fresh));
      fresh = new ArrayList<>();
    }
  }

  public void confirmed(long round, Consumer<ConfirmedRead> out) {
    while (!batches.isEmpty() && batches.getFirst().round <= round) {
      Batch batch = batches.removeFirst();
      open -= batch.reads.size();
      batch.reads.forEach(out);
      Invariant.check(open >= 0, "%d reads open after round %d", open, round);
    }
  }

  /** Leadership is lost: nothing can be said of any of them. */
  public void failAll(Consumer<ConfirmedRead> out) {
    batches.forEach(batch -> batch.reads.forEach(out));
    fresh.forEach(out);
    waiting.forEach(out);
    batches.clear();
    fresh = new ArrayList<>();
    waiting = new ArrayList<>();
    open = 0;
  }
}
