package io.cairn.server.replica;

import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryKind;
import io.cairn.server.apply.EntryEffect;
import io.cairn.server.members.NodeTable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the node what applying an entry came to, as far as others than the entry's proposer must hear of it. On the replica's loop. */
final class ToldEffects {
  private static final Logger log = LoggerFactory.getLogger(ToldEffects.class);

  private final Replica replica;
  private final ReplicaPorts.Observer observer;

  ToldEffects(Replica replica, ReplicaPorts.Observer observer) {
    this.replica = replica;
    this.observer = observer;
  }

  /** @param own whether this replica leads in the entry's term */
  void effect(Entry entry, EntryEffect effect, boolean own) {
    boolean firstOfTerm = entry.kind() == EntryKind.LEADER;
    switch (effect) {
      case EntryEffect.WindowMoved(long before, long end) -> observer.windowMoved(replica, before, end, firstOfTerm, own);
      case EntryEffect.MembersChanged(var now) -> log.info("shard={} members changed; {}", replica.descriptor().id(), now.describe());
      case EntryEffect.NodesChanged(NodeTable nodes) -> observer.nodesChanged(replica, nodes);
      case EntryEffect.HistoryChanged(var history) -> observer.historyChanged(replica, history);
      case EntryEffect.LeasesChanged(var leases, var _) -> observer.leasesChanged(replica, leases);
      case EntryEffect.Written written -> told(written);
      case EntryEffect.GuardChanged _, EntryEffect.Nothing _ -> { }
    }
  }

  private void told(EntryEffect.Written written) {
    if (!written.leases().isEmpty()) {
      observer.leasesChanged(replica, written.leases());
    }
    if (!written.leasedGone().isEmpty()) {
      observer.leasedGone(replica, written.leasedGone());
    }
  }
}
