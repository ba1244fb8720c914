package io.cairn.server.apply;

import io.cairn.raft.membership.Membership;
import io.cairn.server.history.HistoryTable;
import io.cairn.server.members.NodeTable;
import io.cairn.storage.mvcc.WriteResult;
import java.util.List;

/** What applying one entry came to. */
public sealed interface EntryEffect {

  /** An entry without effect on the data: a new leader's first. */
  record Nothing() implements EntryEffect {}

  /** One result for each command of the batch, in order. */
  record Written(List<WriteResult> results) implements EntryEffect {}

  /** The window of revisions now ends at {@code end}; before the entry it ended at {@code before}. */
  record WindowMoved(long before, long end) implements EntryEffect {}

  /** The shard's members, as of this entry. */
  record MembersChanged(Membership members) implements EntryEffect {}

  /** The system shard's table of nodes, as of this entry. */
  record NodesChanged(NodeTable nodes) implements EntryEffect {}

  /** How much history the cluster wants to keep, as of this entry. */
  record HistoryChanged(HistoryTable history) implements EntryEffect {}

  EntryEffect NOTHING = new Nothing();
}
