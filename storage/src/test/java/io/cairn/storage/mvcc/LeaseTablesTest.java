package io.cairn.storage.mvcc;

import static io.cairn.storage.mvcc.StoreScript.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.raft.log.EntryId;
import io.cairn.storage.engine.ScratchEngine;
import io.cairn.storage.lease.HomeLeases;
import io.cairn.storage.lease.KnownLease;
import io.cairn.storage.lease.KnownLeases;
import io.cairn.storage.lease.Lease;
import io.cairn.storage.lease.Lease.Stage;
import io.cairn.storage.lease.LeaseIds;
import io.cairn.storage.lease.LeaseLimits;
import io.cairn.storage.mvcc.WriteResult.Done;
import io.cairn.storage.mvcc.WriteResult.Reason;
import io.cairn.storage.mvcc.WriteResult.Refused;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The rules by which the tables of leases change, step by step as in docs/leases.md, and that the index never misses a key. */
class LeaseTablesTest {
  private static final int SHARD = 3;
  private static final int OTHER = 4;
  private static final long TTL = 10_000;
  private static ScratchEngine scratch;
  private ShardStore store;
  private long sequence;

  @BeforeAll
  static void open() {
    scratch = new ScratchEngine();
  }

  @AfterAll
  static void close() {
    scratch.close();
  }

  @BeforeEach
  void newStore() {
    store = ShardStore.open(scratch.engine(), scratch.newStore(), SHARD);
  }

  private void home(Consumer<HomeLeases> change) {
    var round = new ApplyRound(scratch.engine(), new RecentVersions(1 << 14));
    change.accept(store.leases(round).home());
    round.commit();
  }

  private void known(Consumer<KnownLeases> change) {
    var round = new ApplyRound(scratch.engine(), new RecentVersions(1 << 14));
    change.accept(store.leases(round).known());
    round.commit();
  }

  private Write write(Op op) {
    sequence++;
    return new Write(7, 7, sequence, sequence, Long.MAX_VALUE >> 2, sequence, op);
  }

  private List<WriteResult> apply(Op... ops) {
    var writes = new ArrayList<Write>();
    for (Op op : ops) {
      writes.add(write(op));
    }
    var round = new ApplyRound(scratch.engine(), new RecentVersions(1 << 14));
    List<WriteResult> results = store.apply(round, new EntryId(1, store.applied().index() + 1),
        new Batch(store.applied().revision() + 1, 100, writes));
    round.commit();
    return results;
  }

  private static Op.Put put(String key, long lease) {
    return new Op.Put(bytes(key), bytes("v"), lease, false);
  }

  private Lease granted(long id) {
    return ((Done) apply(new Op.LeaseGrant(id, TTL)).getFirst()).leases().getFirst();
  }

  private Reason refused(Op op) {
    return ((Refused) apply(op).getFirst()).reason();
  }

  @Test
  void aPutIsDecidedByWhatTheShardKnows() {
    assertThat(refused(put("a", 5))).isEqualTo(Reason.LEASE_UNKNOWN);
    assertThat(store.get(bytes("a"), 0)).isNull();
    known(table -> table.know(5, 100));
    assertThat(apply(put("a", 5)).getFirst()).isInstanceOf(Done.class);
    known(table -> table.fence(5, 100));
    assertThat(refused(put("b", 5))).isEqualTo(Reason.LEASE_UNKNOWN);
    assertThat(store.leaseReads().keys(5, 10)).containsExactly(bytes("a"));
  }

  @Test
  @DisplayName("how many keys a lease has, for commands of bounded size, is known without the engine: also after a restart, and when they leave")
  void theKeysOfALeaseAreCounted() {
    known(table -> {
      table.know(5, 100);
      table.know(6, 200);
    });
    apply(put("a", 5), put("b", 5), put("c", 5), put("d", 6));
    for (int round = 0; round < 2; round++) {
      assertThat(List.of(5L, 6L, 7L)).extracting(id -> store.leaseReads().keysOf().applyAsInt(id)).containsExactly(3, 1, 1);
      store = ShardStore.open(scratch.engine(), store.store(), SHARD);
    }
    apply(put("a", 6), new Op.Delete(bytes("b"), false));
    assertThat(List.of(5L, 6L)).extracting(id -> store.leaseReads().keysOf().applyAsInt(id)).containsExactly(1, 2);
  }

  @Test
  @DisplayName("SM-04 a transaction that puts under a lease the shard does not know changes nothing; a branch that is not taken asks for none")
  void aTransactionPutsUnderLeasesOrNotAtAll() {
    known(table -> table.know(5, 100));
    var there = new Comparison(Comparison.Target.EXISTS, Comparison.Relation.EQUAL, bytes("a"), null, 1, null);
    var txn = new Op.Txn(List.of(there), List.of(put("x", 6)), List.of(put("a", 5), put("b", 5)));

    assertThat(apply(txn).getFirst()).as("lease 6 is of the other branch").isInstanceOf(Done.class);
    assertThat(store.leaseReads().known()).containsExactly(new KnownLease(5, 100, false, 2, null));

    var refused = (Refused) apply(new Op.Txn(List.of(there), List.of(put("c", 5), put("x", 6)), List.of())).getFirst();
    assertThat(refused.reason()).isEqualTo(Reason.LEASE_UNKNOWN);
    assertThat(refused.lease()).as("the one to be registered").isEqualTo(6);
    assertThat(store.get(bytes("c"), 0)).isNull();
    assertThat(store.leaseReads().known()).containsExactly(new KnownLease(5, 100, false, 2, null));

    known(table -> table.know(6, 200));
    assertThat(apply(new Op.Txn(List.of(), List.of(new Op.Delete(bytes("a"), false), put("b", 6), new Op.Add(bytes("n"), 1)), List.of()))
        .getFirst()).isInstanceOf(Done.class);
    assertThat(store.leaseReads().keys(5, 10)).isEmpty();
    assertThat(store.leaseReads().keys(6, 10)).containsExactly(bytes("b"));
  }

  @Test
  void aTransactionTakesAKeyOutOfItsOwnTtl() {
    apply(new Op.Put(bytes("a"), bytes("v"), 0, false, TTL));
    long own = store.get(bytes("a"), 0).lease();

    var done = (Done) apply(new Op.Txn(List.of(), List.of(put("a", 0)), List.of())).getFirst();

    assertThat(own).isNotZero();
    assertThat(done.leases()).as("whoever keeps the time hears of it").extracting(Lease::id).containsExactly(own);
    assertThat(store.leaseReads().known()).isEmpty();
  }

  @Test
  @DisplayName("LL-12 a registration that is told too late cannot undo the fence; a newer grant of the id can")
  void aLateRegistrationCannotUndoAFence() {
    known(table -> table.fence(5, 100));
    known(table -> table.know(5, 100));
    assertThat(refused(put("a", 5))).isEqualTo(Reason.LEASE_UNKNOWN);
    known(table -> table.know(5, 200));
    assertThat(apply(put("a", 5)).getFirst()).isInstanceOf(Done.class);
    known(table -> table.fence(5, 100));
    known(table -> table.unfence(5, 100));
    assertThat(apply(put("b", 5)).getFirst()).as("an old fence does not hit a new grant").isInstanceOf(Done.class);
    known(table -> table.unfence(5, 200));
    assertThat(store.leaseReads().known()).containsExactly(new KnownLease(5, 200, false, 2, null));
  }

  private static Op.LeaseDelete forgetting(long id, long grant) {
    return new Op.LeaseDelete(List.of(new Op.Generation(id, grant)), List.of());
  }

  private static Op.LeaseDelete keepingTheFence(long id, long grant) {
    return new Op.LeaseDelete(List.of(), List.of(new Op.Generation(id, grant)));
  }

  @Test
  @DisplayName("LL-13 an end forgets the lease and its keys; one of another grant touches neither")
  void anEndForgetsTheLease() {
    known(table -> table.know(5, 100));
    apply(put("a", 5), put("b", 5), put("c", 0));
    for (long other : new long[]{99, 101}) {
      assertThat(((Done) apply(forgetting(5, other)).getFirst()).changed()).as("of grant %d", other).isZero();
    }
    var done = (Done) apply(forgetting(5, 100)).getFirst();
    assertThat(done.changed()).isEqualTo(2);
    assertThat(store.leaseReads().known()).isEmpty();
    assertThat(store.get(bytes("a"), 0)).isNull();
    assertThat(store.get(bytes("c"), 0)).isNotNull();
    assertThat(((Done) apply(forgetting(5, 100)).getFirst()).revision()).as("again: nothing, and no revision").isEqualTo(done.revision());
    assertThat(((Refused) apply(put("d", 5)).getFirst()).reason()).isEqualTo(Reason.LEASE_UNKNOWN);
    store = ShardStore.open(scratch.engine(), store.store(), SHARD);
    assertThat(store.leaseReads().known()).isEmpty();
  }

  @Test
  @DisplayName("LL-13 while a registration is open an end leaves a fence, which what comes late does not undo, also where the lease was unknown")
  void anEndMayKeepTheFence() {
    apply(keepingTheFence(5, 100));
    known(table -> table.know(5, 100));
    assertThat(store.leaseReads().known()).containsExactly(new KnownLease(5, 100, true, 0, null));
    known(table -> table.know(5, 200));
    apply(put("a", 5));
    apply(keepingTheFence(5, 100));
    assertThat(store.leaseReads().known()).as("an old end does not hit a new grant").containsExactly(new KnownLease(5, 200, false, 1, bytes("a")));
    assertThat(((Done) apply(keepingTheFence(5, 200)).getFirst()).changed()).isEqualTo(1);
    assertThat(store.leaseReads().known()).containsExactly(new KnownLease(5, 200, true, 0, null));
  }

  @Test
  @DisplayName("LL-13 one key stands with its lease, the second moves both to the index, and each end finds its keys; also in one round, and after a restart")
  void oneKeyNeedsNoIndex() {
    known(table -> table.know(5, 100));
    for (List<Op> ops : List.of(List.<Op>of(put("a", 5)), List.<Op>of(put("b", 5)), List.<Op>of(put("a", 0)), List.<Op>of(put("c", 5), put("b", 0), put("c", 0)))) {
      apply(ops.toArray(Op[]::new));
      assertIndex();
    }
    assertThat(store.leaseReads().known()).containsExactly(new KnownLease(5, 100, false, 0, null));
    apply(put("d", 5));
    store = ShardStore.open(scratch.engine(), store.store(), SHARD);
    assertThat(store.leaseReads().known()).containsExactly(new KnownLease(5, 100, false, 1, bytes("d")));
    var round = new ApplyRound(scratch.engine(), new RecentVersions(1 << 14));
    long revision = store.applied().revision();
    List<WriteResult> results = store.apply(round, new EntryId(1, store.applied().index() + 1), new Batch(revision + 1, 100,
        List.of(write(put("e", 5)), write(put("d", 0)), write(put("e", 0)), write(put("f", 5)), write(forgetting(5, 100)))));
    round.commit();
    assertThat(((Done) results.getLast()).changed()).isEqualTo(1);
    assertThat(store.get(bytes("d"), 0)).isNotNull();
    assertThat(store.get(bytes("f"), 0)).isNull();
    assertIndex();
  }

  @Test
  void theKeysOfAnEndGoAtOneRevision() {
    known(table -> table.know(5, 100));
    apply(put("a", 5), put("b", 5), put("c", 0), put("d", 5));
    apply(put("d", 0));
    var end = keepingTheFence(5, 100);
    known(table -> table.fence(5, 100));
    known(table -> table.unfence(5, 100));
    assertThat(store.leaseReads().known()).as("no fence goes before its keys").containsExactly(new KnownLease(5, 100, true, 2, null));
    var done = (Done) apply(end).getFirst();
    assertThat(done.changed()).isEqualTo(2);
    assertThat(store.applied().revision()).isEqualTo(done.revision());
    assertThat(store.get(bytes("a"), 0)).isNull();
    assertThat(store.get(bytes("b"), done.revision() - 1)).isNotNull();
    assertThat(store.get(bytes("c"), 0)).isNotNull();
    assertThat(store.get(bytes("d"), 0)).isNotNull();
    assertThat(((Done) apply(end).getFirst()).changed()).as("again").isZero();
    known(table -> table.unfence(5, 100));
    assertThat(store.leaseReads().known()).isEmpty();
  }

  @Test
  @DisplayName("LL-13 an end finds keys that were put in the very round that it is applied in")
  void anEndSeesItsOwnRound() {
    var round = new ApplyRound(scratch.engine(), new RecentVersions(1 << 14));
    store.leases(round).known().know(5, 100);
    store.apply(round, new EntryId(1, 1), new Batch(2, 100, List.of(write(put("a", 5)), write(put("b", 5)), write(put("b", 0)))));
    store.leases(round).known().fence(5, 100);
    List<WriteResult> results = store.apply(round, new EntryId(1, 2),
        new Batch(10, 100, List.of(write(forgetting(5, 100)))));
    round.commit();
    assertThat(((Done) results.getFirst()).changed()).isEqualTo(1);
    assertThat(store.get(bytes("a"), 0)).isNull();
    assertThat(store.get(bytes("b"), 0)).isNotNull();
    assertThat(store.leaseReads().keys(5, 10)).isEmpty();
  }

  @Test
  @DisplayName("LL-02 an end that saw an older renewal comes to nothing, and so does a renewal after the end")
  void anEndNamesTheRenewalItSaw() {
    Lease lease = granted(9);
    home(table -> {
      assertThat(table.renew(9).epoch()).isEqualTo(2);
      assertThat(table.expire(9, lease.grant(), 1)).isNull();
      assertThat(table.expire(9, lease.grant() + 1, 2)).as("another holder").isNull();
      assertThat(table.register(9, SHARD).grant()).isEqualTo(lease.grant());
      assertThat(table.expire(9, lease.grant(), 2).ending()).isTrue();
      assertThat(table.renew(9)).as("LL-03").isNull();
      assertThat(table.register(9, OTHER)).isNull();
    });
    assertThat(refused(new Op.LeaseGrant(9, TTL))).isEqualTo(Reason.LEASE_EXISTS);
    home(table -> {
      assertThat(table.progress(9, lease.grant(), OTHER, Stage.FENCED)).as("never registered there").isNull();
      assertThat(table.progress(9, lease.grant(), SHARD, Stage.FENCED).isForgotten()).isFalse();
      assertThat(table.progress(9, lease.grant(), SHARD, Stage.FENCED)).as("again").isNull();
      assertThat(table.progress(9, lease.grant(), SHARD, Stage.GONE).isForgotten()).isTrue();
      assertThat(table.renew(9)).isNull();
    });
    assertThat(granted(9).grant()).as("the id may be used again").isGreaterThan(lease.grant());
  }

  @Test
  @DisplayName("a grant that is sent again is told the same id, also after a restart; one without an id gets one that is free")
  void grantsAreRemembered() {
    Write grant = write(new Op.LeaseGrant(0, TTL));
    var first = (Done) applyWrite(grant);
    long id = first.leases().getFirst().id();
    assertThat(id).isPositive();
    var again = (Done) applyWrite(grant);
    assertThat(again.repeated()).isTrue();
    assertThat(again.leases().getFirst().id()).isEqualTo(id);
    store = ShardStore.open(scratch.engine(), store.store());
    assertThat(((Done) applyWrite(grant)).leases().getFirst()).isEqualTo(again.leases().getFirst());
    assertThat(store.leaseReads().granted()).extracting(Lease::id).containsExactly(id);
    assertThat(granted(0).id()).isNotEqualTo(id);
    assertThat(refused(new Op.LeaseRevoke(77))).isEqualTo(Reason.LEASE_NOT_FOUND);
    assertThat(((Done) apply(new Op.LeaseRevoke(id)).getFirst()).leases().getFirst().isForgotten()).isTrue();
  }

  @Test
  @DisplayName("a put with a TTL that is sent again is told the same lease and the same previous version, also after a restart, however long it was")
  void putsWithATtlAreRemembered() {
    store = ShardStore.open(scratch.engine(), store.store(), SHARD);
    var long1 = new Op.Put(bytes("a"), bytes("x".repeat(2_000)), 0, true, TTL);
    var writes = new ArrayList<Write>();
    for (Op.Put op : List.of(long1, new Op.Put(bytes("a"), bytes("short"), 0, true, TTL), new Op.Put(bytes("a"), bytes("last"), 0, true, TTL),
        new Op.Put(bytes("a"), bytes("blind"), 0, false, TTL))) {
      sequence++;
      writes.add(new Write(7, 7, sequence, 1, Long.MAX_VALUE >> 2, sequence, op));
    }
    var first = writes.stream().map(each -> (Done) applyWrite(each)).toList();
    assertThat(first).extracting(done -> done.leases().getFirst().id()).doesNotHaveDuplicates()
        .allMatch(id -> LeaseIds.isOfOnePut(id) && LeaseIds.home(id) == SHARD);
    for (int round = 0; round < 2; round++) {
      long revision = store.applied().revision();
      for (int i = 0; i < writes.size(); i++) {
        var again = (Done) applyWrite(writes.get(i));
        assertThat(again.repeated()).isTrue();
        assertThat(again.revision()).isEqualTo(first.get(i).revision());
        assertThat(again.leases().getFirst().id()).isEqualTo(first.get(i).leases().getFirst().id());
        assertThat(again.leases().getFirst().ttlMillis()).isEqualTo(TTL);
        assertThat(again.previous() == null ? null : again.previous().value())
            .isEqualTo(first.get(i).previous() == null ? null : first.get(i).previous().value());
      }
      assertThat(store.applied().revision()).as("nothing more was done").isEqualTo(revision);
      store = ShardStore.open(scratch.engine(), store.store(), SHARD);
    }
    assertThat(store.leaseReads().granted()).extracting(Lease::id).containsExactly(first.getLast().leases().getFirst().id());
  }

  @Test
  @DisplayName("LL-04 leases at the bounds of ids and times are alike on every replica, also on one that was restarted after each entry")
  void leasesAtTheBoundsAreAlike() {
    var hashes = new TreeSet<Long>();
    var shown = new ArrayList<List<Lease>>();
    for (boolean restarted : new boolean[] {false, true}) {
      newStore();
      sequence = 0;
      for (long ttl : new long[] {LeaseLimits.TTL_MILLIS_MIN, LeaseLimits.TTL_MILLIS_MAX}) {
        for (long id : new long[] {1, 2, LeaseIds.GRANTED_MAX - 1, LeaseIds.GRANTED_MAX, 0}) {
          if (ttl == LeaseLimits.TTL_MILLIS_MAX && id != 0) {
            apply(new Op.LeaseRevoke(id)); // Never used: forgotten at once, and granted again.
          }
          Lease lease = ((Done) apply(new Op.LeaseGrant(id, ttl)).getFirst()).leases().getFirst();
          assertThat(lease.ttlMillis()).isEqualTo(ttl);
          home(table -> table.register(lease.id(), Integer.MAX_VALUE - 1));
          home(table -> table.renew(lease.id()));
          known(table -> table.know(lease.id(), lease.grant()));
          apply(put("k" + id, lease.id()), new Op.Put(bytes("own" + id), bytes("v"), 0, false, ttl));
          if (ttl == LeaseLimits.TTL_MILLIS_MIN && id != 0) {
            apply(put("k" + id, 0));
            known(table -> table.fence(lease.id(), lease.grant()));
            home(table -> table.expire(lease.id(), lease.grant(), 2));
            home(table -> table.progress(lease.id(), lease.grant(), Integer.MAX_VALUE - 1, Stage.FENCED));
            home(table -> table.progress(lease.id(), lease.grant(), Integer.MAX_VALUE - 1, Stage.GONE));
            apply(new Op.LeaseGrant(id, ttl));
          }
          store = restarted ? ShardStore.open(scratch.engine(), store.store(), SHARD) : store;
        }
      }
      hashes.add(store.contentHash());
      assertThat(store.hashes().now()).as("the rolling hash").isEqualTo(ScannedHash.of(store));
      shown.add(store.leaseReads().granted());
    }
    assertThat(hashes).hasSize(1);
    assertThat(shown.getFirst()).isEqualTo(shown.getLast()).extracting(Lease::id).contains(1L, 2L, LeaseIds.GRANTED_MAX - 1, LeaseIds.GRANTED_MAX);
  }

  @Test
  @DisplayName("at its bound a lease takes no further key, and each of its keys can be put again, alone and in a transaction")
  void atTheBoundOfKeysEachCanBePutAgain() {
    known(table -> table.know(5, 100));
    for (int from = 0; from < LeaseLimits.KEYS_MAX; from += 1_000) {
      int first = from;
      apply(IntStream.range(0, 1_000).mapToObj(i -> put("k" + (first + i), 5)).toArray(Op[]::new));
    }
    assertThat(refused(put("another", 5))).isEqualTo(Reason.LEASE_KEYS);
    assertThat(refused(new Op.Txn(List.of(), List.of(put("k7", 5), put("another", 5)), List.of()))).isEqualTo(Reason.LEASE_KEYS);
    assertThat(apply(put("k7", 5)).getFirst()).isInstanceOf(Done.class);
    assertThat(apply(new Op.Txn(List.of(), List.of(put("k7", 5), put("k8", 5)), List.of())).getFirst()).isInstanceOf(Done.class);
  }

  @Test
  @DisplayName("as many leases as there may be refuse another key with a TTL, and a key that has one is put again")
  void atTheBoundOfLeasesAKeyWithATtlIsPutAgain() {
    var put = new Op.Put(bytes("a"), bytes("v"), 0, false, TTL);
    apply(put);
    home(table -> {
      for (int id = 1; id < LeaseLimits.LEASES_MAX; id++) {
        table.grant(id, id, TTL);
      }
    });
    assertThat(refused(new Op.Put(bytes("b"), bytes("v"), 0, false, TTL))).isEqualTo(Reason.LEASE_LIMIT);
    assertThat(refused(new Op.LeaseGrant(0, TTL))).isEqualTo(Reason.LEASE_LIMIT);
    assertThat(apply(put, put)).allSatisfy(result -> assertThat(result).isInstanceOf(Done.class));
    apply(new Op.Delete(bytes("a"), false));
    assertThat(apply(put).getFirst()).as("one has gone, one comes").isInstanceOf(Done.class);
  }

  private WriteResult applyWrite(Write write) {
    var round = new ApplyRound(scratch.engine(), new RecentVersions(1 << 14));
    List<WriteResult> results = store.apply(round, new EntryId(1, store.applied().index() + 1),
        new Batch(store.applied().revision() + 1, 100, List.of(write)));
    round.commit();
    return results.getFirst();
  }

  @Test
  @DisplayName("a put with a TTL brings its own lease, which goes with its key, by whatever takes the key off it")
  void aPutWithATtlBringsItsLease() {
    var put = new Op.Put(bytes("a"), bytes("v"), 0, false, TTL);
    Lease first = ((Done) apply(put).getFirst()).leases().getFirst();
    assertThat(first.isOfOnePut()).isTrue();
    assertThat(first.id()).as("shard 0 grants the same id nowhere, though the places in two logs are often the same")
        .matches(LeaseIds::isOfOnePut);
    assertThat(store.get(bytes("a"), 0).lease()).isEqualTo(first.id());
    List<Lease> second = ((Done) apply(put).getFirst()).leases();
    assertThat(second).extracting(Lease::isForgotten).containsExactly(false, true);
    assertThat(second.getLast().id()).isEqualTo(first.id());
    assertThat(store.leaseReads().granted()).extracting(Lease::id).containsExactly(second.getFirst().id());
    apply(new Op.Delete(bytes("a"), false));
    assertThat(store.leaseReads().granted()).isEmpty();
    assertThat(store.leaseReads().known()).isEmpty();

    Lease last = ((Done) apply(put).getFirst()).leases().getFirst();
    home(table -> assertThat(table.expire(last.id(), last.grant(), 1).isFenced()).isFalse());
    known(table -> table.fence(last.id(), last.grant()));
    home(table -> table.progress(last.id(), last.grant(), Lease.HERE, Stage.FENCED));
    assertThat(((Done) apply(forgetting(last.id(), last.grant())).getFirst()).changed()).isEqualTo(1);
    home(table -> assertThat(table.progress(last.id(), last.grant(), Lease.HERE, Stage.GONE).isForgotten()).isTrue());
    assertThat(store.get(bytes("a"), 0)).isNull();
  }

  @Test
  @DisplayName("SM-07 after any churn the index holds just the keys whose newest version names a lease, however the rounds are cut, and hashes agree")
  void theIndexIsWhatTheVersionsSay() {
    for (long seed = 1; seed <= 25; seed++) {
      long many = churn(seed, 4);
      assertThat(churn(seed, 1)).as("seed %d: one entry in a round", seed).isEqualTo(many);
    }
  }

  /** Returns the hash of all that the store means. */
  private long churn(long seed, int entriesInARound) {
    newStore();
    sequence = 0;
    var random = new Random(seed);
    var round = new ApplyRound(scratch.engine(), new RecentVersions(1 << 14));
    long revision = 1;
    for (int entry = 1; entry <= 60; entry++) {
      var writes = new ArrayList<Write>();
      for (int i = random.nextInt(4); i >= 0; i--) {
        writes.add(write(randomOp(random, store.leases(round).known())));
      }
      store.apply(round, new EntryId(1, entry), new Batch(revision + 1, 100, writes));
      revision += writes.size();
      change(store.leases(round).known(), 1 + random.nextInt(3), 1 + random.nextInt(3), random.nextInt(4));
      if (entry % entriesInARound == 0) {
        round.commit();
      }
    }
    assertIndex();
    assertThat(store.hashes().now()).as("seed %d: the rolling hash", seed).isEqualTo(ScannedHash.of(store));
    return store.contentHash();
  }

  private static void change(KnownLeases known, long lease, long grant, int what) {
    KnownLease now = known.get(lease);
    boolean newer = now != null && now.grant() < grant;
    if (newer && now.keys() > 0) {
      return; // A home does not grant an id again while keys of its last holder are left.
    }
    switch (what) {
      case 0 -> known.fence(lease, grant);
      case 1 -> known.unfence(lease, grant);
      default -> known.know(lease, grant);
    }
  }

  private static Op randomOp(Random random, KnownLeases known) {
    String key = StoreScript.randomKey(random);
    return switch (random.nextInt(10)) {
      case 0 -> new Op.Delete(bytes(key), false);
      case 1 -> new Op.DeleteRange(bytes(key), null);
      case 2 -> randomEnd(known, 1 + random.nextInt(3), 1 + random.nextInt(3), random.nextBoolean());
      case 3, 4 -> new Op.Put(bytes(key), bytes("v"), 0, false, TTL);
      default -> put(key, random.nextInt(4));
    };
  }

  private static Op randomEnd(KnownLeases known, long id, long grant, boolean kept) {
    KnownLease now = known.get(id);
    // No end comes of a grant that follows one whose keys are left.
    boolean newer = now != null && now.grant() < grant;
    return kept && !newer ? keepingTheFence(id, grant) : forgetting(id, grant);
  }

  private void assertIndex() {
    var expected = new TreeMap<Long, TreeSet<String>>();
    for (Version version : store.range(StoreScript.all(0)).versions()) {
      if (version.lease() != 0) {
        expected.computeIfAbsent(version.lease(), _ -> new TreeSet<>()).add(new String(version.key()));
      }
    }
    var indexed = new TreeMap<Long, TreeSet<String>>();
    for (KnownLease lease : store.leaseReads().known()) {
      var keys = new TreeSet<String>();
      store.leaseReads().keys(lease.id(), 1_000).forEach(key -> keys.add(new String(key)));
      assertThat(lease.keys()).isEqualTo(keys.size());
      if (!keys.isEmpty()) {
        indexed.put(lease.id(), keys);
      }
    }
    assertThat(indexed).isEqualTo(expected);
    for (Lease lease : store.leaseReads().granted()) {
      assertThat(expected).as("a lease of one put lives as long as its key").containsKey(lease.id());
    }
  }
}
