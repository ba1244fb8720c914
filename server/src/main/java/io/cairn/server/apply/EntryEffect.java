package io.cairn.server.apply;

import io.cairn.raft.membership.Membership;
import io.cairn.server.history.HistoryTable;
import io.cairn.server.members.NodeTable;
import io.cairn.storage.lease.Lease;
import io.cairn.storage.mvcc.WriteResult;
import java.util.ArrayList;
import java.util.List;

/** What applying one entry came to. */
public sealed interface EntryEffect {

  /** An entry without effect on the data: a new leader's first. */
  record Nothing() implements EntryEffect {}

  /**
   * One result for each command of the batch, in order.
   *
   * @param leasedGone keys under a lease that it has deleted
   */
  record Written(List<WriteResult> results, List<byte[]> leasedGone) implements EntryEffect {

    /** Those that its commands changed, each as the entry left it. */
    public List<Lease> leases() {
      List<Lease> leases = List.of();
      for (WriteResult result : results) {
        if (result instanceof WriteResult.Done done && !done.repeated() && !done.leases().isEmpty()) {
          leases = leases.isEmpty() ? new ArrayList<>() : leases;
          leases.addAll(done.leases());
        }
      }
      return leases;
    }
  }

  /** The window of revisions now ends at {@code end}; before the entry it ended at {@code before}. */
  record WindowMoved(long before, long end) implements EntryEffect {}

  /** The shard's members, as of this entry. */
  record MembersChanged(Membership members) implements EntryEffect {}

  /** The system shard's table of nodes, as of this entry. */
  record NodesChanged(NodeTable nodes) implements EntryEffect {}

  /** How much history the cluster wants to keep, as of this entry. */
  record HistoryChanged(HistoryTable history) implements EntryEffect {}

  /**
   * Leases of which this shard is the home, each as the entry left it; and for each that the entry named, in that order, what it came to: of a
   * renewal the TTL in milliseconds, of a registration the grant; 0 for a lease that is gone.
   */
  record LeasesChanged(List<Lease> leases, List<Long> answers) implements EntryEffect {}

  /** What is known of a guard has changed. @param stands of a registration: whether the subject stands, and is noted */
  record GuardChanged(boolean stands) implements EntryEffect {}

  EntryEffect NOTHING = new Nothing();
}
