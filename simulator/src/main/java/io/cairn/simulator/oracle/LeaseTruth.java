package io.cairn.simulator.oracle;

import io.cairn.server.apply.EntryEffect;
import io.cairn.server.command.HomeCommand;
import io.cairn.server.command.ShardCommand.ChangeLeases;
import io.cairn.simulator.mark.Mark;
import io.cairn.simulator.mark.Marks;
import io.cairn.storage.lease.Lease;
import io.cairn.storage.lease.Lease.Stage;
import io.cairn.storage.lease.LeaseIds;
import io.cairn.storage.lease.LeaseShards;
import io.cairn.storage.mvcc.Op;
import io.cairn.storage.mvcc.Op.Generation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The true leases of all shards, done once more in the plainest way from what was applied, and whether every step came in its order: a grant,
 * then its end, then a fence in every shard that is registered for it, then its keys, then nothing of it is left ({@code docs/leases.md}).
 */
final class LeaseTruth {

  /** What a shard knows of an id. */
  private static final class Known {
    final long grant;
    boolean fenced;
    final TreeSet<String> keys = new TreeSet<>();

    Known(long grant, boolean fenced) {
      this.grant = grant;
      this.fenced = fenced;
    }
  }

  /** @param home the shard that granted it */
  private record Holder(int home, Generation lease) {}

  private final Checks checks;
  private final Marks marks;
  private final Map<Integer, TreeMap<Long, Lease>> homes = new TreeMap<>();
  private final Map<Integer, TreeMap<Long, Known>> known = new TreeMap<>();
  private final Map<String, Long> leaseOf = new TreeMap<>();
  /** In which shards each was ever fenced; looked up, never walked over. */
  private final Map<Generation, Set<Integer>> fences = new HashMap<>();
  /** Those whose end was ever committed, with the shards that were registered then. */
  private final Map<Holder, Set<Integer>> ends = new HashMap<>();
  /** Of the entry, or the command, that is looked at. */
  private final List<Lease> changes = new ArrayList<>();
  private final LeaseTimes times;
  private End onEnd = (_, _) -> { };

  /** Hears of each end as it is applied. */
  interface End {
    void of(long lease, boolean expired);
  }

  LeaseTruth(Checks checks, Marks marks) {
    this.checks = checks;
    this.marks = marks;
    this.times = new LeaseTimes(checks);
  }

  LeaseTimes times() {
    return times;
  }

  void onEnd(End listener) {
    onEnd = listener;
  }

  private TreeMap<Long, Lease> home(int shard) {
    return homes.computeIfAbsent(shard, _ -> new TreeMap<>());
  }

  private TreeMap<Long, Known> known(int shard) {
    return known.computeIfAbsent(shard, _ -> new TreeMap<>());
  }

  /** The lease of a key now; 0 for none. */
  long leaseOf(String key) {
    return leaseOf.getOrDefault(key, 0L);
  }

  /** Whether a key may be put under the lease in the shard. */
  boolean admits(int shard, long id) {
    Known lease = known(shard).get(id);
    return lease != null && !lease.fenced;
  }

  /** Whether the shard knows the id, fenced or not, as this grant's. */
  boolean isKnown(int shard, Generation lease) {
    Known here = known(shard).get(lease.id());
    return here != null && here.grant == lease.grant();
  }

  boolean isTaken(int shard, long id) {
    return home(shard).containsKey(id);
  }

  // ---- what commands do

  void granted(int shard, long id, long place, long ttlMillis, List<Lease> told) {
    check(told.size() == 1 && (id == 0 || told.getFirst().id() == id), "the grant of lease %d in shard %d is answered %s", id, shard, told);
    Lease lease = new Lease(told.getFirst().id(), place, ttlMillis, 1, false, LeaseShards.NONE);
    check(lease.id() > 0 && !isTaken(shard, lease.id()), "shard %d grants lease %d, which is there already, or is none", shard, lease.id());
    change(shard, lease);
    times.renewed(shard, lease);
    same(told, changes);
    changes.clear();
    marks.reach(Mark.LEASE_GRANTED);
  }

  void revoked(int shard, long id, List<Lease> told) {
    Lease lease = home(shard).get(id);
    check(lease != null, "shard %d revokes lease %d, which is not there", shard, id);
    same(told, List.of(lease.ending() ? lease : end(shard, lease, false)));
    changes.clear();
    marks.reach(Mark.LEASE_REVOKED);
  }

  /** A put with a TTL grants a lease of its own; returns its id. */
  long grantedHere(int shard, long place, long ttlMillis, List<Lease> told) {
    Lease own = told.stream().filter(lease -> lease.grant() == place).findFirst().orElse(null);
    check(own != null && LeaseIds.isOfOnePut(own.id()) && LeaseIds.home(own.id()) == shard && !isTaken(shard, own.id()) && !known(shard).containsKey(own.id()),
        "a put with a TTL in shard %d was to have a lease of its own, it changed %s", shard, told);
    times.renewed(shard, change(shard, new Lease(own.id(), place, ttlMillis, 1, false, LeaseShards.NONE.with(Lease.HERE, Stage.REGISTERED))));
    known(shard).put(own.id(), new Known(place, false));
    marks.reach(Mark.PUT_WITH_A_TTL);
    return own.id();
  }

  /** The key is under this lease now, 0 for none. */
  void moved(int shard, String key, long to) {
    long from = leaseOf(key);
    if (from == to) {
      return;
    }
    if (from != 0) {
      known(shard).get(from).keys.remove(key);
      forgetOfOnePut(shard, from);
    }
    if (to == 0) {
      leaseOf.remove(key);
    } else {
      check(admits(shard, to), "%s comes under lease %d, under which no key may be put in shard %d", key, to, shard);
      leaseOf.put(key, to);
      known(shard).get(to).keys.add(key);
    }
  }

  /** The lease of a put with a TTL goes with its key. */
  private void forgetOfOnePut(int shard, long id) {
    Lease lease = home(shard).get(id);
    if (lease != null && lease.isOfOnePut() && !lease.ending() && known(shard).get(id).keys.isEmpty()) {
      change(shard, with(new Lease(id, lease.grant(), lease.ttlMillis(), lease.epoch(), true, lease.shards()), Lease.HERE, Stage.GONE));
      known(shard).remove(id);
    }
  }

  /** All that a command does is done. */
  void settled(List<Lease> told) {
    check(Set.copyOf(told).equals(Set.copyOf(changes)), "a command has changed %s, due was %s", told, changes);
    changes.clear();
  }

  /** The keys that go when these, whose ends have come so far, lose theirs in a shard. */
  List<String> deleted(int shard, Op.LeaseDelete delete) {
    var gone = new ArrayList<String>();
    for (Generation lease : delete.leases()) {
      Known here = known(shard).get(lease.id());
      marks.reachIf(here == null, Mark.UNKNOWN_LEASE_FENCED);
      gone.addAll(deleted(shard, lease));
      if (here != null && here.grant == lease.grant()) {
        known(shard).remove(lease.id());
      }
    }
    for (Generation lease : delete.kept()) {
      Known here = known(shard).get(lease.id());
      fence(shard, lease, here, here == null || here.grant < lease.grant());
      gone.addAll(deleted(shard, lease));
    }
    return gone;
  }

  private List<String> deleted(int shard, Generation lease) {
    Holder holder = ended(shard, lease);
    check(holder != null, "shard %d deletes the keys of %s, whose end has not begun", shard, lease);
    Set<Integer> fenced = fences.computeIfAbsent(lease, _ -> new HashSet<>());
    fenced.add(shard);
    Set<Integer> registered = ends.get(holder);
    check(fenced.containsAll(registered), "shard %d deletes the keys of %s, registered in %s, fenced in %s", shard, lease, registered, fenced);
    Known here = known(shard).get(lease.id());
    if (here == null || here.grant != lease.grant() || here.keys.isEmpty()) {
      return List.of();
    }
    marks.reachIf(registered.size() > 1, Mark.LEASE_ENDED_IN_SEVERAL_SHARDS);
    marks.reachIf(holder.home != 0, Mark.TTL_OF_A_PUT_ENDED);
    List<String> keys = List.copyOf(here.keys);
    keys.forEach(leaseOf::remove);
    here.keys.clear();
    return keys;
  }

  private Holder ended(int shard, Generation lease) {
    for (Holder holder : List.of(new Holder(0, lease), new Holder(shard, lease))) {
      if (ends.containsKey(holder)) {
        return holder;
      }
    }
    return null;
  }

  // ---- what a shard's leader says of what the shard knows

  void upkeep(int shard, ChangeLeases command) {
    for (Generation lease : command.leases()) {
      Known here = known(shard).get(lease.id());
      boolean older = here == null || here.grant < lease.grant();
      switch (command.kind()) {
        case KNOW -> {
          marks.reachIf(!older && here.fenced, Mark.LEASE_KNOWN_TOO_LATE);
          if (older) {
            know(shard, lease, here);
          }
        }
        case FENCE -> fence(shard, lease, here, older);
        case UNFENCE -> {
          if (here != null && here.grant == lease.grant() && here.fenced && here.keys.isEmpty()) {
            known(shard).remove(lease.id());
          }
        }
      }
    }
  }

  private void know(int shard, Generation lease, Known here) {
    Lease atHome = home(0).get(lease.id());
    check(atHome != null && atHome.grant() == lease.grant() && atHome.shards().stage(shard) == Stage.REGISTERED,
        "shard %d comes to know %s, the home has %s", shard, lease, atHome);
    noKeys(shard, lease, here);
    known(shard).put(lease.id(), new Known(lease.grant(), false));
  }

  private void fence(int shard, Generation lease, Known here, boolean older) {
    check(ended(shard, lease) != null, "shard %d fences %s, whose end has not begun", shard, lease);
    fences.computeIfAbsent(lease, _ -> new HashSet<>()).add(shard);
    if (older) {
      noKeys(shard, lease, here);
      known(shard).put(lease.id(), new Known(lease.grant(), true));
      marks.reach(Mark.UNKNOWN_LEASE_FENCED);
    } else if (here.grant == lease.grant()) {
      here.fenced = true;
    }
  }

  private void noKeys(int shard, Generation lease, Known here) {
    check(here == null || here.keys.isEmpty(), "shard %d has keys of an older grant than %s", shard, lease);
  }

  // ---- what the leader of a home says

  void home(int shard, HomeCommand command, EntryEffect.LeasesChanged effect) {
    var answers = new ArrayList<Long>();
    switch (command) {
      case HomeCommand.Renew(var ids) -> ids.forEach(id -> answers.add(renew(shard, id)));
      case HomeCommand.Register(var leases) -> leases.forEach(lease -> answers.add(register(shard, lease)));
      case HomeCommand.Expire(var leases) -> leases.forEach(lease -> expire(shard, lease));
      case HomeCommand.Progress(var steps) -> steps.forEach(step -> progress(shard, step));
    }
    check(answers.equals(effect.answers()), "%s in shard %d is answered %s, due was %s", command, shard, effect.answers(), answers);
    same(effect.leases(), changes);
    changes.clear();
  }

  private Lease alive(int shard, long id) {
    Lease lease = home(shard).get(id);
    return lease == null || lease.ending() ? null : lease;
  }

  private long renew(int shard, long id) {
    Lease lease = alive(shard, id);
    if (lease == null) {
      marks.reach(Mark.LEASE_RENEWED_TOO_LATE);
      return 0;
    }
    marks.reach(Mark.LEASE_RENEWED);
    times.renewed(shard, change(shard, new Lease(id, lease.grant(), lease.ttlMillis(), lease.epoch() + 1, false, lease.shards())));
    return lease.ttlMillis();
  }

  private long register(int shard, HomeCommand.InShard asked) {
    Lease lease = alive(shard, asked.id());
    if (lease == null) {
      marks.reach(Mark.LEASE_REGISTERED_TOO_LATE);
      return 0;
    }
    if (!lease.shards().contains(asked.shard())) {
      change(shard, with(lease, asked.shard(), Stage.REGISTERED));
    }
    return lease.grant();
  }

  private void expire(int shard, HomeCommand.Seen seen) {
    Lease lease = alive(shard, seen.id());
    if (lease == null || lease.grant() != seen.grant() || lease.epoch() != seen.epoch()) {
      marks.reach(Mark.LEASE_END_CAME_TO_NOTHING);
      return;
    }
    times.expires(shard, lease);
    end(shard, lease, true);
    marks.reach(Mark.LEASE_EXPIRED);
  }

  private Lease end(int shard, Lease lease, boolean expired) {
    var registered = new TreeSet<Integer>();
    lease.shards().numbers().forEach(each -> registered.add(each == Lease.HERE ? shard : each));
    ends.put(new Holder(shard, new Generation(lease.id(), lease.grant())), registered);
    onEnd.of(lease.id(), expired);
    return change(shard, new Lease(lease.id(), lease.grant(), lease.ttlMillis(), lease.epoch(), true, lease.shards()));
  }

  private void progress(int shard, HomeCommand.Step step) {
    Lease lease = home(shard).get(step.id());
    Stage before = lease == null || lease.grant() != step.grant() || !lease.ending() ? null : lease.shards().stage(step.shard());
    if (before == null || before.compareTo(step.stage()) >= 0) {
      return;
    }
    int at = step.shard() == Lease.HERE ? shard : step.shard();
    Known here = known(at).get(step.id());
    check(fences.getOrDefault(new Generation(step.id(), step.grant()), Set.of()).contains(at), "shard %d notes %s, there is no fence", shard, step);
    check(step.stage() != Stage.GONE || here == null || here.grant != step.grant() || here.keys.isEmpty(), "shard %d notes %s, left is %s", shard, step,
        here == null ? "" : here.keys);
    change(shard, with(lease, step.shard(), step.stage()));
  }

  private static Lease with(Lease lease, int shard, Stage stage) {
    return new Lease(lease.id(), lease.grant(), lease.ttlMillis(), lease.epoch(), lease.ending(), lease.shards().with(shard, stage));
  }

  private Lease change(int shard, Lease lease) {
    changes.add(lease);
    boolean left = !lease.ending() || lease.shards().numbers().stream().anyMatch(each -> lease.shards().stage(each) != Stage.GONE);
    if (left) {
      home(shard).put(lease.id(), lease);
    } else {
      home(shard).remove(lease.id());
    }
    return lease;
  }

  private void same(Collection<Lease> told, Collection<Lease> due) {
    check(List.copyOf(told).equals(List.copyOf(due)), "leases are %s, due was %s", told, due);
  }

  // ---- the end

  /** Of those that nobody renews nothing is left. */
  void nothingIsLeft() {
    homes.forEach((shard, leases) -> checks.check(leases.isEmpty(), "leases-end", "nobody has renewed these leases of shard %d for long: %s", shard,
        leases.values()));
    checks.check(leaseOf.isEmpty(), "leases-end", "all leases are gone, and these keys are under one: %s", leaseOf);
  }

  private void check(boolean holds, String claim, Object... values) {
    checks.check(holds, "leases-in-order", claim, values);
  }
}
