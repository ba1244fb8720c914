package io.cairn.storage.mvcc;

import io.cairn.storage.OnDiskFormat;
import io.cairn.storage.StorageFailure.Kind;
import io.cairn.storage.StorageFailure;
import io.cairn.storage.engine.Engine;
import io.cairn.storage.engine.Family;
import io.cairn.storage.lease.Lease;
import io.cairn.storage.retry.Answer;
import java.util.List;
import java.util.function.Supplier;

/**
 * What a client is told that sends a command again which was applied before: the first answer, from the client's record, or, where that was too
 * long to be kept there, worked out again from the history. Changes nothing. Used by the apply loop alone.
 */
final class Repeats {
  private final Engine engine;
  private final long store;
  private final Supplier<ReadView> views;
  private final StoredVersion decoded = new StoredVersion();
  private final StoredEvent event = new StoredEvent();

  /** @param views of what is committed; to be closed */
  Repeats(Engine engine, long store, Supplier<ReadView> views) {
    this.engine = engine;
    this.store = store;
    this.views = views;
  }

  /**
   * @param compacted up to where history is gone, as of the entries applied so far
   * @param rules of what keys none is kept, likewise
   */
  WriteResult again(Write write, Answer answer, long compacted, HistoryRules rules) {
    return write.op().isTransactional() ? transaction(write, answer, compacted) : single(write, answer, compacted, rules);
  }

  /**
   * Gives the first application's answer again. One too long to be kept is worked out anew over the keys as they were then: those of
   * the revision before the transaction's own, or, when it took none, those of the revision that it was answered with.
   */
  private WriteResult transaction(Write write, Answer answer, long compacted) {
    if (answer.previous() != null) {
      return new WriteResult.Done(answer.revision(), answer.changed(), null, true, OpAnswerCodec.decode(answer.previous()), List.of());
    }
    long before = answer.changed() > 0 ? answer.revision() - 1 : answer.revision();
    if (before < compacted) {
      return new WriteResult.Refused(WriteResult.Reason.HORIZON,
          "the answer is made of what was at revision " + before + ", which is compacted");
    }
    try (ReadView view = views.get()) {
      var run = new TxnRun(new PastKeys(view, before), before + 1, TxnBounds.NONE, TxnRun.LeaseRule.DONE_BEFORE);
      OpAnswer again = run.run(write.op());
      if (run.changes().size() != answer.changed()) {
        throw new StorageFailure(Kind.CORRUPT, "store " + store + " shows at revision " + before + " what makes a transaction change "
            + run.changes().size() + " keys; it changed " + answer.changed());
      }
      return new WriteResult.Done(answer.revision(), answer.changed(), null, true, again, List.of());
    } catch (CompactedException e) { // No history is kept of a key that it read.
      return new WriteResult.Refused(WriteResult.Reason.HORIZON, "the answer is made of what was at revision " + before + ": " + e.getMessage());
    }
  }

  /** Gives the first application's answer again; a previous version too long to be kept with it is in its event. */
  private WriteResult single(Write write, Answer answer, long compacted, HistoryRules rules) {
    if (write.op() instanceof Op.LeaseGrant || write.op() instanceof Op.LeaseRevoke) {
      return new WriteResult.Done(answer.revision(), 0, null, true, null, List.of(ShardLeases.decodeAnswer(answer.previous())));
    }
    byte[] key = keyOf(write.op());
    long ttlMillis = write.op() instanceof Op.Put put ? put.ttlMillis() : 0;
    Version previous = null;
    List<Lease> leases = List.of();
    if (answer.previous() != null) {
      byte[] shown = ttlMillis == 0 ? answer.previous() : ShardLeases.ownPrevious(answer.previous());
      previous = shown == null ? null : decoded.read(shown).toVersion(key, false);
      leases = ttlMillis == 0 ? leases : List.of(ShardLeases.own(ShardLeases.ownLease(answer.previous()), ttlMillis));
    } else if (answer.previousInEvent()) {
      if (answer.revision() <= compacted || rules.isGone(key, answer.revision())) {
        return new WriteResult.Refused(WriteResult.Reason.HORIZON,
            "the answer showed a version whose event at revision " + answer.revision() + " is compacted");
      }
      byte[] found = engine.get(Family.EVENTS, OnDiskFormat.eventKey(store, answer.revision(), 0));
      if (found == null || !event.read(found).replaced) {
        throw new StorageFailure(Kind.CORRUPT, "store " + store + " has no event " + answer.revision() + "/0 with a replaced version");
      }
      leases = ttlMillis == 0 ? leases : List.of(ShardLeases.own(event.current(decoded).lease, ttlMillis));
      previous = event.replaced(decoded).toVersion(key, false);
    }
    return new WriteResult.Done(answer.revision(), answer.changed(), previous, true, null, leases);
  }

  static byte[] keyOf(Op op) {
    return switch (op) {
      case Op.Put put -> put.key();
      case Op.Delete delete -> delete.key();
      case Op.DeleteRange range -> range.start();
      case Op.Add _, Op.Range _, Op.Txn _ -> throw new IllegalStateException("no single key: " + op);
      case Op.LeaseGrant _, Op.LeaseRevoke _, Op.LeaseDelete _ -> throw new IllegalStateException("a lease is no key");
    };
  }
}
