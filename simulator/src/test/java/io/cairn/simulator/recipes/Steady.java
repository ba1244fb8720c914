package io.cairn.simulator.recipes;

import io.cairn.client.KvException;
import io.cairn.client.Lease;
import io.cairn.client.core.Completion;
import io.cairn.client.core.HeldLease;
import io.cairn.client.core.LeaseKeeper;
import io.cairn.client.core.LockAttempt;
import io.cairn.client.core.LockSpec;
import io.cairn.client.core.Operation;
import io.cairn.simulator.cluster.SimClient;
import java.util.Optional;
import java.util.function.Consumer;

/** A process that wants one lock while nothing fails, and keeps it until it dies. Asks again, should anything be refused all the same. */
final class Steady {
  private static final long AGAIN_NANOS = 50 * Traffic.MILLI;
  private static final long DEADLINE_NANOS = 2 * Traffic.SECOND;

  private final Traffic traffic;
  private final SimClient client;
  private final String queue;
  private final Consumer<LockAttempt> granted;
  private HeldLease session;
  private boolean dead;

  Steady(Traffic traffic, String queue, Consumer<LockAttempt> granted) {
    this.traffic = traffic;
    this.client = traffic.newClient();
    this.queue = queue;
    this.granted = granted;
  }

  void begin() {
    LeaseKeeper.Moment asked = client.leases().now();
    client.start(new Operation.Grant(0, Contender.TTL), DEADLINE_NANOS).whenComplete((Lease lease, Throwable failure) -> {
      if (failure == null) {
        session = client.leases().hold(lease.id(), Contender.TTL_NANOS, asked, _ -> { });
        ask();
      } else {
        again(this::begin);
      }
    });
  }

  private void again(Runnable what) {
    traffic.later(AGAIN_NANOS, () -> {
      if (!dead) {
        what.run();
      }
    });
  }

  private void ask() {
    var mine = new LockAttempt[1];
    mine[0] = client.lock(LockSpec.exclusive(queue).wanted("", session.id(), -1, 0), new Completion<>() {
      @Override
      public void done(Optional<Long> token) {
        granted.accept(mine[0]);
      }

      @Override
      public void failed(KvException why) {
        again(Steady.this::ask);
      }
    });
    mine[0].begin();
  }

  void die() {
    dead = true;
    client.machine().kill();
  }
}
