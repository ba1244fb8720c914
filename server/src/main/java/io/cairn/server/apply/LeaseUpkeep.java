package io.cairn.server.apply;

import io.cairn.server.command.HomeCommand;
import io.cairn.server.command.ShardCommand;
import io.cairn.storage.lease.HomeLeases;
import io.cairn.storage.lease.KnownLeases;
import io.cairn.storage.lease.Lease;
import io.cairn.storage.mvcc.Op;
import java.util.ArrayList;
import java.util.List;

/** What leaders have said of leases, as every replica carries it out. */
final class LeaseUpkeep {

  private LeaseUpkeep() {}

  static void apply(KnownLeases known, ShardCommand.ChangeLeases.Kind kind, List<Op.Generation> leases) {
    for (Op.Generation lease : leases) {
      switch (kind) {
        case KNOW -> known.know(lease.id(), lease.grant());
        case FENCE -> known.fence(lease.id(), lease.grant());
        case UNFENCE -> known.unfence(lease.id(), lease.grant());
      }
    }
  }

  static EntryEffect.LeasesChanged apply(HomeLeases home, HomeCommand command) {
    var answers = new ArrayList<Long>();
    switch (command) {
      case HomeCommand.Renew(var ids) -> {
        for (long id : ids) {
          Lease lease = home.renew(id);
          answers.add(lease == null ? 0 : lease.ttlMillis());
        }
      }
      case HomeCommand.Register(var leases) -> {
        for (HomeCommand.InShard lease : leases) {
          Lease registered = home.register(lease.id(), lease.shard());
          answers.add(registered == null ? 0 : registered.grant());
        }
      }
      case HomeCommand.Expire(var leases) -> leases.forEach(lease -> home.expire(lease.id(), lease.grant(), lease.epoch()));
      case HomeCommand.Progress(var steps) ->
          steps.forEach(step -> home.progress(step.id(), step.grant(), step.shard(), step.stage()));
    }
    return new EntryEffect.LeasesChanged(home.takeChanges(), answers);
  }
}
