package io.cairn.storage.mvcc;

import io.cairn.raft.Invariant;
import io.cairn.raft.log.EntryId;
import io.cairn.storage.OnDiskFormat;
import io.cairn.storage.engine.Engine;
import io.cairn.storage.engine.EngineBatch;
import io.cairn.storage.engine.EngineView;
import io.cairn.storage.engine.Family;
import io.cairn.storage.lease.HomeLeases;
import io.cairn.storage.lease.Lease;
import io.cairn.storage.retry.ClientRecords;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * One replica's data under one store number: the versions of its keys with their history, the memory of its clients, and small
 * named records for whoever sits on top.
 *
 * <p>Applying is a pure function of what is stored and the entry: no clock, no randomness, no order of a hash table. It
 * happens on the engine's apply loop, through an {@link ApplyRound}. Reads come from any thread and see what was committed last;
 * {@link #applied()} moves after it, so whoever has waited for an index there reads at least that entry.
 *
 * <p>Keys are opaque here; they begin with the keyspace id. That a command lies within the shard's range was checked before.
 */
public final class ShardStore {
  /** The record of the highest feature level that an entry here has had; missing below {@link #RECORDED_LEVEL}. */
  private static final String LEVEL = "feature-level";
  /** Entries below this are as old as stores are, and are not written down. */
  private static final int RECORDED_LEVEL = 3;
  /** The record that says who the members are, once a change of them was applied. */
  public static final String MEMBERS = "members";

  private final Engine engine;
  private final long store;
  private final ClientRecords clients;
  private final ShardLeases leases;
  private final ShardGuards guards;
  private final StoreChanges changes;
  private final ShardHash hash;
  private final HashPoints hashes;
  private final EventCount events;
  private HistoryRules rules;
  /** As of the last commit. */
  private volatile HistoryRules publishedRules;
  /** Events at or below it may have been removed where no history is kept. */
  private volatile long swept;
  /** Named records that the open round has changed; null for one it deleted. */
  private final TreeMap<String, byte[]> records = new TreeMap<>();
  private final StoredVersion decoded = new StoredVersion();
  private final Repeats repeats;
  private final Trails trails = new Trails();

  /** What everybody may see: as of the last commit. */
  private volatile StoreState published;
  /** What the open round has come to; equal to {@link #published} in value when none is open. Apply loop only. */
  private long index;
  private long term;
  private long revision;
  private long compacted;
  /** What the record {@link #LEVEL} says, 0 while there is none: most entries of leases and transactions ask. */
  private int recordedLevel;
  /** The round that has changed this store and is not committed yet, or null. */
  private ApplyRound open;

  private ShardStore(Engine engine, long store, StoreState state, ClientRecords clients, EventCount events, HistoryRules rules,
      ShardLeases leases, ShardGuards guards, ShardHash hash) {
    this.guards = guards;
    this.hash = hash;
    this.rules = rules;
    this.publishedRules = rules;
    this.swept = rules.isEmpty() ? 0 : state.applied().revision(); // How far it was swept before is not written down.
    this.engine = engine;
    this.store = store;
    this.clients = clients;
    this.events = events;
    this.leases = leases;
    this.repeats = new Repeats(engine, store, this::view);
    this.changes = new StoreChanges(engine, store, state.deletedKeys(), events, leases.known(), guards.home(), hash);
    this.published = state;
    index = state.applied().index();
    term = state.applied().term();
    revision = state.applied().revision();
    compacted = state.compacted();
    recordedLevel = featureLevel();
    hashes = new HashPoints(hashPoint());
  }

  /** Opens what lies under the number, with shard 0's number in the ids of its leases. */
  public static ShardStore open(Engine engine, long store) {
    return open(engine, store, 0);
  }

  /**
   * Opens what lies under the number; a number nothing was written under is an empty store at revision 1, index 0.
   *
   * @param shard whose data it is: the ids of leases that are granted here for one put name it
   */
  public static ShardStore open(Engine engine, long store, int shard) {
    OnDiskFormat.checkStore(store);
    try (EngineView view = engine.view()) {
      StoreState state = StoreState.decode(view.get(Family.SMALL, OnDiskFormat.stateKey(store)));
      return new ShardStore(engine, store, state, ClientRecords.load(view, store, state.forgotten()), EventCount.load(view, store),
          HistoryRules.decode(view.get(Family.SMALL, NamedRecords.key(store, HistoryRules.RECORD))), ShardLeases.load(view, store, shard), ShardGuards.load(view, store),
          ShardHash.load(view, store, state));
    }
  }

  public long store() {
    return store;
  }

  Trails trails() {
    return trails;
  }

  /** The last entry that is applied and visible, and the last revision. From any thread. */
  public Applied applied() {
    return published.applied();
  }

  /** The same as far as it would survive a crash; the log is cut behind this one only. From any thread. */
  public Applied durable() {
    return StoreState.decode(engine.durable(Family.SMALL, OnDiskFormat.stateKey(store))).applied();
  }

  /** The oldest revision that can be read; 0 while nothing was compacted. From any thread. */
  public long compacted() {
    return published.compacted();
  }

  /**
   * The oldest revision at which all of {@code [start, end)} can be read, null as end for no bound. A watch of the range may begin at
   * any revision above it: the events at or below it are gone, or may be. From any thread.
   */
  public long oldestReadable(byte[] start, byte[] end) {
    return Math.max(published.compacted(), publishedRules.floor(start, end, published.applied().revision()));
  }

  /**
   * The oldest revision above which every event of {@code [start, end)} is still there: what a watch that runs may read again. Where no
   * history is kept this is lower than {@link #oldestReadable}, by some time. From any thread.
   */
  public long oldestKept(byte[] start, byte[] end) {
    return Math.max(published.compacted(), Math.min(swept, publishedRules.floor(start, end, Long.MAX_VALUE)));
  }

  /** Events at or below it are removed from now on, where no history is kept. */
  void sweepingTo(long to) {
    swept = Math.max(swept, to);
  }

  /** The prefixes for which no history is kept, in full or not at all. From any thread. */
  public HistoryRules historyRules() {
    return publishedRules;
  }

  /**
   * From here on no history is kept of keys with the prefix, or it is again. Asked for by an entry. What is there already of the past
   * cannot be asked for any more either.
   */
  public void keepHistory(ApplyRound round, byte[] prefix, boolean keeps) {
    enter(round);
    setRules(round, rules.after(prefix, keeps, revision));
  }

  private void setRules(ApplyRound round, HistoryRules next) {
    if (next != rules) {
      rules = next;
      putRecord(round, HistoryRules.RECORD, next.encode());
    }
  }

  /** Clients remembered, as the apply loop sees it. */
  public int clients() {
    return clients.size();
  }

  /**
   * Applies the commands of one entry; one result each, in order. Nothing is changed unless all of the batch is well formed.
   *
   * @throws IllegalStateException if the entry is not the next one or its revisions are not above the store's last
   */
  public List<WriteResult> apply(ApplyRound round, EntryId entry, Batch batch) {
    checkBatch(entry, batch);
    enter(round);
    round.begin();
    var results = new ArrayList<WriteResult>(batch.writes().size());
    long next = batch.firstRevision();
    for (int position = 0; position < batch.writes().size(); position++) {
      Write write = batch.writes().get(position);
      WriteResult result = apply(round, write, batch.txnBounds(), next, entry.index(), position);
      if (result instanceof WriteResult.Done done && !done.repeated() && done.changed() > 0) {
        revision = next++;
      }
      results.add(result);
    }
    clients.evict(batch.clientRecordsMax());
    moveTo(entry);
    round.end();
    return results;
  }

  /** Keys under a lease that the entries since the last call have deleted, in that order: who waits for one to go is woken by it. */
  public List<byte[]> takeLeasedGone() {
    return changes.takeLeasedGone();
  }

  /** Passes over an entry that holds no commands. */
  public void pass(ApplyRound round, EntryId entry) {
    checkNext(entry);
    enter(round);
    round.begin();
    moveTo(entry);
    round.end();
  }

  /**
   * Refuses reads below {@code to} from now on and drops the events at or below it, which only such reads need. Asked for by an
   * entry, so that every replica does it at the same place; whoever proposes that sees to it that nothing at or below {@code to} comes
   * behind it. A store that nothing was written to for long takes the revision over, so that all shards refuse the same reads (SM-05).
   */
  public void compact(ApplyRound round, long to) {
    if (to <= compacted) {
      return;
    }
    enter(round);
    round.begin();
    round.batch().deleteRange(Family.EVENTS, OnDiskFormat.eventKey(store, compacted + 1, 0), OnDiskFormat.eventKey(store, to + 1, 0));
    events.compact(round.batch(), compacted + 1, to);
    compacted = to;
    revision = Math.max(revision, to);
    setRules(round, rules.compacted(to));
    round.end();
  }

  /**
   * Removes what {@link DeletedSweep} found. Takes no entry: nothing that is read depends on it. Its cost on the apply loop is a look
   * for each key.
   */
  public void sweepDeleted(ApplyRound round, List<byte[]> keys) {
    enter(round);
    round.begin();
    changes.sweep(round, keys, compacted);
    round.end();
  }

  /**
   * The highest revision to compact to that leaves at least {@code keep} events, as far as it is known: marks are left about every 1,000
   * events. 0 when nothing can go. From any thread.
   */
  public long revisionWithout(long keep) {
    try (EngineView view = engine.view()) {
      return EventCount.revisionWithout(view, store, published.compacted(), keep);
    }
  }

  /** How far history is dropped in a way that a crash does not undo. From any thread. */
  public long durablyCompacted() {
    return StoreState.decode(engine.durable(Family.SMALL, OnDiskFormat.stateKey(store))).compacted();
  }

  /** Records of deleted keys, as of the last commit: 0 when there is nothing to sweep. From any thread. */
  public long deletedKeys() {
    return published.deletedKeys();
  }

  /** The key's version at {@code at} (0 for the newest), or null. From any thread. @throws CompactedException */
  public Version get(byte[] key, long at) {
    Invariant.check(at >= 0, "a revision to read at is not negative: %d", at);
    if (at == 0) {
      byte[] newest = engine.get(Family.NEWEST, OnDiskFormat.storeKey(store, key));
      return newest == null ? null : new StoredVersion().read(newest).toVersion(key, false);
    }
    try (ReadView view = view()) {
      return view.strict().get(key, at);
    }
  }

  /** One page of a range, all of it as of one moment. From any thread. @throws CompactedException */
  public RangePage range(RangeQuery query) {
    try (ReadView view = view()) {
      return view.range(query);
    }
  }

  /** The same of a past revision that was asked for by name, and not because an earlier page was read there. */
  public RangePage pastRange(RangeQuery query) {
    try (ReadView view = view()) {
      return view.strict().range(query);
    }
  }

  /** One page of what lies one level below a prefix, of a past revision that was asked for by name. */
  public ChildrenPage pastChildren(ChildrenQuery query) {
    try (ReadView view = view()) {
      return view.strict().children(query);
    }
  }

  /** One page of what lies one level below a prefix, all of it as of one moment. From any thread. @throws CompactedException */
  public ChildrenPage children(ChildrenQuery query) {
    try (ReadView view = view()) {
      return view.children(query);
    }
  }

  /** For several reads of one moment; to be closed. From any thread. */
  public ReadView view() {
    return new ReadView(engine.view(), store, trails, !publishedRules.isEmpty());
  }

  /**
   * The events from (revision, ordinal) on, of one moment; to be closed. From any thread.
   *
   * @throws CompactedException when not all of them are kept; it names the oldest revision from which they are
   */
  public EventReader events(long revision, int ordinal) {
    return new EventReader(engine.view(), store, revision, ordinal);
  }

  /** The members as of what is applied, encoded by whoever owns that; null while they are those of the shard's birth. From any thread. */
  public byte[] members() {
    return record(MEMBERS);
  }

  /** The same in a view, so that it fits the data read there (SN-08). */
  public static byte[] members(EngineView view, long store) {
    return view.get(Family.SMALL, NamedRecords.key(store, MEMBERS));
  }

  /** The highest feature level that an entry here has had, 0 for one below 3. From any thread. */
  public int featureLevel() {
    byte[] level = record(LEVEL);
    return level == null ? 0 : level[0];
  }

  /** The entry that is being applied is of this feature level: whoever holds this store understands it, also by a snapshot. */
  public void needsLevel(ApplyRound round, int level) {
    if (level >= RECORDED_LEVEL && level > recordedLevel) {
      putRecord(round, LEVEL, new byte[] {(byte) level});
      recordedLevel = level;
    }
  }

  /** The named record as of the last commit, or null. From any thread. */
  public byte[] record(String name) {
    return engine.get(Family.SMALL, recordKey(name));
  }

  /** The named record as {@code round} has left it so far, or null. */
  public byte[] record(ApplyRound round, String name) {
    return open == round && records.containsKey(name) ? records.get(name) : record(name);
  }

  /** Sets a record. It takes no revision; it is part of the store, goes along in snapshots, and is written with the round. */
  public void putRecord(ApplyRound round, String name, byte[] value) {
    round.batch().put(Family.SMALL, changing(round, name, value), value);
  }

  public void deleteRecord(ApplyRound round, String name) {
    round.batch().delete(Family.SMALL, changing(round, name, null));
  }

  private byte[] changing(ApplyRound round, String name, byte[] value) {
    enter(round);
    byte[] key = recordKey(name);
    hash.record(key, record(round, name), value);
    records.put(name, value);
    return key;
  }

  /** Names of the records that begin with {@code prefix}, in the order of their bytes, as of the last commit. From any thread. */
  public List<String> records(String prefix) {
    return NamedRecords.names(engine, store, prefix);
  }

  /** A hash of everything this store means, as of the last commit: equal on all replicas that have applied the same entries. */
  public long contentHash() {
    try (EngineView view = engine.view()) {
      return ContentHash.of(view, store);
    }
  }

  /** The rolling hash at the places where replicas compare. */
  public HashPoints hashes() {
    return hashes;
  }

  /**
   * Reads about so many bytes of the keys again, and says at the end of each pass over all of them whether they are what was written. If not, what is
   * there is what {@link #hashes} tells from here on. On the apply loop, between two rounds.
   */
  public KeyScrub scrub(long bytesMax) {
    Invariant.check(open == null, "keys are read again between two rounds");
    try (EngineView view = engine.view()) {
      KeyScrub found = hash.scrub(view, bytesMax);
      if (found == KeyScrub.WRONG) {
        hashes.restart(hashPoint());
      }
      return found;
    }
  }

  private HashPoints.Point hashPoint() {
    return new HashPoints.Point(index, hash.of(state(), clients.sum() + leases.sum() + guards.sum()));
  }

  /** The leases, to be changed as a part of {@code round}. */
  public ShardLeases leases(ApplyRound round) {
    enter(round);
    return leases;
  }

  /** What everybody may see of leases: as of the last commit. From any thread. */
  public LeaseReads leaseReads() {
    return new LeaseReads(engine, store, leases.known()::keysAbout);
  }

  /** The guards, to be changed as a part of {@code round}. */
  public ShardGuards guards(ApplyRound round) {
    enter(round);
    return guards.over(changes.keys(round));
  }

  /** What everybody may see of guards: as of the last commit. From any thread. */
  public GuardReads guardReads() {
    return new GuardReads(engine, store);
  }

  Engine engine() {
    return engine;
  }

  /** The round is about to be written: adds what is kept in memory until then. */
  void save(EngineBatch batch) {
    clients.save(batch);
    events.save(batch);
    leases.save(batch);
    guards.save(batch);
    batch.put(Family.SMALL, OnDiskFormat.stateKey(store), state().encode());
    hash.save(batch, index);
  }

  /** The round is written. */
  void publish() {
    published = state();
    hashes.publish(hashPoint());
    publishedRules = rules;
    changes.clear();
    leases.written();
    records.clear();
    open = null;
  }

  private byte[] recordKey(String name) {
    return NamedRecords.key(store, name);
  }

  private StoreState state() {
    return new StoreState(new Applied(index, term, revision), compacted, clients.forgotten(), changes.deletedKeys());
  }

  private void enter(ApplyRound round) {
    if (open == null) {
      Invariant.check(round.engine() == engine, "a round belongs to its store's engine");
      open = round;
      round.touch(this);
    }
    Invariant.check(open == round, "a store is changed by one round at a time");
  }

  private void moveTo(EntryId entry) {
    index = entry.index();
    term = entry.term();
  }

  private void checkNext(EntryId entry) {
    Invariant.check(entry.index() == index + 1, "entry %d is the next one after %d", entry.index(), index);
    Invariant.check(entry.term() >= term, "term %d of entry %d is not below the last one %d", entry.term(), entry.index(), term);
    if (open != null && HashPoints.isKept(index)) {
      hashes.note(hashPoint()); // All that the entry before this one did is done.
    }
  }

  /** Everything that could be wrong with a batch is found here, before the first change (SM-04). */
  private void checkBatch(EntryId entry, Batch batch) {
    checkNext(entry);
    Invariant.check(batch.firstRevision() > revision, "first revision %d of a batch is above the last one %d",
        batch.firstRevision(), revision);
    batch.check();
  }

  private WriteResult apply(ApplyRound round, Write write, TxnBounds bounds, long next, long entryIndex, int position) {
    if (write.op() instanceof Op.LeaseDelete delete) {
      // Of the shard's leader, for no client: what was done already changes nothing, so nothing is remembered.
      WriteResult.Refused blocked = guards(round).isEmpty() ? null : guards.blockedKeys(changes.keysUnder(delete));
      if (blocked != null) {
        return blocked;
      }
      long changed = changes.deleteLeases(round, write, delete, next);
      leases.takeChanges(); // None: what is deleted here has a home that is told by its driver.
      return new WriteResult.Done(changed > 0 ? next : next - 1, changed, null, false);
    }
    if (write.isOfLeader() && write.op().isTransactional()) {
      return applyTransaction(round, write, bounds, next, entryIndex, position);
    }
    return switch (clients.judge(write.clientHigh(), write.clientLow(), write.sequence(), write.lowestOpen(), write.seen(), write.hash())) {
      case FRESH -> write.op().isTransactional() ? applyTransaction(round, write, bounds, next, entryIndex, position)
          : applyFresh(round, write, next, entryIndex, position);
      case REPEATED -> repeats.again(write, clients.answer(), compacted, rules);
      case CLOSED -> new WriteResult.Refused(WriteResult.Reason.SEQUENCE_CLOSED,
          "sequence " + write.sequence() + " is below the lowest one that its client holds open");
      case REUSED -> new WriteResult.Refused(WriteResult.Reason.SEQUENCE_REUSED,
          "sequence " + write.sequence() + " was used for another command");
      case TOO_MANY_OPEN -> new WriteResult.Refused(WriteResult.Reason.TOO_MANY_OPEN,
          "the client holds " + ClientRecords.OPEN_MAX + " sequences open in this shard, the most that are remembered");
      case HORIZON -> new WriteResult.Refused(WriteResult.Reason.HORIZON,
          "seen " + write.seen() + " is older than what this shard remembers of its clients");
    };
  }

  private WriteResult applyFresh(ApplyRound round, Write write, long next, long entryIndex, int position) {
    WriteResult.Refused refused = guards(round).refusal(write.guards(), leases);
    refused = refused != null ? refused : leases.refusal(write.op(), changes.keys(round));
    refused = refused != null ? refused : guards.blocked(write.op());
    if (refused != null) {
      return refused;
    }
    long changed = 1;
    byte[] previous = null;
    boolean shown = false;
    long own = 0;
    Lease asked = null;
    switch (write.op()) {
      case Op.Put put -> {
        put = leases.leased(put, HomeLeases.grantAt(entryIndex, position));
        previous = changes.put(round, write, put.key(), put.value(), put.lease(), next, 0);
        shown = put.previous();
        own = put.ttlMillis() == 0 ? 0 : put.lease();
      }
      case Op.Delete delete -> {
        previous = changes.delete(round, write, delete.key(), next, 0);
        changed = previous == null ? 0 : 1;
        shown = delete.previous();
      }
      case Op.DeleteRange range -> changed = changes.deleteRange(round, write, range, next);
      case Op.Add _, Op.Range _, Op.Txn _ -> throw new IllegalStateException("worked out as a whole: " + write.op());
      case Op.LeaseGrant _, Op.LeaseRevoke _, Op.LeaseDelete _ -> {
        changed = 0;
        asked = leases.apply(write.op(), HomeLeases.grantAt(entryIndex, position));
        previous = ShardLeases.encodeAnswer(asked);
        shown = true;
      }
    }
    byte[] answered = shown ? previous : null;
    long at = changed > 0 ? next : next - 1;
    clients.remember(write.clientHigh(), write.clientLow(), write.sequence(), write.lowestOpen(), write.seen(), write.hash(),
        at, changed, own == 0 ? answered : ShardLeases.encodeOwn(own, answered), entryIndex, position);
    List<Lease> touched = leases.takeChanges();
    if (asked != null) {
      return new WriteResult.Done(at, changed, null, false, null, List.of(asked));
    }
    return new WriteResult.Done(at, changed, answered == null ? null : decoded.read(answered).toVersion(Repeats.keyOf(write.op()), false), false, null,
        touched);
  }

  /** Works all of it out before the first change: what cannot be done leaves nothing behind (SM-04). */
  private WriteResult applyTransaction(ApplyRound round, Write write, TxnBounds bounds, long next, long entryIndex, int position) {
    WriteResult.Refused refused = guards(round).refusal(write.guards(), leases);
    if (refused != null) {
      return refused;
    }
    var run = new TxnRun(changes.keys(round), next, bounds, leases::refusal);
    OpAnswer answer;
    try {
      answer = run.run(write.op());
    } catch (TxnRefusal refusal) {
      return refusal.refused();
    }
    refused = guards.blocked(run.changes());
    if (refused != null) {
      return refused;
    }
    changes.write(round, write, run.changes(), next);
    int changed = run.changes().size();
    long at = changed > 0 ? next : next - 1;
    if (!write.isOfLeader()) {
      clients.remember(write.clientHigh(), write.clientLow(), write.sequence(), write.lowestOpen(), write.seen(), write.hash(),
          at, changed, OpAnswerCodec.encode(answer), entryIndex, position);
    }
    return new WriteResult.Done(at, changed, null, false, answer, leases.takeChanges());
  }
}
