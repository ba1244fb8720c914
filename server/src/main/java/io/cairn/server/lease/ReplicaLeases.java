package io.cairn.server.lease;

import io.cairn.platform.Clock;
import io.cairn.platform.EventLoop;
import io.cairn.server.apply.EntryEffect;
import io.cairn.server.command.EntryPayload;
import io.cairn.server.command.HomeCommand;
import io.cairn.server.command.HomeCommand.InShard;
import io.cairn.server.command.HomeCommand.Seen;
import io.cairn.server.command.SystemCommand;
import io.cairn.server.outcome.Completion;
import io.cairn.server.outcome.Outcome;
import io.cairn.server.replica.Replica;
import io.cairn.storage.lease.Lease;
import io.cairn.storage.lease.LeaseLimits;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What one replica does for leases, by what it knows now: their times on every replica of their home, and where a shard is led the ends,
 * registrations and fences. Belongs to the replica's loop.
 */
final class ReplicaLeases {
  /** An end that was proposed and came to nothing is proposed again after this. */
  private static final long EXPIRE_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Clock clock;
  private final Replica replica;
  private final LeaseClock times;
  private final LeaseEnds ends;
  private final Registrations registrations;
  private final ShardFences fences;
  private final GatheredCommands<Long> renewals;
  private final GatheredCommands<InShard> registers;
  private final LeaseFigures figures;
  private final EndPace pace;
  private boolean leads;

  ReplicaLeases(Clock clock, Replica replica, EventLoop scanLoop, LeaseEnds.Steps steps, Registrations.Home home, LeaseFigures figures) {
    this.clock = clock;
    this.replica = replica;
    this.figures = figures;
    this.times = new LeaseClock(clock);
    this.ends = new LeaseEnds(clock, (shard, stage, leases, timeoutNanos, answer) -> steps.ask(
        shard == Lease.HERE ? replica.descriptor().id() : shard, stage, leases, timeoutNanos,
        taken -> replica.loop().execute(() -> answer.accept(taken))), this::submit);
    this.registrations = new Registrations(clock, replica, home);
    this.fences = new ShardFences(clock, replica, scanLoop, registrations::isOpen);
    this.renewals = new GatheredCommands<>(clock, LeaseLimits.NAMED_MAX, HomeCommand.Renew::new, this::submit);
    this.registers = new GatheredCommands<>(clock, LeaseLimits.NAMED_MAX, HomeCommand.Register::new, this::submit);
    this.pace = new EndPace(clock.nanoTime());
    times.reset(replica.store().leaseReads().granted());
  }

  private void submit(HomeCommand command, Completion<EntryEffect> completion) {
    replica.submit(EntryPayload.system(new SystemCommand.ChangeLeases(command)), completion);
  }

  Replica replica() {
    return replica;
  }

  LeaseClock times() {
    return times;
  }

  LeaseEnds ends() {
    return ends;
  }

  Registrations registrations() {
    return registrations;
  }

  ShardFences fences() {
    return fences;
  }

  GatheredCommands<Long> renewals() {
    return renewals;
  }

  GatheredCommands<InShard> registers() {
    return registers;
  }

  /** Leases of which this shard is the home are these now, in the order of the log. */
  void changed(List<Lease> leases) {
    look();
    long now = clock.nanoTime();
    for (Lease lease : leases) {
      LeaseClock.Held before = times.changed(lease);
      if (leads && lease.isForgotten() && before != null && now - before.end() >= 0) {
        figures.ended(now - before.end());
      }
      ends.changed(before == null ? null : before.lease(), lease);
    }
    count();
    ends.goOn();
  }

  /** For whoever looks at the node's metrics, from any thread. */
  private void count() {
    figures.count(replica.descriptor().id(), leads ? times.size() : 0, leads ? times.ending() : 0);
  }

  /** The replica stands on a snapshot. */
  void installed() {
    times.reset(replica.store().leaseReads().granted());
  }

  /** Compares whether this replica leads with what it did before; returns whether it does, with all earlier entries applied. */
  boolean look() {
    boolean now = replica.leaderReady();
    if (now && !leads) {
      leads = true;
      ends.lead(times.all());
      fences.lead();
      count();
    } else if (!now && leads) {
      follow();
    }
    return now;
  }

  /** Leadership moved: whoever gets it begins anew, this replica too. */
  void follow() {
    if (leads) {
      leads = false;
      ends.follow();
      registrations.drop();
      fences.follow();
      renewals.drop(replica.notLeader());
      registers.drop(replica.notLeader());
      count();
    }
  }

  void tick() {
    if (!look()) {
      return;
    }
    long now = clock.nanoTime();
    List<Seen> over = times.due(pace.room(now), EXPIRE_AGAIN_NANOS);
    if (!over.isEmpty()) {
      pace.began(over.size(), now);
      submit(new HomeCommand.Expire(over), outcome -> { // What was renewed meanwhile is named again when its time is over.
        if (outcome instanceof Outcome.Refused<EntryEffect>) { // As while leadership is on its way to another, which may not take it.
          times.notProposed(over);
        }
      });
    }
    ends.goOn();
    registrations.tick();
    fences.tick();
    renewals.expire();
    registers.expire();
  }
}
