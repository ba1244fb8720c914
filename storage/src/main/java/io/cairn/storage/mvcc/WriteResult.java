package io.cairn.storage.mvcc;

import io.cairn.storage.guard.Subject;
import io.cairn.storage.lease.Lease;
import java.util.List;

/** What became of a command. */
public sealed interface WriteResult {

  /**
   * Done, now or at an earlier sending of the same command.
   *
   * @param revision the revision it took; for one that changed nothing, a revision at which its shard was resolved when it
   *     was applied and which is not below its {@code seen}
   * @param changed keys put or deleted
   * @param previous the version replaced or deleted, when asked for and there was one; else null
   * @param repeated whether the answer was remembered rather than made
   * @param answer of a transaction and whatever else {@link Op#isTransactional()}; else null
   * @param leases as they are after it, those that it changed; of a repeated one what the first answer said of them
   */
  record Done(long revision, long changed, Version previous, boolean repeated, OpAnswer answer, List<Lease> leases) implements WriteResult {

    /** Of one put or delete that touched no lease. */
    public Done(long revision, long changed, Version previous, boolean repeated) {
      this(revision, changed, previous, repeated, null, List.of());
    }
  }

  /**
   * Certainly no effect, now or ever, of this sequence as it was sent.
   *
   * @param lease with LEASE_UNKNOWN the one that it names; else 0
   * @param subjects with GUARD_UNKNOWN the one that it names, with GUARDED those that must be fenced first; else none
   */
  record Refused(Reason reason, String message, long lease, List<Subject> subjects) implements WriteResult {

    public Refused(Reason reason, String message, long lease) {
      this(reason, message, lease, List.of());
    }

    public Refused(Reason reason, String message) {
      this(reason, message, 0);
    }
  }

  /** Why a command was refused at apply. */
  enum Reason {
    /** Its sequence is below the lowest one its client holds open. */
    SEQUENCE_CLOSED,
    /** The sequence was used before for another command. */
    SEQUENCE_REUSED,
    /** More than 1,024 sequences of this client are open in this shard. */
    TOO_MANY_OPEN,
    /**
     * Older than the shard remembers ({@code seen} is below {@code forgotten}): for a first attempt this means no effect, for
     * a retry the outcome of the first sending is unknown.
     */
    HORIZON,
    /** It adds to what is no number, or more than fits. */
    NOT_A_NUMBER,
    /** It comes upon more keys, or has a longer answer, than a transaction may. */
    TXN_TOO_LARGE,
    /** The shard does not know the lease, or has fenced an older holder of its id: to be registered first, if it is alive. */
    LEASE_UNKNOWN,
    /** The lease has as many keys in this shard as it may. */
    LEASE_KEYS,
    /** No such lease was granted here, or it is forgotten. */
    LEASE_NOT_FOUND,
    /** A lease bears the id already. */
    LEASE_EXISTS,
    /** There are as many leases as may be. */
    LEASE_LIMIT,
    /** The shard knows nothing of the place that guards it: to be registered first, if that is another shard's and still there. */
    GUARD_UNKNOWN,
    /** The place that guards it is gone, or is about to go. */
    GUARD_PASSED,
    /** It deletes a place that guards writes of other shards: to be fenced there first. */
    GUARDED
  }
}
