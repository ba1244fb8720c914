package io.cairn.storage.mvcc;

import io.cairn.storage.engine.EngineBatch;
import io.cairn.storage.engine.EngineView;
import io.cairn.storage.guard.Guard;
import io.cairn.storage.guard.HomeGuard;
import io.cairn.storage.guard.HomeGuards;
import io.cairn.storage.guard.KnownGuards;
import io.cairn.storage.guard.Subject;
import io.cairn.storage.mvcc.WriteResult.Reason;
import io.cairn.storage.mvcc.WriteResult.Refused;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * The two tables of guards of one store, and what commands ask of them: whether the guards of a write hold, and whether a delete must wait for
 * the fences of other shards. Both are decided before anything is changed. Used by the apply loop alone.
 */
public final class ShardGuards {
  private final HomeGuards home;
  private final KnownGuards known;
  /** As the open round has left them so far. */
  private Keys keys;

  private ShardGuards(HomeGuards home, KnownGuards known) {
    this.home = home;
    this.known = known;
  }

  static ShardGuards load(EngineView view, long store) {
    return new ShardGuards(HomeGuards.load(view, store), KnownGuards.load(view, store));
  }

  ShardGuards over(Keys now) {
    keys = now;
    return this;
  }

  HomeGuards home() {
    return home;
  }

  public KnownGuards known() {
    return known;
  }

  /** Notes that the shard holds guards on the subject; whether it stands, and nobody has begun to end it. */
  public boolean register(Subject subject, int shard) {
    Version here = keys.get(subject.key());
    return here != null && here.create() == subject.token() && home.register(subject, shard);
  }

  /** The shard has fenced the subject. */
  public void fenced(Subject subject, int shard) {
    home.fenced(subject, shard);
  }

  /** Why a write with these guards cannot be done; null when it can. */
  Refused refusal(List<Guard> guards, ShardLeases leases) {
    for (Guard guard : guards) {
      Refused refused = guard.subject() == null ? refusal(guard.lease(), leases) : refusal(guard.subject());
      if (refused != null) {
        return refused;
      }
    }
    return null;
  }

  private static Refused refusal(long lease, ShardLeases leases) {
    return leases.known().admits(lease) ? null
        : new Refused(Reason.LEASE_UNKNOWN, "lease " + lease + ", which guards the write, has ended or was never granted; nothing was written", lease);
  }

  private Refused refusal(Subject subject) {
    Version here = keys.get(subject.key());
    if (here != null && here.create() == subject.token()) {
      return null;
    }
    Boolean fenced = known.get(subject);
    if (Boolean.FALSE.equals(fenced)) {
      return null;
    }
    return fenced == null ? new Refused(Reason.GUARD_UNKNOWN, passed(subject), 0, List.of(subject))
        : new Refused(Reason.GUARD_PASSED, passed(subject), 0, List.of(subject));
  }

  /** What to say of a write whose lock is another's now. */
  public static String passed(Subject subject) {
    return "the lock that guards the write has passed on: no place in its queue has token " + subject.token() + " any more; nothing was written";
  }

  /** Why this cannot be done now, since it deletes what guards writes in other shards; null when nothing stands in its way. */
  Refused blocked(Op op) {
    if (home.isEmpty()) {
      return null; // As nearly always.
    }
    return blocked(switch (op) {
      case Op.Delete delete -> of(delete.key());
      case Op.DeleteRange range -> List.copyOf(home.in(range.start(), range.end()));
      case Op.Put _, Op.Add _, Op.Range _, Op.LeaseGrant _, Op.LeaseRevoke _ -> List.of();
      case Op.Txn _, Op.LeaseDelete _ -> throw new IllegalStateException("asks for itself, once it is clear what it would change: " + op);
    });
  }

  /** Whether no key here guards writes in other shards. */
  boolean isEmpty() {
    return home.isEmpty();
  }

  /** The same of these keys, which an end of leases deletes. */
  Refused blockedKeys(List<byte[]> ended) {
    var deleted = new ArrayList<HomeGuard>();
    ended.forEach(key -> deleted.addAll(of(key)));
    return blocked(deleted);
  }

  /** The same of a transaction that would change these. */
  Refused blocked(List<TxnRun.Change> changes) {
    if (home.isEmpty()) {
      return null;
    }
    var deleted = new ArrayList<HomeGuard>();
    changes.stream().filter(change -> change.version() == null).forEach(change -> deleted.addAll(of(change.key())));
    return blocked(deleted);
  }

  private List<HomeGuard> of(byte[] key) {
    HomeGuard guard = home.get(key);
    return guard == null ? List.of() : List.of(guard);
  }

  private Refused blocked(Collection<HomeGuard> deleted) {
    List<HomeGuard> open = deleted.stream().filter(guard -> !guard.open().isEmpty()).toList();
    if (open.isEmpty()) {
      return null;
    }
    open.forEach(home::end);
    return new Refused(Reason.GUARDED, "a lock that is to go guards writes of other shards, which have not fenced it yet; nothing was done", 0,
        open.stream().map(HomeGuard::subject).toList());
  }

  long sum() {
    return home.sum() + known.sum();
  }

  void save(EngineBatch batch) {
    home.save(batch);
    known.save(batch);
  }
}
