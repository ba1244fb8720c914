package io.cairn.simulator.recipes;

import io.cairn.client.ByteSeq;
import io.cairn.client.PutResult;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.core.LockAttempt;
import io.cairn.client.core.Operation;
import io.cairn.client.core.PlaceGuard;
import io.cairn.jepsen.check.LockChecker;
import io.cairn.jepsen.check.LockStory;
import io.cairn.jepsen.check.LockStory.End;
import io.cairn.jepsen.check.Verdict;
import io.cairn.simulator.oracle.LeaseTimes;
import io.cairn.simulator.schedule.SimRandom;
import io.cairn.simulator.swarm.SwarmOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * Callers that want the same few locks. Who holds one writes under its guard to keys of all shards, and lets go, is lost, or dies. Writes down
 * what each was told, and what the cluster applied: of their places, and of what they wrote, whatever they were told of it.
 */
final class LockTraffic extends Traffic {
  private static final int CALLERS = 4;
  private static final int LOCKS = 2;
  private static final long LATE_NANOS = SECOND;
  /** A TTL, the bound of its end, and what a late write may take. */
  private static final long GONE_NANOS = 5 * SECOND;
  private static final long DEATHS_NANOS = 20 * SECOND;
  /** Who leads, and began to live within this time, may not know of renewals before. */
  private static final long RESTARTED_NANOS = 5 * SECOND;
  /** What the dead process had sent before, and what telling the next one takes. */
  private static final long ON_ITS_WAY_NANOS = 150 * MILLI;
  /** All locks lie in the first data shard; some of these keys do not. */
  private static final List<String> RESOURCES = List.of("a{held}", "i{held}", "o{held}", "u{held}");

  private record Leader(long at, boolean begunSince) {}

  private final long electionNanos;
  /** Whether a majority works always. */
  private final boolean calm;
  private final List<LockStory.Turn> turns = new ArrayList<>();
  private final Map<String, LockStory.Place> places = new LinkedHashMap<>();
  private final List<LockStory.Place> again = new ArrayList<>();
  private final List<LockStory.Write> writes = new ArrayList<>();
  private final List<LockStory.Freed> freed = new ArrayList<>();
  /** Places of those that have died, while they are there, with the time. */
  private final Map<String, Long> orphans = new LinkedHashMap<>();
  private final List<Leader> leaders = new ArrayList<>();
  private boolean quiet;

  LockTraffic(long seed, SwarmOptions options, boolean calm) {
    super(seed);
    this.electionNanos = 16 * options.number("heartbeat-ms") * MILLI;
    this.calm = calm;
  }

  @Override
  Verdict verdict() {
    var all = new ArrayList<>(places.values());
    all.addAll(again);
    return LockChecker.check(new LockStory(turns, all, writes, freed));
  }

  private static String queue(long lock) {
    return "a{lock" + lock + "}/lock/";
  }

  private static String lockOf(String place) {
    return place.substring(0, place.indexOf("/lock/"));
  }

  @Override
  void begin() {
    quiet = calm;
    for (int i = 0; i < CALLERS; i++) {
      new Caller(random("caller." + i)).begin();
    }
  }

  // ---- what the cluster does

  @Override
  public void applied(int shard, long revision, List<Long> ended, SortedMap<String, Now> changes) {
    changes.forEach((key, change) -> {
      if (key.contains("}/lock/")) {
        place(key, change.value() == null);
      } else if (RESOURCES.contains(key) && change.value() != null) {
        int at = change.value().indexOf('@');
        // Each lock's tokens are compared with its own.
        writes.add(new LockStory.Write(key + " under " + change.value().substring(at + 1), Long.parseLong(change.value().substring(0, at)), revision));
      }
    });
  }

  private void place(String key, boolean deleted) {
    LockStory.Place before = places.get(key);
    if (deleted && before != null) {
      places.put(key, new LockStory.Place(key, before.createdAt(), now()));
      Long died = orphans.remove(key);
      if (died != null && quiet) {
        met("died-in-quiet");
        freed(key, died, now());
      }
    } else if (!deleted && before == null) {
      places.put(key, new LockStory.Place(key, now(), Long.MAX_VALUE));
    } else if (!deleted && before.deletedAt() != Long.MAX_VALUE) {
      again.add(new LockStory.Place(key, now(), Long.MAX_VALUE));
    }
  }

  @Override
  public void leads(int shard, String node, long sinceNanos) {
    leaders.add(new Leader(now(), now() - sinceNanos < RESTARTED_NANOS));
  }

  /** docs/locks.md: TTL + max(1 s, one election) after the last renewal; each leader that came meanwhile adds its election, and a TTL if it began anew. */
  private void freed(String place, long died, long at) {
    long bound = (long) (Contender.TTL_NANOS * (1 + LeaseTimes.CLOCK_RATE)) + Math.max(SECOND, electionNanos) + ON_ITS_WAY_NANOS;
    for (Leader leader : leaders) {
      if (leader.at > died && leader.at <= at) {
        bound += electionNanos + (leader.begunSince ? Contender.TTL_NANOS : 0);
      }
    }
    freed.add(new LockStory.Freed(lockOf(place), died, at, bound));
  }

  // ---- once nothing fails

  /** What was held is gone within its bound, before all is read back; then every lock's holder dies, and who waits for it gets it in time. */
  @Override
  void idle() {
    quiet = true;
    cluster().world().runFor(GONE_NANOS);
    var heirs = new ArrayList<Heir>();
    for (long lock = 0; lock < LOCKS; lock++) {
      heirs.add(new Heir(queue(lock)));
    }
    heirs.forEach(Heir::begin);
    long most = now() + DEATHS_NANOS;
    cluster().world().runUntil("whoever waits for a lock has it, or is late", () -> now() >= most || heirs.stream().allMatch(heir -> heir.has), 2 * DEATHS_NANOS);
    heirs.forEach(Heir::judge);
    cluster().world().runFor(GONE_NANOS);
  }

  /** Two processes on one lock: the first one dies as soon as the second one waits. */
  private final class Heir {
    private final String queue;
    private long died;
    private String place;
    private long got;
    private boolean has;

    Heir(String queue) {
      this.queue = queue;
    }

    void begin() {
      var holder = new Steady(LockTraffic.this, queue, mine -> {
        place = mine.key().utf8();
        new Steady(LockTraffic.this, queue, heir -> {
          got = now();
          has = true;
          heir.leave();
        }).begin();
      });
      holder.begin();
      awaitWaiter(holder);
    }

    private void awaitWaiter(Steady holder) {
      if (place == null || places.values().stream().filter(each -> each.key().startsWith(queue) && each.deletedAt() == Long.MAX_VALUE).count() < 2) {
        later(20 * MILLI, () -> awaitWaiter(holder));
      } else {
        died = now();
        holder.die();
      }
    }

    void judge() {
      freed(queue, died == 0 ? now() : died, has ? got : Long.MAX_VALUE);
    }
  }

  /** Writes while it holds a lock, and after that. */
  private final class Caller extends Contender {
    Caller(SimRandom random) {
      super(LockTraffic.this, random);
    }

    @Override
    void ask() {
      ask(queue(random.nextLong(LOCKS)), "");
    }

    @Override
    void granted(LockAttempt mine) {
      for (int which = 0; which < RESOURCES.size(); which++) {
        write(mine, which);
      }
    }

    @Override
    void ended(LockAttempt mine, long since, long until) {
      turns.add(new LockStory.Turn(lockOf(mine.key().utf8()), mine.key().utf8(), End.GRANTED, since, mine.token(), until));
      // Late writes of one that was lost, or has let go: refused, or before any of the next.
      later(random.nextLong(LATE_NANOS), () -> write(mine, (int) random.nextLong(RESOURCES.size())));
    }

    @Override
    void timedOut(LockAttempt mine) {
      turns.add(new LockStory.Turn(lockOf(mine.key().utf8()), mine.key().utf8(), End.TIMED_OUT, now(), 0, 0));
    }

    @Override
    void died(LockAttempt mine) {
      orphans.put(mine.key().utf8(), now());
    }

    @Override
    Contender successor() {
      return new Caller(random);
    }

    private void write(LockAttempt mine, int which) {
      String value = mine.token() + "@" + lockOf(mine.key().utf8()) + ":";
      var put = new Operation.Put(ByteSeq.utf8(RESOURCES.get(which)), ByteSeq.utf8(value), false);
      client.start(new Operation.Guarded<>(put, new PlaceGuard(mine.key(), mine.token())), 1_000 * MILLI)
          .whenComplete((PutResult done, Throwable failure) -> {
            if (failure == null) {
              met("guarded-write");
            } else if (failure instanceof RefusedException refused && refused.code() == RefusedCode.GUARD_PASSED) {
              met("guarded-write-refused");
            }
          });
    }
  }
}
