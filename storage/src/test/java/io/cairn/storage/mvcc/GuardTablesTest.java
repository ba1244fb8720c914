package io.cairn.storage.mvcc;

import static io.cairn.storage.mvcc.StoreScript.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.raft.log.EntryId;
import io.cairn.storage.engine.ScratchEngine;
import io.cairn.storage.guard.Guard;
import io.cairn.storage.guard.Subject;
import io.cairn.storage.mvcc.WriteResult.Done;
import io.cairn.storage.mvcc.WriteResult.Reason;
import io.cairn.storage.mvcc.WriteResult.Refused;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The rules by which guards are decided when a write is applied, and by which deletes wait for fences, step by step as in docs/locks.md. */
class GuardTablesTest {
  private static final int OTHER = 4;
  private static ScratchEngine scratch;
  private long number;
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
    number = scratch.newStore();
    store = ShardStore.open(scratch.engine(), number, 3);
  }

  private <T> T change(Function<ShardGuards, T> change) {
    var round = new ApplyRound(scratch.engine(), new RecentVersions(1 << 14));
    T result = change.apply(store.guards(round));
    round.commit();
    return result;
  }

  private void know(Subject subject) {
    change(guards -> {
      guards.known().know(subject);
      return null;
    });
  }

  private void fence(Subject subject) {
    change(guards -> {
      guards.known().fence(subject);
      return null;
    });
  }

  private boolean register(Subject subject) {
    return change(guards -> guards.register(subject, OTHER));
  }

  private void fenced(Subject subject) {
    change(guards -> {
      guards.fenced(subject, OTHER);
      return null;
    });
  }

  private WriteResult apply(Op op, Guard... guards) {
    sequence++;
    return apply(new Write(7, 7, sequence, sequence, Long.MAX_VALUE >> 2, sequence, op, List.of(guards)));
  }

  private WriteResult apply(Write write) {
    var round = new ApplyRound(scratch.engine(), new RecentVersions(1 << 14));
    List<WriteResult> results = store.apply(round, new EntryId(1, store.applied().index() + 1),
        new Batch(store.applied().revision() + 1, 100, List.of(write)));
    round.commit();
    return results.getFirst();
  }

  private static Op.Put put(String key) {
    return new Op.Put(bytes(key), bytes("v"), 0, false);
  }

  private static Op.Txn txn(Op... ops) {
    return new Op.Txn(List.of(), List.of(ops), List.of());
  }

  private Subject placed(String key) {
    return new Subject(bytes(key), ((Done) apply(put(key))).revision());
  }

  private static Reason reason(WriteResult result) {
    return ((Refused) result).reason();
  }

  @Test
  @DisplayName("LL-08 in the lock's own shard a guard is a comparison with the place's create revision, for every kind of write")
  void inItsOwnShardAGuardIsAComparison() {
    Subject place = placed("{x}/lock/1");
    Guard guard = Guard.of(place);
    assertThat(apply(put("{x}/data"), guard)).isInstanceOf(Done.class);
    assertThat(apply(put("{x}/lock/1"), guard)).as("it is the create revision that counts").isInstanceOf(Done.class);
    assertThat(apply(txn(put("{x}/data")), guard)).isInstanceOf(Done.class);
    apply(new Op.Delete(place.key(), false));
    apply(put("{x}/lock/1"));
    long before = store.contentHash();
    for (Op op : List.of(put("{x}/data"), new Op.Delete(bytes("{x}/data"), false), new Op.DeleteRange(bytes("a"), null), new Op.Add(bytes("n"), 1),
        txn(put("{x}/data")))) {
      assertThat(reason(apply(op, guard))).as("%s", op).isEqualTo(Reason.GUARD_UNKNOWN);
    }
    assertThat(store.get(bytes("{x}/data"), 0).version()).isEqualTo(2);
    assertThat(store.contentHash()).as("nothing but the applied index has moved").isNotEqualTo(before);
  }

  @Test
  @DisplayName("in another shard the shard's own table decides: unknown changes nothing, fenced is refused, and a late registration undoes no fence")
  void inAnotherShardTheTableDecides() {
    var elsewhere = new Subject(bytes("{far}/lock/1"), 5);
    Guard guard = Guard.of(elsewhere);
    Write write = new Write(9, 9, 1, 1, Long.MAX_VALUE >> 2, 1, put("a"), List.of(guard));
    Refused unknown = (Refused) apply(write);
    assertThat(unknown.reason()).isEqualTo(Reason.GUARD_UNKNOWN);
    assertThat(unknown.subjects()).containsExactly(elsewhere);
    know(elsewhere);
    assertThat(apply(write)).as("under the same sequence").isInstanceOf(Done.class);
    assertThat(reason(apply(put("b"), Guard.of(new Subject(bytes("{far}/lock/1"), 6))))).isEqualTo(Reason.GUARD_UNKNOWN);
    fence(elsewhere);
    assertThat(reason(apply(put("b"), guard))).isEqualTo(Reason.GUARD_PASSED);
    know(elsewhere);
    assertThat(reason(apply(put("b"), guard))).isEqualTo(Reason.GUARD_PASSED);
    assertThat(((Done) apply(write)).repeated()).as("what was done is told again, whatever has become of the lock").isTrue();

    var never = new Subject(bytes("{far}/lock/2"), 8);
    fence(never);
    know(never);
    assertThat(reason(apply(put("b"), Guard.of(never)))).isEqualTo(Reason.GUARD_PASSED);
    assertThat(store.guardReads().fenced()).containsExactly(elsewhere, never);
    change(guards -> {
      guards.known().unfence(never);
      return null;
    });
    assertThat(store.guardReads().fenced()).containsExactly(elsewhere);
    assertThat(store.get(bytes("b"), 0)).isNull();
  }

  @Test
  @DisplayName("LL-08 whatever deletes a place that guards writes elsewhere changes nothing until those shards have fenced it")
  void noGuardedPlaceGoesBeforeItsFences() {
    Subject place = placed("{x}/lock/1");
    assertThat(register(new Subject(place.key(), place.token() + 1))).isFalse();
    assertThat(register(new Subject(bytes("{x}/lock/none"), 3))).isFalse();
    assertThat(register(place)).isTrue();
    assertThat(apply(new Op.Delete(bytes("{x}/lock/other"), false))).isInstanceOf(Done.class);
    List<Op> deletes = List.of(new Op.Delete(place.key(), false), new Op.DeleteRange(bytes("{"), null), new Op.DeleteRange(bytes("{"), null, true),
        txn(put("y"), new Op.Delete(place.key(), false)));
    for (Op op : deletes) {
      Refused refused = (Refused) apply(op);
      assertThat(refused.reason()).as("%s", op).isEqualTo(Reason.GUARDED);
      assertThat(refused.subjects()).containsExactly(place);
    }
    assertThat(store.get(place.key(), 0)).isNotNull();
    assertThat(store.get(bytes("y"), 0)).isNull();
    assertThat((boolean) change(guards -> guards.register(place, OTHER + 1))).as("its end has begun: no shard comes to it").isFalse();
    assertThat(store.guardReads().home(place).open()).containsExactly(OTHER);

    store = ShardStore.open(scratch.engine(), number, 3);
    assertThat(reason(apply(new Op.Delete(place.key(), false)))).as("as read from the engine").isEqualTo(Reason.GUARDED);
    fenced(place);
    assertThat(((Done) apply(new Op.Delete(place.key(), false))).changed()).isEqualTo(1);
    assertThat(store.guardReads().home(place)).isNull();
    Subject next = placed("{x}/lock/1");
    assertThat(apply(new Op.Delete(next.key(), false))).as("another life of the key owes nothing").isInstanceOf(Done.class);
  }

  @Test
  @DisplayName("the end of a lease waits for the fences of the places under it, too")
  void theEndOfALeaseWaits() {
    var round = new ApplyRound(scratch.engine(), new RecentVersions(1 << 14));
    store.leases(round).known().know(5, 100);
    round.commit();
    long token = ((Done) apply(new Op.Put(bytes("{x}/lock/1"), bytes("v"), 5, false))).revision();
    var place = new Subject(bytes("{x}/lock/1"), token);
    register(place);
    assertThat(apply(put("a"), Guard.of(5))).as("a lease guards, too").isInstanceOf(Done.class);
    round = new ApplyRound(scratch.engine(), new RecentVersions(1 << 14));
    store.leases(round).known().fence(5, 100);
    round.commit();
    assertThat(reason(apply(put("a"), Guard.of(5)))).isEqualTo(Reason.LEASE_UNKNOWN);
    var old = new Op.LeaseDelete(List.of(new Op.Generation(5, 99)), List.of());
    assertThat(((Done) apply(old)).changed()).as("the end of an earlier grant of the id does not touch the lock").isZero();
    var end = new Op.LeaseDelete(List.of(new Op.Generation(5, 100)), List.of());
    assertThat(reason(apply(end))).isEqualTo(Reason.GUARDED);
    fenced(place);
    assertThat(((Done) apply(end)).changed()).isEqualTo(1);
    assertThat(store.takeLeasedGone()).containsExactly(place.key());
  }

  @Test
  void guardsAreInTheHashOfTheContent() {
    Subject place = placed("{x}/lock/1");
    long before = store.contentHash();
    register(place);
    long registered = store.contentHash();
    know(new Subject(bytes("{y}/lock/1"), 3));
    assertThat(store.hashes().now()).as("the rolling hash").isEqualTo(ScannedHash.of(store));
    assertThat(List.of(before, registered, store.contentHash())).doesNotHaveDuplicates();
  }
}
