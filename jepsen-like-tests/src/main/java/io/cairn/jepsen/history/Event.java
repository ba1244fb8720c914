package io.cairn.jepsen.history;

import java.util.List;

/**
 * One thing that happened, at a time of the run's one clock, in nanoseconds. Calls are told apart by their number, watches by theirs; both
 * are given once in a history.
 */
public sealed interface Event {

  long at();

  /**
   * A call was made.
   *
   * @param session whose: a client, which never sees revisions go back
   * @param until the call's deadline, on the run's clock
   */
  record Invoke(long at, long call, int session, long until, Op op) implements Event {}

  /** A call ended, and happened. */
  record Ok(long at, long call, Result result) implements Event {}

  /**
   * A call ended, certainly without effect.
   *
   * @param revision with COMPACTED the oldest revision left, else 0
   */
  record Refused(long at, long call, String code, long revision) implements Event {}

  /** A call ended, and may have happened, or may happen still. */
  record Unknown(long at, long call) implements Event {}

  /**
   * One revision as the cluster itself has written it down: what is true, whoever was told. In a simulated run it comes from apply, in a
   * real one it is read back when all is over.
   *
   * @param shard 0 where it is not known
   * @param endedLeases the leases whose ends deleted these keys; those without keys here may be among them
   */
  record Applied(long at, int shard, long revision, List<Long> endedLeases, List<Change> changes) implements Event {

    public Applied {
      endedLeases = List.copyOf(endedLeases);
    }

    /** @param endedLease 0 where it was no lease's end */
    public Applied(long at, int shard, long revision, long endedLease, List<Change> changes) {
      this(at, shard, revision, endedLease == 0 ? List.of() : List.of(endedLease), changes);
    }

    /** Whether ends of leases have done this. */
    public boolean isEnd() {
      return !endedLeases.isEmpty();
    }
  }

  record Opened(long at, long watch, int session, WatchSpec spec) implements Event {}

  /** The server has taken a watch that began from now: it shows what comes after this revision. */
  record Began(long at, long watch, long revision) implements Event {}

  /** A part of the state that a watch begins with. */
  record Initial(long at, long watch, List<Version> items) implements Event {}

  /** All of the state at that revision has been shown; what follows are changes above it. */
  record Synced(long at, long watch, long revision) implements Event {}

  /**
   * A batch of changes.
   *
   * @param after the revision before it, as the batch itself names it; 0 where it is not shown
   */
  record Delivered(long at, long watch, long after, List<Change> changes) implements Event {}

  /** All changes up to this revision have been delivered. */
  record Progress(long at, long watch, long revision) implements Event {}

  /** What was missed is compacted; these keys differ between what was last delivered and this revision, and so they stand there. */
  record Resynced(long at, long watch, long revision, List<Change> changes) implements Event {}

  /**
   * A watch has ended.
   *
   * @param code why; {@code CANCELLED} when its owner ended it
   * @param oldest with {@code COMPACTED} the oldest revision left
   */
  record Closed(long at, long watch, String code, long oldest) implements Event {}

  /** Somebody who must know saw a lease end: the home of the leases in a simulated run. */
  record LeaseEnded(long at, long lease) implements Event {}

  /** @param restarted whether the node has restarted since leases were last renewed: it then may add a TTL */
  record Leader(long at, int shard, String node, boolean restarted) implements Event {}

  /** Something fails, until {@link #MENDED}: what is promised in some time is not promised meanwhile. */
  record Fault(long at, String what) implements Event {
    /** Nothing fails any more, and every node serves. */
    public static final String MENDED = "all is mended, and every node serves";

    public boolean isMended() {
      return what.equals(MENDED);
    }
  }

  /** All faults are over and some time has passed: every watch that is open must have been brought up to this revision. */
  record Drained(long at, long revision) implements Event {}
}
