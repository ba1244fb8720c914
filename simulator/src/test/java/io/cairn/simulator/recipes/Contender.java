package io.cairn.simulator.recipes;

import io.cairn.client.KvException;
import io.cairn.client.Lease;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.SessionState;
import io.cairn.client.core.Completion;
import io.cairn.client.core.HeldLease;
import io.cairn.client.core.LeaseKeeper;
import io.cairn.client.core.LockAttempt;
import io.cairn.client.core.LockSpec;
import io.cairn.client.core.Operation;
import io.cairn.simulator.cluster.SimClient;
import io.cairn.simulator.schedule.SimRandom;
import java.time.Duration;
import java.util.Optional;

/**
 * A process with a client and a session that wants the first place of a queue, one attempt after the other: it waits, for long, for a short time or
 * not at all, gives up meanwhile, stands still for longer than its session lives, and dies while it holds what it wanted. Its clocks run at a
 * rate of their own. Whoever comes after one that has died is another process.
 */
abstract class Contender {
  static final Duration TTL = Duration.ofSeconds(1);
  static final long TTL_NANOS = TTL.toNanos();
  private static final long MILLI = Traffic.MILLI;
  private static final long LOOK_NANOS = 10 * MILLI;
  private static final long SLACK_NANOS = 1_000 * MILLI;
  /** Millionths. As far as clocks may be off (docs/leases.md). */
  private static final long CLOCK_RATE_MOST = 5_000;

  final SimClient client;
  final SimRandom random;
  private final Traffic traffic;
  private HeldLease session;
  private LockAttempt attempt;
  private boolean dead;

  Contender(Traffic traffic, SimRandom random) {
    this.traffic = traffic;
    this.random = random;
    this.client = traffic.newClient();
    client.machine().clockRate(random.between(-CLOCK_RATE_MOST, CLOCK_RATE_MOST));
  }

  /** Wants it once, by {@link #ask(String, String)}. */
  abstract void ask();

  /** It is granted, and the session is certain. */
  abstract void granted(LockAttempt mine);

  /** While it is held, now and then. */
  void holding(LockAttempt mine) {}

  /** It is held no more. @param until when the holder was last certain to hold it, by its own clocks */
  abstract void ended(LockAttempt mine, long since, long until);

  /** The time was over. */
  abstract void timedOut(LockAttempt mine);

  /** The process is dead, and held this. */
  void died(LockAttempt mine) {}

  /** Who takes its place among the callers. */
  abstract Contender successor();

  final void begin() {
    traffic.comes();
    next();
  }

  final void later(long nanos, Runnable then) {
    traffic.later(nanos, () -> {
      if (!dead) {
        then.run();
      }
    });
  }

  final long lease() {
    return session.id();
  }

  private void next() {
    if (traffic.stopping()) {
      traffic.goes();
      if (session != null) {
        client.leases().release(session);
      }
    } else if (session == null || session.state().isFinal()) {
      open();
    } else {
      later(random.exponential(50 * MILLI), this::ask);
    }
  }

  private void open() {
    LeaseKeeper.Moment asked = client.leases().now();
    client.start(new Operation.Grant(0, TTL), 2_000 * MILLI).whenComplete((Lease lease, Throwable failure) -> {
      if (failure == null) {
        session = client.leases().hold(lease.id(), TTL_NANOS, asked, this::fares);
      }
      later(20 * MILLI, this::next);
    });
  }

  private void fares(SessionState state) {
    if (state.isFinal() && attempt != null) {
      traffic.met("session-lost");
      attempt.leaseEnded(new RefusedException(RefusedCode.LOCK_GONE, "the session is lost"));
    }
  }

  final void ask(String queue, String owner) {
    long wait = random.chance(0.2) ? 0 : random.chance(0.5) ? random.between(50, 400) * MILLI : -1;
    var mine = new LockAttempt[1];
    var told = new boolean[1];
    mine[0] = client.lock(LockSpec.exclusive(queue).wanted(owner, session.id(), wait, SLACK_NANOS), new Completion<>() {
      @Override
      public void done(Optional<Long> token) {
        told[0] = true;
        told(mine[0], token);
      }

      @Override
      public void failed(KvException why) {
        told[0] = true;
        traffic.met("failed");
        later(20 * MILLI, Contender.this::next);
      }
    });
    attempt = mine[0];
    attempt.begin();
    if (random.chance(0.25)) {
      later(random.between(1, 300) * MILLI, () -> {
        if (!told[0]) {
          traffic.met("given-up");
          mine[0].giveUp(new RefusedException(RefusedCode.INTERRUPTED, "the caller gave up"));
        }
      });
    }
  }

  private void told(LockAttempt mine, Optional<Long> token) {
    if (token.isEmpty()) {
      traffic.met("timed-out");
      timedOut(mine);
      next();
    } else if (session.state().isFinal()) {
      traffic.met("granted-too-late");
      mine.leave();
      next();
    } else {
      traffic.met("granted");
      granted(mine);
      if (random.chance(0.08)) {
        traffic.met("paused");
        long stands = random.between(100, 3_000) * MILLI;
        later(random.between(1, 50) * MILLI, () -> client.machine().pauseFor(stands));
      }
      hold(mine, traffic.now(), traffic.now() + random.between(5, 250) * MILLI, random.chance(0.08));
    }
  }

  /** Looks ever again whether it still holds it for certain, until it lets go, or dies. */
  private void hold(LockAttempt mine, long since, long until, boolean dies) {
    long last = traffic.now();
    later(LOOK_NANOS, () -> {
      boolean certain = !session.state().isFinal();
      if (certain && traffic.now() < until && !traffic.stopping()) {
        holding(mine);
        hold(mine, since, until, dies);
        return;
      }
      ended(mine, since, certain ? traffic.now() : last);
      if (certain && dies) {
        die(mine);
      } else {
        mine.leave();
        next();
      }
    });
  }

  private void die(LockAttempt mine) {
    traffic.met("died");
    dead = true;
    client.machine().kill();
    died(mine);
    traffic.goes();
    traffic.later(random.between(1, 500) * MILLI, () -> {
      if (!traffic.stopping()) {
        successor().begin();
      }
    });
  }
}
