package io.cairn.server.replica;

import io.cairn.platform.Clock;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.raft.read.ReadAnswer;
import io.cairn.server.outcome.Refusal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * Reads on their way from arrival to being served: one read-index round for all that arrived while the last one was under way
 * (dissertation 6.4). A round that fails or is not answered is asked for again under a new id, never the same one (RD-04). Each
 * read ends by its deadline.
 */
final class ReadRounds {
  private static final int UNDER_WAY_MAX = 2;

  /** Asks raft for a read index. */
  interface Asker {
    void readIndex(long read, long context);
  }

  private record Round(List<ReadRequest> reads, long askedAt) {}

  private record Confirmed(long index, long revision, List<ReadRequest> reads) {}

  private final Clock clock;
  private final long answerNanos;
  private final Asker asker;
  private final Map<Long, Round> rounds = new LinkedHashMap<>();
  private final PriorityQueue<Confirmed> confirmed = new PriorityQueue<>(Comparator.comparingLong(Confirmed::index));
  private List<ReadRequest> arrived = new ArrayList<>();
  private long nextRead;
  private int waiting;
  /** No deadline of what waits is earlier. */
  private long nextDeadline = Long.MAX_VALUE;
  /** The highest revision at which the shard was said to be resolved, and which is applied here. */
  private long resolved;

  /**
   * @param firstRead ids count up from here; differs from process to process, so that no answer of an earlier life fits
   * @param answerNanos how long an answer may take before another round is asked for
   */
  ReadRounds(Clock clock, long firstRead, long answerNanos, Asker asker) {
    this.clock = clock;
    this.nextRead = firstRead;
    this.answerNanos = answerNanos;
    this.asker = asker;
  }

  /** An id for a round that the resolver asks for itself. */
  long freshId() {
    return nextRead++;
  }

  /** What the reads that wait here hold, about. */
  long queuedBytes() {
    return (long) waiting * ReadRequest.BYTES;
  }

  long resolved() {
    return resolved;
  }

  void add(ReadRequest read) {
    arrived.add(read);
    waiting++;
    nextDeadline = Math.min(nextDeadline, read.deadline());
  }

  /** Starts a round for what has arrived; called at the end of a turn. */
  void start() {
    expire();
    if (arrived.isEmpty() || rounds.size() >= UNDER_WAY_MAX) {
      return;
    }
    List<ReadRequest> reads = arrived;
    arrived = new ArrayList<>();
    long context = 0;
    for (ReadRequest read : reads) {
      context = Math.max(context, read.context());
    }
    long id = nextRead++;
    rounds.put(id, new Round(reads, clock.nanoTime()));
    asker.readIndex(id, context);
  }

  /** An answer came in; {@code applied} is how far this replica has applied. */
  void answered(ReadAnswer answer, long applied) {
    Round round = rounds.remove(answer.read());
    if (round == null) {
      return;
    }
    if (!answer.ok()) {
      arrived.addAll(round.reads);
    } else if (answer.index() <= applied) {
      serve(round.reads, answer.answer());
    } else {
      confirmed.add(new Confirmed(answer.index(), answer.answer(), round.reads));
    }
  }

  /** This replica has applied up to {@code index}. */
  void applied(long index) {
    while (!confirmed.isEmpty() && confirmed.peek().index <= index) {
      Confirmed ready = confirmed.poll();
      serve(ready.reads, ready.revision);
    }
  }

  private void serve(List<ReadRequest> reads, long revision) {
    waiting -= reads.size();
    resolved = Math.max(resolved, revision);
    for (ReadRequest read : reads) {
      if (read.context() > revision) {
        read.completion().refused(Refusal.of(ErrorCode.FUTURE_REVISION,
            "revision " + read.context() + " has not been handed out yet; this shard is resolved up to " + revision));
      } else {
        read.completion().done(revision);
      }
    }
  }

  /** Lets time pass: rounds without an answer are asked for anew, reads past their deadline end. */
  void tick() {
    long now = clock.nanoTime();
    var late = new ArrayList<ReadRequest>();
    rounds.values().removeIf(round -> {
      boolean isLate = now - round.askedAt >= answerNanos;
      if (isLate) {
        late.addAll(round.reads);
      }
      return isLate;
    });
    arrived.addAll(0, late);
    start();
  }

  private void expire() {
    long now = clock.nanoTime();
    if (now < nextDeadline) {
      return;
    }
    nextDeadline = Long.MAX_VALUE;
    var unconfirmed = new ArrayList<ReadRequest>();
    takeLate(arrived, now, unconfirmed);
    for (Round round : rounds.values()) {
      takeLate(round.reads, now, unconfirmed);
    }
    var behind = new ArrayList<ReadRequest>();
    for (Confirmed waitsForApply : confirmed) {
      takeLate(waitsForApply.reads, now, behind);
    }
    waiting -= unconfirmed.size() + behind.size();
    for (ReadRequest read : unconfirmed) {
      read.completion().refused(Refusal.of(ErrorCode.NO_QUORUM,
          "no leader with a majority confirmed the read before its deadline; nothing was done"));
    }
    for (ReadRequest read : behind) {
      read.completion().refused(Refusal.deadline("while this replica was catching up"));
    }
  }

  private void takeLate(List<ReadRequest> reads, long now, List<ReadRequest> late) {
    reads.removeIf(read -> {
      boolean isLate = now - read.deadline() >= 0;
      if (isLate) {
        late.add(read);
      } else {
        nextDeadline = Math.min(nextDeadline, read.deadline());
      }
      return isLate;
    });
  }

  /** The leader changed: what was asked of the old one is asked again. */
  void askAgain() {
    for (Round round : rounds.values()) {
      arrived.addAll(round.reads);
    }
    rounds.clear();
  }

  void refuseAll(Refusal refusal) {
    askAgain();
    List<ReadRequest> all = arrived;
    arrived = new ArrayList<>();
    for (Confirmed waitsForApply : confirmed) {
      all.addAll(waitsForApply.reads);
    }
    confirmed.clear();
    waiting = 0;
    for (ReadRequest read : all) {
      read.completion().refused(refusal);
    }
  }
}
