package io.cairn.server.guard;

import io.cairn.platform.Clock;
import io.cairn.platform.EventLoop;
import io.cairn.server.replica.Replica;
import java.util.function.ToIntFunction;

/** What one replica does for guards where it leads. Belongs to the replica's loop. */
final class ReplicaGuards {
  private final Replica replica;
  private final GuardRegistrations registrations;
  private final GuardEnds ends;
  private final GuardFences fences;
  private boolean leads;

  ReplicaGuards(Clock clock, Replica replica, EventLoop scanLoop, ToIntFunction<byte[]> locate, GuardRegistrations.Home home,
      GuardEnds.Shards shards) {
    this.replica = replica;
    this.registrations = new GuardRegistrations(clock, replica, locate, home);
    this.ends = new GuardEnds(clock, replica, shards);
    this.fences = new GuardFences(clock, replica, scanLoop, registrations::isOpen);
  }

  Replica replica() {
    return replica;
  }

  GuardRegistrations registrations() {
    return registrations;
  }

  GuardEnds ends() {
    return ends;
  }

  GuardFences fences() {
    return fences;
  }

  /** Compares whether this replica leads with what it did before; returns whether it does, with all earlier entries applied. */
  boolean look() {
    boolean now = replica.leaderReady();
    if (now && !leads) {
      leads = true;
      fences.lead();
    } else if (!now && leads) {
      follow();
    }
    return now;
  }

  /** Leadership moved: whoever gets it begins anew, this replica too. */
  void follow() {
    if (leads) {
      leads = false;
      registrations.drop();
      ends.drop();
      fences.follow();
    }
  }

  void tick() {
    if (look()) {
      registrations.tick();
      ends.tick();
      fences.tick();
    }
  }
}
