package io.cairn.server.replica;

import io.cairn.protocol.wire.ErrorCode;
import io.cairn.raft.Invariant;
import io.cairn.raft.log.Entry;
import io.cairn.server.apply.EntryEffect;
import io.cairn.server.outcome.Refusal;
import io.cairn.storage.guard.Subject;
import io.cairn.storage.mvcc.WriteResult;
import java.util.ArrayDeque;
import java.util.List;

/**
 * Proposed batches whose entries are not applied yet, in log order. From the moment a batch is here its outcome may be Unknown:
 * it is in a log.
 */
final class PendingWrites {

  /**
   * A batch in the log at (term, index), with revisions {@code [first, first + count)} of which some may be burnt. A write that was
   * answered at its deadline leaves null in its place: results are told apart by their places.
   */
  record Proposed(long term, long index, long first, List<WriteRequest> writes) {
    long last() {
      return first + writes.size() - 1;
    }
  }

  private final ArrayDeque<Proposed> batches = new ArrayDeque<>();
  private final HorizonAnswers horizon;

  /** Ends what apply has refused and what may yet go on. */
  interface HorizonAnswers {
    /** Asks the oracle for a new revision and refuses the write with it. */
    void answer(WriteRequest write, Refusal refusal);

    /** The write changed nothing, since the shard does not know its lease: it may be that it is only to be registered here. */
    default void leaseUnknown(WriteRequest write, long lease, Refusal refusal) {
      write.completion().refused(refusal);
    }

    /** The write changed nothing, since the shard knows nothing of what guards it: it may be that it is only to be registered there. */
    default void guardUnknown(WriteRequest write, Subject subject, Refusal refusal) {
      write.completion().refused(refusal);
    }

    /** The write changed nothing, since it deletes what guards writes of other shards: these are to be fenced there first. */
    default void guarded(WriteRequest write, List<Subject> subjects, Refusal refusal) {
      write.completion().refused(refusal);
    }
  }

  PendingWrites(HorizonAnswers horizon) {
    this.horizon = horizon;
  }

  void add(Proposed batch) {
    Invariant.check(batches.isEmpty() || batches.getLast().last() < batch.first,
        "revisions go back in the log: %d after %d", batch.first, batches.isEmpty() ? 0 : batches.getLast().last());
    batches.add(batch);
  }

  int size() {
    return batches.size();
  }

  /** The index of the last batch that may hold a revision at or below {@code revision}, or 0. */
  long lastIndexAtOrBelow(long revision) {
    long index = 0;
    for (Proposed batch : batches) {
      if (batch.first > revision) {
        break;
      }
      index = batch.index;
    }
    return index;
  }

  /** The highest revision that a batch at or below {@code index} may hold, or 0 when none here is that low. */
  long revisionUpTo(long index) {
    long revision = 0;
    for (Proposed batch : batches) {
      if (batch.index > index) {
        break;
      }
      revision = batch.last();
    }
    return revision;
  }

  /** An entry was applied here; answers those who wait for it. */
  void applied(Entry entry, EntryEffect effect) {
    Proposed batch = batches.peek();
    if (batch == null || batch.index > entry.index()) {
      return;
    }
    batches.poll();
    Invariant.check(batch.index == entry.index(), "entry %d was applied while %d was awaited", entry.index(), batch.index);
    if (batch.term != entry.term() || !(effect instanceof EntryEffect.Written written)) {
      fail(batch, "another leader's entry took its place in the log");
      return;
    }
    List<WriteResult> results = written.results();
    for (int i = 0; i < results.size(); i++) {
      if (batch.writes.get(i) != null) {
        answer(batch.writes.get(i), results.get(i));
      }
    }
  }

  private void answer(WriteRequest write, WriteResult result) {
    switch (result) {
      case WriteResult.Done done -> write.completion().done(done);
      case WriteResult.Refused refused -> {
        Refusal refusal = Refusal.of(code(refused.reason()), refused.message());
        if (refused.reason() == WriteResult.Reason.HORIZON) {
          horizon.answer(write, refusal);
        } else if (refused.reason() == WriteResult.Reason.LEASE_UNKNOWN) {
          horizon.leaseUnknown(write, refused.lease(), refusal);
        } else if (refused.reason() == WriteResult.Reason.GUARD_UNKNOWN) {
          horizon.guardUnknown(write, refused.subjects().getFirst(), refusal);
        } else if (refused.reason() == WriteResult.Reason.GUARDED) {
          horizon.guarded(write, refused.subjects(), refusal);
        } else {
          write.completion().refused(refusal);
        }
      }
    }
  }

  private static ErrorCode code(WriteResult.Reason reason) {
    return switch (reason) {
      case SEQUENCE_CLOSED -> ErrorCode.SEQUENCE_CLOSED;
      case SEQUENCE_REUSED -> ErrorCode.SEQUENCE_REUSED;
      case TOO_MANY_OPEN -> ErrorCode.TOO_MANY_OPEN;
      case HORIZON -> ErrorCode.HORIZON;
      case NOT_A_NUMBER -> ErrorCode.NOT_A_NUMBER;
      case TXN_TOO_LARGE -> ErrorCode.TXN_TOO_LARGE;
      case LEASE_UNKNOWN, LEASE_NOT_FOUND -> ErrorCode.LEASE_NOT_FOUND;
      case LEASE_KEYS -> ErrorCode.LEASE_KEYS;
      case LEASE_EXISTS -> ErrorCode.LEASE_EXISTS;
      case LEASE_LIMIT -> ErrorCode.LEASE_LIMIT;
      case GUARD_UNKNOWN, GUARD_PASSED -> ErrorCode.GUARD_PASSED;
      case GUARDED -> ErrorCode.OVERLOADED;
    };
  }

  /** Leadership is lost with these in the log: whether they take effect is for the next leader to say. */
  void failAll(String why) {
    while (!batches.isEmpty()) {
      fail(batches.poll(), why);
    }
  }

  /** Ends the writes whose time is over: they are in a log, and may still take effect. */
  void expire(long now) {
    for (Proposed batch : batches) {
      for (int i = 0; i < batch.writes.size(); i++) {
        WriteRequest write = batch.writes.get(i);
        if (write != null && now - write.deadline() >= 0) {
          batch.writes.set(i, null);
          unknown(write, "the deadline passed before the write was committed");
        }
      }
    }
  }

  private static void fail(Proposed batch, String why) {
    for (WriteRequest write : batch.writes) {
      if (write != null) {
        unknown(write, why);
      }
    }
  }

  private static void unknown(WriteRequest write, String why) {
    write.completion().unknown(why + "; the write may or may not take effect: ask again with the same client id and sequence");
  }
}
