package io.cairn.simulator.oracle;

import io.cairn.client.ByteSeq;
import io.cairn.client.GetResult;
import io.cairn.client.KeyRange;
import io.cairn.client.KeyValue;
import io.cairn.client.RangeResult;
import io.cairn.client.TxnResult;
import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryKind;
import io.cairn.server.apply.EntryEffect;
import io.cairn.server.command.EntryPayload;
import io.cairn.server.command.ShardCommand;
import io.cairn.server.command.SystemCommand;
import io.cairn.simulator.mark.Mark;
import io.cairn.simulator.mark.Marks;
import io.cairn.storage.lease.HomeLeases;
import io.cairn.storage.mvcc.Batch;
import io.cairn.storage.mvcc.Op;
import io.cairn.storage.mvcc.Write;
import io.cairn.storage.mvcc.WriteResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * The true history of the data: what every key held at every revision, from what was applied first anywhere. Each answer to a client is
 * held against it, at the end: a replica may show a client what it has applied a moment before this oracle hears of it, and what is written
 * after an answer below the revision that the answer names breaks it as well.
 *
 * <p>A value is named by what stands before its first {@code ':'}; every put of a run has a name of its own.
 */
public final class DataOracle {

  private record Sequence(long clientHigh, long clientLow, long sequence) {}

  private final Checks checks;
  private final Marks marks;
  private final TreeMap<String, KeyHistory> keys = new TreeMap<>();
  /** Revision of the answer of each write that took effect; looked up, never walked over. */
  private final Map<Sequence, Long> effects = new HashMap<>();
  /** What each transaction was answered with; looked up, never walked over. */
  private final Map<Sequence, String> shown = new HashMap<>();
  /** The same by the revisions of those that changed something. */
  private final Map<Long, String> shownAt = new HashMap<>();
  private final Map<String, Long> appliedValues = new HashMap<>();
  private final Set<Long> revisions = new HashSet<>();
  private final Set<Long> compactions = new HashSet<>();
  private final Map<Integer, Long> lastOfShard = new TreeMap<>();
  private final List<Runnable> answers = new ArrayList<>();
  /** The highest revision that was handed out so far, by whichever node. */
  private long handedOut = 1;
  private boolean ended;
  private ApplyWitness witness = new ApplyWitness() {};
  private final LeaseTruth leases;
  private final GuardTruth guards;
  private final HistoryTruth past;
  /** What the write that is looked at has changed. */
  private final TreeMap<String, ApplyWitness.Now> changes = new TreeMap<>();
  /** Where it stands: its shard, and its place in the log. */
  private int shardNow;
  private long placeNow;

  DataOracle(Checks checks, Marks marks) {
    this.checks = checks;
    this.marks = marks;
    this.leases = new LeaseTruth(checks, marks);
    this.guards = new GuardTruth(checks, keys, leases);
    this.past = new HistoryTruth(marks);
  }

  /** Hears from now on what is applied. */
  public void witness(ApplyWitness listener) {
    witness = listener;
    leases.onEnd(listener::leaseEnds);
  }

  void leads(int shard, String node, long sinceNanos) {
    leases.times().leads(shard, sinceNanos);
    witness.leads(shard, node, sinceNanos);
  }

  public static String valueName(String value) {
    int colon = value.indexOf(':');
    return colon < 0 ? value : value.substring(0, colon);
  }

  // ---- what is handed out

  /** No node hands out, or calls the last one, what is below what another has handed out before: writes follow real time in all shards. */
  void handedOut(String by, long first, long last) {
    checks.check(first > handedOut, "handed-out-follows-real-time", "%s hands out revisions %d to %d, %d was handed out before", by, first, last,
        handedOut);
    handedOut = last;
  }

  // ---- what is applied

  void applied(int shard, Entry entry, EntryEffect effect) {
    if (effect instanceof EntryEffect.WindowMoved) {
      marks.reach(Mark.WINDOW_OF_REVISIONS_MOVED);
    }
    if (entry.kind() == EntryKind.COMMAND) {
      saidByLeader(shard, entry, effect);
    }
    if (!(effect instanceof EntryEffect.Written(List<WriteResult> results, var _))) {
      return;
    }
    Batch batch = EntryPayload.decodeCommands(entry.payload());
    marks.reachIf(results.size() > 1, Mark.SEVERAL_WRITES_IN_A_BATCH);
    long next = batch.firstRevision();
    long last = lastOfShard.getOrDefault(shard, 1L);
    marks.reachIf(next > last + 1, Mark.REVISIONS_SKIPPED);
    for (int i = 0; i < results.size(); i++) {
      Write write = batch.writes().get(i);
      shardNow = shard;
      placeNow = HomeLeases.grantAt(entry.index(), i);
      switch (results.get(i)) {
        case WriteResult.Done done when done.repeated() -> repeated(write, done);
        case WriteResult.Done done -> {
          if (done.changed() > 0) {
            checks.check(done.revision() == next, "revisions-in-order", "a change in shard %d took revision %d, due was %d", shard,
                done.revision(), next);
            checks.check(next > last, "revisions-in-order", "shard %d goes from revision %d to %d", shard, last, next);
            checks.check(revisions.add(next), "revisions-once", "revision %d is taken a second time, by shard %d", next, shard);
            last = next++;
            past.stoodAt(last);
          }
          tookEffect(write, done);
          if (!changes.isEmpty()) {
            witness.applied(shard, done.revision(), endedBy(write), changes);
            changes.clear();
          }
        }
        case WriteResult.Refused refused -> refused(shard, write, refused);
      }
    }
    lastOfShard.put(shard, last);
  }

  private void saidByLeader(int shard, Entry entry, EntryEffect effect) {
    byte[] payload = entry.payload();
    if (EntryPayload.isUpkeep(payload)) {
      switch (EntryPayload.decodeUpkeep(payload)) {
        case ShardCommand.Compact(long to) -> {
          // Nothing is written at or below it any more.
          lastOfShard.merge(shard, to, Math::max);
          compactions.add(to);
          past.stoodAt(lastOfShard.get(shard));
        }
        case ShardCommand.ChangeLeases change -> leases.upkeep(shard, change);
        case ShardCommand.KeepHistory keep -> past.said(shard, entry.index(), keep, lastOfShard.getOrDefault(shard, 1L));
        case ShardCommand.ChangeGuards change -> guards.said(shard, change, effect);
      }
    } else if (effect instanceof EntryEffect.LeasesChanged changed
        && EntryPayload.decodeSystem(payload) instanceof SystemCommand.ChangeLeases(var command)) {
      leases.home(shard, command, changed);
    }
  }

  private static List<Long> endedBy(Write write) {
    return write.op() instanceof Op.LeaseDelete delete ? Stream.concat(delete.leases().stream(), delete.kept().stream())
        .map(Op.Generation::id).toList() : List.of();
  }

  private void refused(int shard, Write write, WriteResult.Refused refused) {
    WriteResult.Reason reason = refused.reason();
    boolean right = switch (reason) {
      case LEASE_UNKNOWN -> !leases.admits(shard, refused.lease());
      case LEASE_NOT_FOUND -> write.op() instanceof Op.LeaseRevoke(long id) && !leases.isTaken(shard, id);
      case LEASE_EXISTS -> write.op() instanceof Op.LeaseGrant grant && leases.isTaken(shard, grant.id());
      case GUARD_UNKNOWN, GUARD_PASSED, GUARDED -> guards.mayRefuse(shard, write, refused);
      default -> false;
    };
    if (right) {
      marks.reach(Mark.WRITE_REFUSED_FOR_ITS_LEASE);
      return;
    }
    checks.check(reason == WriteResult.Reason.SEQUENCE_CLOSED || reason == WriteResult.Reason.HORIZON, "refusals-make-sense",
        "a write of a client that keeps the rules was refused at apply: %s", reason);
    marks.reach(reason == WriteResult.Reason.HORIZON ? Mark.WRITE_REFUSED_BY_THE_HORIZON : Mark.WRITE_REFUSED_AS_CLOSED);
  }

  private void repeated(Write write, WriteResult.Done done) {
    marks.reach(Mark.WRITE_REPEATED);
    Long earlier = effects.get(new Sequence(write.clientHigh(), write.clientLow(), write.sequence()));
    checks.check(earlier != null && earlier == done.revision(), "exactly-once", "sequence %d is answered as done at %d, it was done at %s",
        write.sequence(), done.revision(), earlier);
    if (write.op() instanceof Op.LeaseGrant) {
      String first = shown.get(new Sequence(write.clientHigh(), write.clientLow(), write.sequence()));
      checks.check(Long.toString(done.leases().getFirst().id()).equals(first), "an-answer-is-given-again", "sequence %d is answered %s, granted was %s",
          write.sequence(), done.leases(), first);
    }
    if (done.answer() != null) {
      marks.reach(Mark.TXN_ANSWERED_AGAIN);
      String first = shown.get(new Sequence(write.clientHigh(), write.clientLow(), write.sequence()));
      checks.check(TxnShown.of(done.answer()).equals(first), "an-answer-is-given-again", "sequence %d is answered %s, it was %s", write.sequence(),
          TxnShown.of(done.answer()), first);
    }
  }

  private void tookEffect(Write write, WriteResult.Done done) {
    guards.takesEffect(shardNow, write);
    if (write.op() instanceof Op.LeaseDelete delete) {
      // Of the shard's leader, which asks again: whatever is left goes.
      List<String> gone = leases.deleted(shardNow, delete);
      checks.check(gone.size() == done.changed(), "apply-is-right", "%s in shard %d deletes %d keys, due were %s", delete, shardNow,
          done.changed(), gone);
      gone.forEach(key -> change(key, done.revision(), null, 0));
      leases.settled(done.leases());
      return;
    }
    // What a shard's leader does of its own accord it may do twice; it says itself what must be so.
    Long earlier = write.isOfLeader() ? null : effects.put(new Sequence(write.clientHigh(), write.clientLow(), write.sequence()), done.revision());
    checks.check(earlier == null, "exactly-once", "sequence %d takes effect at %d, it had at %s: %s", write.sequence(), done.revision(), earlier,
        write.op());
    switch (write.op()) {
      case Op.Put put -> {
        String value = valueName(text(put.value(), 0));
        appliedValues.merge(value, 1L, Long::sum);
        long lease = put.ttlMillis() == 0 ? put.lease() : leases.grantedHere(shardNow, placeNow, put.ttlMillis(), done.leases());
        change(text(put.key(), 1), done.revision(), value, lease);
      }
      case Op.Delete delete -> delete(text(delete.key(), 1), done);
      case Op.DeleteRange range -> deleteRange(range, done);
      case Op.Add _, Op.Txn _ -> transaction(write, done);
      case Op.Range _ -> throw new IllegalStateException("no command of its own: " + write.op());
      case Op.LeaseGrant(long id, long ttlMillis) -> {
        leases.granted(shardNow, id, placeNow, ttlMillis, done.leases());
        shown.put(new Sequence(write.clientHigh(), write.clientLow(), write.sequence()), Long.toString(done.leases().getFirst().id()));
      }
      case Op.LeaseRevoke(long id) -> leases.revoked(shardNow, id, done.leases());
      case Op.LeaseDelete _ -> throw new IllegalStateException("of no client: " + write.op());
    }
    if (!(write.op() instanceof Op.LeaseGrant || write.op() instanceof Op.LeaseRevoke)) {
      leases.settled(done.leases());
    }
  }

  private void transaction(Write write, WriteResult.Done done) {
    var truth = new TxnTruth(checks, keys, leases, (key, value, lease) -> {
      if (value != null) {
        appliedValues.merge(value, 1L, Long::sum);
      }
      change(key, done.revision(), value, lease);
    });
    truth.judge(write.op(), done.answer());
    checks.check(truth.changed() == done.changed(), "apply-is-right", "a transaction changed %d keys, due were %d", done.changed(), truth.changed());
    shown.put(new Sequence(write.clientHigh(), write.clientLow(), write.sequence()), TxnShown.of(done.answer()));
    if (done.changed() > 0) {
      shownAt.put(done.revision(), TxnShown.of(done.answer()));
      marks.reach(Mark.TXN_DONE);
    } else {
      marks.reach(Mark.TXN_CONDITION_NOT_MET);
    }
  }

  private void delete(String key, WriteResult.Done done) {
    KeyHistory history = history(key);
    checks.check((history.latest() != null) == (done.changed() == 1), "apply-is-right", "a delete of %s changed %d, it held %s", key,
        done.changed(), history.latest());
    if (done.changed() == 1) {
      change(key, done.revision(), null, 0);
    } else {
      marks.reach(Mark.DELETE_OF_NOTHING);
    }
  }

  private void deleteRange(Op.DeleteRange range, WriteResult.Done done) {
    String start = text(range.start(), 1);
    long changed = 0;
    for (Map.Entry<String, KeyHistory> each : keys.tailMap(start, true).entrySet()) {
      boolean inside = range.end() == null || range.end()[0] != range.start()[0] || each.getKey().compareTo(text(range.end(), 1)) < 0;
      if (inside && each.getValue().latest() != null) {
        change(each.getKey(), done.revision(), null, 0);
        changed++;
      }
    }
    marks.reachIf(changed > 1, Mark.RANGE_DELETED);
    checks.check(changed == done.changed(), "apply-is-right", "a delete range from %s changed %d keys, %d lived", start, done.changed(), changed);
  }

  private void change(String key, long revision, String value, long lease) {
    history(key).add(revision, value);
    guards.changed(shardNow, key, value == null);
    leases.moved(shardNow, key, lease);
    changes.put(key, value == null ? ApplyWitness.Now.DELETED : new ApplyWitness.Now(value, lease));
  }

  private KeyHistory history(String key) {
    return keys.computeIfAbsent(key, _ -> new KeyHistory());
  }

  private static String text(byte[] bytes, int from) {
    return new String(bytes, from, bytes.length - from, StandardCharsets.UTF_8);
  }

  // ---- what clients are told

  /** Until the end more may come to be known, for an answer and against it: what is kept till then holds no value, only its name. */
  private void judge(BooleanSupplier holds, Runnable complain) {
    if (!ended) {
      long came = checks.now();
      answers.add(() -> checks.ofEarlier(came, () -> judge(holds, complain)));
    } else if (!holds.getAsBoolean()) {
      complain.run();
    }
  }

  /** A put was acknowledged at that revision. */
  public void acknowledged(String key, String value, long revision) {
    judge(() -> history(key).everHeld(value, revision), () -> checks.check(false, "acknowledged-is-there",
        "the put of %s into %s was acknowledged at %d, but it held %s", value, key, revision, history(key)));
  }

  /** A transaction that changed something was answered. */
  public void acknowledgedTxn(TxnResult result) {
    String told = TxnShown.of(result);
    long revision = result.revision();
    judge(() -> told.equals(shownAt.get(revision)), () -> checks.check(false, "acknowledged-is-there",
        "a transaction was answered at %d with %s, but it came to %s", revision, told, shownAt.get(revision)));
  }

  /** A transaction that only read was answered: it shows one view. */
  public void readByTxn(KeyRange range, List<KeyValue> read, long revision, long told) {
    TreeMap<String, String> found = new TreeMap<>();
    read.forEach(each -> found.put(each.keyUtf8(), valueName(each.valueUtf8())));
    checks.check(revision >= told, "linearizable", "a transaction was sent after %d was told of its keys and shows revision %d", told, revision);
    judge(() -> found.equals(at(range, revision)), () -> checks.check(false, "range-is-one-view",
        "a transaction shows of %s at %d %s, but there was %s", range, revision, found, at(range, revision)));
  }

  /** What a counter has come to. */
  public long sum(String key) {
    return keys.containsKey(key) ? Long.parseLong(history(key).latest()) : 0;
  }

  /** A delete was acknowledged: at that revision there is nothing. */
  public void acknowledgedDelete(String key, boolean deleted, long revision) {
    judge(() -> deleted ? history(key).at(revision) == null && history(key).changedAt(revision) == revision
        : history(key).heldSince(revision, null, 0), () -> checks.check(false, "acknowledged-is-there",
        "the delete of %s (%s) was acknowledged at %d, but it held %s", key, deleted, revision, history(key)));
  }

  /** A linearizable get was answered; {@code told} is the highest revision at which anyone had been told of this key before it was sent. */
  public void read(String key, GetResult result, long told) {
    String found = result.valueUtf8().map(DataOracle::valueName).orElse(null);
    long changedAt = result.found().map(KeyValue::modRevision).orElse(0L);
    long revision = result.revision();
    long least = Math.max(told, revision);
    judge(() -> history(key).heldSince(least, found, changedAt), () -> checks.check(false, "linearizable",
        "a read of %s shows %s of revision %d, answered at %d and sent after %d was told, but it held %s", key, found, changedAt,
        revision, told, history(key)));
  }

  /** A read at a past revision was answered. */
  public void readAt(String key, GetResult result, long revision) {
    String found = result.valueUtf8().map(DataOracle::valueName).orElse(null);
    judge(() -> java.util.Objects.equals(history(key).at(revision), found), () -> checks.check(false, "past-revisions-stay",
        "a read of %s at %d shows %s, but it held %s", key, revision, found, history(key)));
  }

  /** The last revision up to there at which a key changed; 0 for none. */
  public long changedBy(String key, long revision) {
    return revision == 0 ? 0 : history(key).changedAt(revision);
  }

  /** What prefixes keep no history, and who knows. */
  public HistoryTruth past() {
    return past;
  }

  /**
   * A read at a past revision was answered by one life of a node, which then refused what {@code key} was below {@code from}, if it had
   * changed up to there.
   */
  public void readOfThePastIsKept(String key, long revision, long from) {
    judge(() -> history(key).changedAt(from) <= revision, () -> checks.check(false, "history-off-shows-no-past",
        "a read of %s at %d was answered by a node that had been told that its history below %d is not kept, and it changed at %d", key,
        revision, from, history(key).changedAt(from)));
  }

  /**
   * A read at a past revision was refused, and this named as the oldest that is left: then some shard was compacted to just there, or no
   * history is kept of the key and it has changed.
   */
  public void refusedAsCompacted(String key, long revision, long oldest) {
    judge(() -> compactions.contains(oldest) || past.mayRefuse(key, oldest) && history(key).changedAt(Long.MAX_VALUE) > revision,
        () -> checks.check(false, "compacted-only-by-a-compaction",
            "a read of %s at %d was refused as compacted to %d, which no shard was", key, revision, oldest));
    marks.reachIf(!compactions.contains(oldest), Mark.READ_REFUSED_WITHOUT_HISTORY);
  }

  /** A serializable get was answered: it shows what once was there, and nothing is missing up to its revision. */
  public void readLocal(String key, GetResult result) {
    String found = result.valueUtf8().map(DataOracle::valueName).orElse(null);
    long changedAt = result.found().map(KeyValue::modRevision).orElse(0L);
    long revision = result.revision();
    marks.reachIf(found != null && !found.equals(history(key).latest()), Mark.STALE_READ_SHOWN_AS_SUCH);
    judge(() -> history(key).heldSince(revision, found, changedAt), () -> checks.check(false, "serializable-shows-what-was",
        "a serializable read of %s shows %s of revision %d, nothing missing up to %d, but it held %s", key, found, changedAt, revision,
        history(key)));
  }

  /** A linearizable range over several shards was answered: its revision comes from the oracle, and is above all that anyone was told. */
  public void rangeOverShards(KeyRange range, RangeResult result, long told) {
    checks.check(result.revision() >= told, "linearizable", "a range was sent after %d was told and shows revision %d", told, result.revision());
    range(range, result, told);
  }

  /**
   * A linearizable range was answered: one view at its revision; and if anyone had been told of its keys at a later one before it was
   * sent, then nothing had changed up to there.
   */
  public void range(KeyRange range, RangeResult result, long told) {
    TreeMap<String, String> shown = new TreeMap<>();
    for (KeyValue each : result.keyValues()) {
      shown.put(each.keyUtf8(), valueName(each.valueUtf8()));
    }
    long revision = result.revision();
    long least = Math.max(revision, told);
    judge(() -> shown.equals(at(range, revision)) && shown.equals(at(range, least)), () -> checks.check(false, "range-is-one-view",
        "a range %s at %d shows %s, but there was %s", range, revision, shown, at(range, revision)));
  }

  private TreeMap<String, String> at(KeyRange range, long revision) {
    TreeMap<String, String> there = new TreeMap<>();
    keys.forEach((key, history) -> {
      String value = range.contains(ByteSeq.utf8(key)) ? history.at(revision) : null;
      if (value != null) {
        there.put(key, value);
      }
    });
    return there;
  }

  // ---- the end

  /** All that will ever be applied is. */
  public void end() {
    ended = true;
    answers.forEach(Runnable::run);
  }

  /** When leases end. */
  public LeaseTimes leaseTimes() {
    return leases.times();
  }

  /** Nobody has renewed a lease for so long that all must be gone, with all that was under them. */
  public void leasesAreGone() {
    leases.nothingIsLeft();
  }

  /** How often a put of this value took effect. */
  public long timesApplied(String value) {
    return appliedValues.getOrDefault(value, 0L);
  }

  /** Keys that ever were. */
  public List<String> keys() {
    return List.copyOf(keys.keySet());
  }
}
