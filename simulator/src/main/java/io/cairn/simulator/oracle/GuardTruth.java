package io.cairn.simulator.oracle;

import io.cairn.server.apply.EntryEffect;
import io.cairn.server.command.ShardCommand.ChangeGuards;
import io.cairn.storage.guard.Guard;
import io.cairn.storage.guard.Subject;
import io.cairn.storage.mvcc.Op;
import io.cairn.storage.mvcc.Write;
import io.cairn.storage.mvcc.WriteResult.Reason;
import io.cairn.storage.mvcc.WriteResult.Refused;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The true tables of guards of all shards, done once more in the plainest way from what was applied ({@code docs/locks.md}): which guarded write must be
 * done and which must be refused, and how; which delete must wait; and whether every step came in its order: a registration at the home, what the shard
 * knows, the end of the subject, a fence in each shard that was registered, and only then the delete.
 */
final class GuardTruth {

  /** A subject by its key and its token. */
  private record Named(String key, long token) {
    static Named of(Subject subject) {
      return new Named(new String(subject.key(), 1, subject.key().length - 1, StandardCharsets.UTF_8), subject.token());
    }
  }

  /** What the home has of a subject: whether its end has begun, and the shards that were registered, each fenced or not. */
  private static final class Home {
    final Named subject;
    boolean ending;
    final TreeMap<Integer, Boolean> shards = new TreeMap<>();

    Home(Named subject) {
      this.subject = subject;
    }

    boolean isOpen() {
      return shards.containsValue(false);
    }
  }

  private record InShard(Named subject, int shard) {}

  private final Checks checks;
  private final NavigableMap<String, KeyHistory> keys;
  private final LeaseTruth leases;
  /** By the key; all shards' together, since no key is in two. */
  private final TreeMap<String, Home> homes = new TreeMap<>();
  private final Map<String, Integer> shardOf = new HashMap<>();
  /** Whether each is fenced. Looked up, never walked over, as those below. */
  private final Map<InShard, Boolean> known = new HashMap<>();
  private final Set<InShard> registered = new HashSet<>();
  private final Set<InShard> fenced = new HashSet<>();

  /** @param keys the true history */
  GuardTruth(Checks checks, NavigableMap<String, KeyHistory> keys, LeaseTruth leases) {
    this.checks = checks;
    this.keys = keys;
    this.leases = leases;
  }

  // ---- what writes ask

  /** The reason for which a fresh write with these guards is refused; null when it is done. */
  private Reason due(int shard, List<Guard> guards) {
    for (Guard guard : guards) {
      if (guard.subject() == null) {
        if (!leases.admits(shard, guard.lease())) {
          return Reason.LEASE_UNKNOWN;
        }
        continue;
      }
      Named subject = Named.of(guard.subject());
      Boolean fence = known.get(new InShard(subject, shard));
      if (!stands(shard, subject) && !Boolean.FALSE.equals(fence)) {
        return fence == null ? Reason.GUARD_UNKNOWN : Reason.GUARD_PASSED;
      }
    }
    return null;
  }

  private boolean stands(int shard, Named subject) {
    KeyHistory history = keys.get(subject.key);
    return history != null && history.latest() != null && history.created() == subject.token && shardOf.get(subject.key) == shard;
  }

  /** A write is about to take effect: nothing stood in its way. */
  void takesEffect(int shard, Write write) {
    Reason due = due(shard, write.guards());
    check(due == null, "shard %d does a write guarded by %s, which was to be refused: %s", shard, write.guards(), due);
    Set<String> open = open(shard, write.op());
    check(write.op() instanceof Op.Txn || open.isEmpty(), "shard %d does %s, which deletes what guards writes elsewhere: %s", shard, write.op(), open);
  }

  /** A write was refused for its guards, or because it deletes what others are guarded by; returns whether that is right, and what it had to be. */
  boolean mayRefuse(int shard, Write write, Refused refused) {
    Reason due = due(shard, write.guards());
    if (refused.reason() != Reason.GUARDED) {
      return due == refused.reason() && refused.subjects().stream().allMatch(subject -> due(shard, List.of(Guard.of(subject))) == due);
    }
    var named = new TreeSet<String>();
    refused.subjects().forEach(subject -> named.add(Named.of(subject).key));
    Set<String> open = open(shard, write.op());
    // What a transaction would have deleted depends on its conditions: of what it names it is some.
    boolean right = due == null && !named.isEmpty() && (write.op() instanceof Op.Txn ? open.containsAll(named) : open.equals(named));
    named.forEach(key -> {
      if (homes.containsKey(key)) {
        homes.get(key).ending = true;
      }
    });
    return right;
  }

  /** Keys that it deletes, or that a transaction may delete, which guard writes in shards that have not fenced them. */
  private Set<String> open(int shard, Op op) {
    var found = new TreeSet<String>();
    if (homes.isEmpty()) {
      return found;
    }
    switch (op) {
      case Op.Delete delete -> addOpen(found, shard, text(delete.key()));
      case Op.DeleteRange range -> {
        boolean endless = range.end() == null || range.end()[0] != range.start()[0];
        String end = endless ? null : text(range.end());
        homes.tailMap(text(range.start()), true).keySet().stream().filter(key -> endless || key.compareTo(end) < 0).forEach(key -> addOpen(found, shard, key));
      }
      case Op.Txn txn -> Stream.concat(txn.then().stream(), txn.otherwise().stream()).forEach(each -> found.addAll(open(shard, each)));
      case Op.LeaseDelete delete -> homes.keySet().forEach(key -> {
        long lease = leases.leaseOf(key);
        if (lease != 0 && Stream.concat(delete.leases().stream(), delete.kept().stream())
            .anyMatch(each -> each.id() == lease && leases.isKnown(shard, each))) {
          addOpen(found, shard, key);
        }
      });
      default -> { }
    }
    return found;
  }

  private void addOpen(Set<String> found, int shard, String key) {
    Home home = homes.get(key);
    if (home != null && home.isOpen() && shardOf.get(key) == shard) {
      found.add(key);
    }
  }

  /** A key was put, or deleted. */
  void changed(int shard, String key, boolean deleted) {
    shardOf.put(key, shard);
    Home home = deleted ? homes.remove(key) : null;
    check(home == null || !home.isOpen(), "shard %d deletes %s, which guards writes of %s", shard, key, home == null ? "" : home.shards);
  }

  // ---- what leaders say

  void said(int shard, ChangeGuards change, EntryEffect effect) {
    Named subject = Named.of(change.subject());
    var here = new InShard(subject, shard);
    boolean stands = true;
    switch (change.kind()) {
      case KNOW -> {
        check(registered.contains(here), "shard %d comes to know %s, for which it was never registered", shard, subject);
        known.putIfAbsent(here, false);
      }
      case FENCE -> {
        Home home = homes.get(subject.key);
        check(home == null || !home.subject.equals(subject) || home.ending, "shard %d fences %s, whose end has not begun", shard, subject);
        fenced.add(here);
        known.put(here, true);
      }
      case UNFENCE -> known.remove(here, true);
      case REGISTER -> stands = register(shard, subject, change.shard());
      case FENCED -> {
        check(fenced.contains(new InShard(subject, change.shard())), "shard %d notes that shard %d has fenced %s, there was no fence", shard, change.shard(),
            subject);
        Home home = homes.get(subject.key);
        if (home != null && home.subject.equals(subject) && home.ending) {
          home.shards.computeIfPresent(change.shard(), (_, _) -> true);
        }
      }
    }
    check(effect instanceof EntryEffect.GuardChanged(boolean told) && told == stands, "%s in shard %d is answered %s, due was %s", change, shard, effect, stands);
  }

  private boolean register(int shard, Named subject, int other) {
    Home home = homes.get(subject.key);
    if (!stands(shard, subject) || home != null && home.ending) {
      return false;
    }
    if (home == null) {
      home = new Home(subject);
      homes.put(subject.key, home);
    }
    home.shards.putIfAbsent(other, false);
    registered.add(new InShard(subject, other));
    return true;
  }

  private static String text(byte[] bytes) {
    return new String(bytes, 1, bytes.length - 1, StandardCharsets.UTF_8);
  }

  private void check(boolean holds, String claim, Object... values) {
    checks.check(holds, "guards-in-order", claim, values);
  }
}
