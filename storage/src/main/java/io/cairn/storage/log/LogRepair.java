package io.cairn.storage.log;

import io.cairn.raft.log.EntryId;
import java.util.List;
import java.util.Set;

/** What a damaged log asks of the node whose log it is, and tells it, before anything is changed. */
public interface LogRepair {

  /** The replicas that lie on this node, whatever is left of their logs. */
  Set<ReplicaKey> replicas();

  /**
   * A batch that the log has had durably, by its sequence; 0 when nothing is known of it. One that ends before it lacks its end: files that are
   * older copies, or are gone, look like a shorter log and nothing else tells them from one.
   */
  long lastBatchKnown();

  /** The last entry that the engine holds of the replica durably; {@link EntryId#ZERO} when it holds none. */
  EntryId durablyApplied(ReplicaKey replica);

  /**
   * The log was damaged and can be mended. Returns once it is durably noted who may lack what he has acknowledged: after that the log is as if
   * nothing had been.
   *
   * @param findings what is lost, each with its file and byte; never empty
   * @param suspects replicas that may have lost entries which they have acknowledged, and must not vote before they are sure
   */
  void damaged(List<String> findings, Set<ReplicaKey> suspects);
}
