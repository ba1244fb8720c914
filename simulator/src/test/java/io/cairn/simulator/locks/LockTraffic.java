package io.cairn.simulator.locks;

import io.cairn.client.ByteSeq;
import io.cairn.client.KvException;
import io.cairn.client.Lease;
import io.cairn.client.PutResult;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.SessionState;
import io.cairn.client.core.Completion;
import io.cairn.client.core.HeldLease;
import io.cairn.client.core.LeaseKeeper;
import io.cairn.client.core.LockAttempt;
import io.cairn.client.core.LockSpec;
import io.cairn.client.core.Operation;
import io.cairn.client.core.PlaceGuard;
import io.cairn.jepsen.check.LockStory;
import io.cairn.jepsen.check.LockStory.End;
import io.cairn.simulator.cluster.SimClient;
import io.cairn.simulator.cluster.SimCluster;
import io.cairn.simulator.schedule.SimRandom;
import io.cairn.simulator.swarm.Witness;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.BooleanSupplier;

/**
 * Callers that want the same few locks: some wait, some for a short time, some give up meanwhile; who holds one writes under its guard to keys of all
 * shards, and lets go, or is lost. Writes down what each was told, and what the cluster applied of their places.
 */
final class LockTraffic implements Witness {
  private static final long MILLI = 1_000_000L;
  private static final int CALLERS = 4;
  private static final int LOCKS = 2;
  private static final Duration TTL = Duration.ofSeconds(1);
  private static final long LATE_NANOS = 1_000 * MILLI;
  private static final long DRAIN_NANOS = 30_000 * MILLI;
  /** A TTL, the bound of its end, and what a late write may take. */
  private static final long GONE_NANOS = 5_000 * MILLI;
  private static final long LOOK_NANOS = 10 * MILLI;
  /** All locks lie in the first data shard; some of these keys do not. */
  private static final List<String> RESOURCES = List.of("a{held}", "i{held}", "o{held}", "u{held}");

  private final long seed;
  private final List<LockStory.Turn> turns = new ArrayList<>();
  private final Map<String, LockStory.Place> places = new LinkedHashMap<>();
  private final List<LockStory.Place> again = new ArrayList<>();
  private final List<LockStory.Write> writes = new ArrayList<>();
  final Map<String, Long> met = new LinkedHashMap<>();
  private SimCluster cluster;
  private BooleanSupplier stopping;
  private int busy;

  LockTraffic(long seed) {
    this.seed = seed;
  }

  LockStory story() {
    var all = new ArrayList<>(places.values());
    all.addAll(again);
    return new LockStory(turns, all, writes, List.of());
  }

  private void met(String what) {
    met.merge(what, 1L, Long::sum);
  }

  private long now() {
    return cluster.world().nowNanos();
  }

  @Override
  public void started(SimCluster its, BooleanSupplier stops) {
    cluster = its;
    stopping = stops;
    for (int i = 0; i < CALLERS; i++) {
      busy++;
      new Caller(its.newClient(), its.world().random("locks." + seed + "." + i)).next();
    }
  }

  /** Nothing fails any more: everybody comes to an end, and what was held is gone within its bound, before all is read back. */
  @Override
  public void serves() {
    cluster.world().runUntil("nobody wants a lock any more", () -> busy == 0, DRAIN_NANOS);
    cluster.world().runFor(GONE_NANOS);
  }

  @Override
  public void applied(int shard, long revision, List<Long> ended, SortedMap<String, Now> changes) {
    changes.forEach((key, change) -> {
      if (!key.contains("}/lock/")) {
        return;
      }
      LockStory.Place before = places.get(key);
      if (change.value() == null && before != null) {
        places.put(key, new LockStory.Place(key, before.createdAt(), now()));
      } else if (change.value() != null && before != null && before.deletedAt() != Long.MAX_VALUE) {
        again.add(new LockStory.Place(key, now(), Long.MAX_VALUE));
      } else if (change.value() != null && before == null) {
        places.put(key, new LockStory.Place(key, now(), Long.MAX_VALUE));
      }
    });
  }

  /** One attempt after the other. */
  private final class Caller {
    private final SimClient client;
    private final SimRandom random;
    private HeldLease session;
    private LockAttempt attempt;

    Caller(SimClient client, SimRandom random) {
      this.client = client;
      this.random = random;
    }

    private void later(long nanos, Runnable then) {
      cluster.world().scheduler().after(nanos, "client.lock", then);
    }

    void next() {
      if (stopping.getAsBoolean()) {
        busy--;
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
          session = client.leases().hold(lease.id(), TTL.toNanos(), asked, this::fares);
        }
        later(20 * MILLI, this::next);
      });
    }

    private void fares(SessionState state) {
      if (state.isFinal() && attempt != null) {
        met("session-lost");
        attempt.leaseEnded(new RefusedException(RefusedCode.LOCK_GONE, "the session is lost"));
      }
    }

    private void ask() {
      String lock = "a{lock" + random.nextLong(LOCKS) + "}/lock/";
      long wait = random.chance(0.2) ? 0 : random.chance(0.5) ? random.between(50, 400) * MILLI : -1;
      var wanted = LockSpec.exclusive(lock).wanted("", session.id(), wait, 1_000 * MILLI);
      var mine = new LockAttempt[1];
      var told = new boolean[1];
      mine[0] = client.lock(wanted, new Completion<>() {
        @Override
        public void done(Optional<Long> token) {
          told[0] = true;
          told(lock, mine[0], token);
        }

        @Override
        public void failed(KvException why) {
          told[0] = true;
          met("failed");
          later(20 * MILLI, Caller.this::next);
        }
      });
      attempt = mine[0];
      attempt.begin();
      if (random.chance(0.25)) {
        later(random.between(1, 300) * MILLI, () -> {
          if (!told[0]) {
            met("given-up");
            mine[0].giveUp(new RefusedException(RefusedCode.INTERRUPTED, "the caller gave up"));
          }
        });
      }
    }

    private void told(String lock, LockAttempt mine, Optional<Long> token) {
      if (token.isEmpty()) {
        met("timed-out");
        turns.add(new LockStory.Turn(lock, mine.key().utf8(), End.TIMED_OUT, now(), 0, 0));
        next();
      } else if (session.state() != SessionState.ACTIVE) {
        met("granted-too-late");
        mine.leave();
        next();
      } else {
        met("granted");
        hold(lock, mine, now(), now() + random.between(5, 250) * MILLI);
        for (int which = 0; which < RESOURCES.size(); which++) {
          write(mine, which);
        }
      }
    }

    /** Looks ever again whether it still holds it for certain, until it lets go. */
    private void hold(String lock, LockAttempt mine, long since, long until) {
      long last = now();
      later(LOOK_NANOS, () -> {
        boolean certain = session.state() == SessionState.ACTIVE;
        if (certain && now() < until && !stopping.getAsBoolean()) {
          hold(lock, mine, since, until);
          return;
        }
        turns.add(new LockStory.Turn(lock, mine.key().utf8(), End.GRANTED, since, mine.token(), certain ? now() : last));
        mine.leave();
        // Late writes of one that was lost, or has let go: refused, or before any of the next.
        later(random.nextLong(LATE_NANOS), () -> write(mine, (int) random.nextLong(RESOURCES.size())));
        next();
      });
    }

    private void write(LockAttempt mine, int which) {
      String resource = RESOURCES.get(which);
      var put = new Operation.Put(ByteSeq.utf8(resource), ByteSeq.utf8("g" + mine.token() + ":"), false);
      client.start(new Operation.Guarded<>(put, new PlaceGuard(mine.key(), mine.token())), 1_000 * MILLI)
          .whenComplete((PutResult done, Throwable failure) -> {
            if (failure == null) {
              met("guarded-write");
              // Each lock's tokens are compared with its own.
              writes.add(new LockStory.Write(resource + " under " + mine.key().utf8().substring(0, 8), mine.token(), done.revision()));
            } else if (failure instanceof RefusedException refused && refused.code() == RefusedCode.GUARD_PASSED) {
              met("guarded-write-refused");
            }
          });
    }
  }
}
