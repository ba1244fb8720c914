package io.cairn.server.apply;

import io.cairn.server.command.ShardCommand;
import io.cairn.storage.mvcc.ApplyRound;
import io.cairn.storage.mvcc.ShardGuards;
import io.cairn.storage.mvcc.ShardStore;

/** What a shard's leader has said for the upkeep of the shard, as every replica carries it out. */
final class ShardUpkeep {

  private ShardUpkeep() {}

  static EntryEffect apply(ShardStore store, ApplyRound round, ShardCommand command) {
    switch (command) {
      case ShardCommand.Compact(long revision) -> store.compact(round, revision);
      case ShardCommand.KeepHistory(boolean keeps, var prefix) -> store.keepHistory(round, prefix.toByteArray(), keeps);
      case ShardCommand.ChangeLeases(var kind, var leases) -> LeaseUpkeep.apply(store.leases(round).known(), kind, leases);
      case ShardCommand.ChangeGuards guards -> {
        return apply(store.guards(round), guards);
      }
    }
    return EntryEffect.NOTHING;
  }

  private static EntryEffect apply(ShardGuards guards, ShardCommand.ChangeGuards change) {
    boolean stands = true;
    switch (change.kind()) {
      case KNOW -> guards.known().know(change.subject());
      case FENCE -> guards.known().fence(change.subject());
      case UNFENCE -> guards.known().unfence(change.subject());
      case REGISTER -> stands = guards.register(change.subject(), change.shard());
      case FENCED -> guards.fenced(change.subject(), change.shard());
    }
    return new EntryEffect.GuardChanged(stands);
  }
}
