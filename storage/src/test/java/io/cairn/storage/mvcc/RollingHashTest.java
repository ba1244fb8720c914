package io.cairn.storage.mvcc;

import static io.cairn.storage.mvcc.StoreScript.bytes;
import static io.cairn.storage.mvcc.StoreScript.put;
import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.raft.log.EntryId;
import io.cairn.storage.OnDiskFormat;
import io.cairn.storage.engine.EngineBatch;
import io.cairn.storage.engine.Family;
import io.cairn.storage.engine.ScratchEngine;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What the rolling hash is of, what it does not depend on, and where it is kept. That it is right after anything stands in the properties. */
class RollingHashTest {
  private final ScratchEngine scratch = new ScratchEngine();
  private StoreScript script;

  @BeforeEach
  void newStore() {
    script = new StoreScript(scratch.engine(), scratch.newStore());
  }

  @AfterEach
  void close() {
    scratch.close();
  }

  private void fill(StoreScript into, long seed, int entries) {
    var random = new Random(seed);
    for (int i = 0; i < entries; i++) {
      into.apply(StoreScript.randomOp(random), StoreScript.randomOp(random));
    }
  }

  @Test
  @DisplayName("SM-01 stores that have applied the same have the same hash at every place that is kept, under other numbers and cut into other rounds")
  void sameEntriesSameHash() {
    var other = new StoreScript(scratch.engine(), scratch.newStore());
    var random = new Random(1);
    for (int i = 0; i < 3 * HashPoints.EVERY + 5; i++) {
      Batch batch = script.batch(StoreScript.randomOp(random), StoreScript.randomOp(random));
      script.apply(batch);
      other.apply(batch);
    }
    assertThat(other.store.hashes().now()).isEqualTo(script.store.hashes().now()).isEqualTo(ScannedHash.of(script.store));
    assertThat(script.store.hashes().recent(10, 1)).hasSize(4);
    for (HashPoints.Point point : script.store.hashes().recent(10, 1)) {
      assertThat(other.store.hashes().at(point.index())).isEqualTo(point);
    }
  }

  @Test
  @DisplayName("a place that lies inside of a round has the hash that a round which ends there has")
  void aPlaceInsideOfARound() {
    var other = new StoreScript(scratch.engine(), scratch.newStore());
    assertThat(other.store.applied()).isEqualTo(script.store.applied());
    var long1 = new ApplyRound(scratch.engine(), new RecentVersions(1 << 14));
    for (int i = 0; i < 2 * HashPoints.EVERY; i++) {
      var entry = new EntryId(1, script.store.applied().index() + 1 + i);
      var batch = new Batch(10 + i, 100, List.of(new Write(1, 1, 1 + i, 1 + i, 9 + i, i, put("k" + i % 7, "v" + i))));
      script.store.apply(long1, entry, batch);
      var single = new ApplyRound(scratch.engine(), new RecentVersions(1 << 14));
      other.store.apply(single, entry, batch);
      single.commit();
    }
    long1.commit();
    long at = other.store.applied().index() / HashPoints.EVERY * HashPoints.EVERY;
    assertThat(script.store.hashes().at(at)).isNotNull().isEqualTo(other.store.hashes().at(at));
    assertThat(script.store.hashes().at(at - HashPoints.EVERY)).isEqualTo(other.store.hashes().at(at - HashPoints.EVERY));
  }

  @Test
  @DisplayName("a byte of a value that was changed behind the apply path shows as soon as its key is written, and in a scan at once")
  void aChangedByteShows() {
    fill(script, 2, 20);
    script.apply(put("victim", "right"));
    changeAByte("victim");

    assertThat(ScannedHash.of(script.store)).isNotEqualTo(script.store.hashes().now());
    script = new StoreScript(scratch.engine(), script.store.store()); // Nothing is remembered beside the engine.
    script.apply(put("victim", "next"));
    assertThat(script.store.hashes().now()).isNotEqualTo(ScannedHash.of(script.store));
  }

  @Test
  @DisplayName("a store without the record of its hash, or with one of another index or of a newer format, is walked over once")
  void aMissingRecordIsMadeAnew() {
    fill(script, 3, 30);
    HashPoints.Point right = script.store.hashes().now();
    byte[] key = OnDiskFormat.hashKey(script.store.store());
    byte[] stored = scratch.engine().get(Family.SMALL, key);
    byte[] newer = stored.clone();
    newer[0]++;
    byte[] older = stored.clone();
    older[1]--; // The index, which is small here.
    older[older.length - 1]++;
    for (byte[] found : new byte[][] {null, newer, older}) {
      EngineBatch batch = scratch.engine().newBatch();
      if (found == null) {
        batch.delete(Family.SMALL, key);
      } else {
        batch.put(Family.SMALL, key, found);
      }
      scratch.engine().write(batch);
      assertThat(ShardStore.open(scratch.engine(), script.store.store()).hashes().now()).isEqualTo(right);
    }
  }

  @Test
  @DisplayName("SM-06 a named record, one more client, and what was compacted are in the hash; what is swept is not")
  void whatIsInIt() {
    fill(script, 4, 20);
    long before = script.store.hashes().now().hash();
    var round = new ApplyRound(scratch.engine(), new RecentVersions(1 << 14));
    script.store.putRecord(round, "users", bytes("1"));
    round.commit();
    long with = script.store.hashes().now().hash();
    assertThat(with).isNotEqualTo(before);
    script.store.putRecord(round, "users", bytes("2"));
    script.store.deleteRecord(round, "users");
    round.commit();
    assertThat(script.store.hashes().now().hash()).isEqualTo(before);
    script.store.compact(round, script.store.applied().revision());
    round.commit();
    long compacted = script.store.hashes().now().hash();
    assertThat(compacted).isNotEqualTo(before);
    script.store.sweepDeleted(round, List.of(bytes("nothing")));
    round.commit();
    assertThat(script.store.hashes().now().hash()).isEqualTo(compacted).isEqualTo(ScannedHash.of(script.store).hash());
  }

  @Test
  @DisplayName("reading the keys again finds a byte that was changed behind the apply path, whatever is written meanwhile, and nothing else")
  void aPassFindsAChangedByte() {
    var random = new Random(5);
    for (int pass = 0; pass < 20; pass++) {
      fill(script, random.nextLong(), 10);
      script.apply(put("victim", "right"), put("zz", "last"));
      boolean changes = pass % 2 == 1;
      boolean changed = false;
      KeyScrub found = script.store.scrub(40);
      for (int step = 0; found == KeyScrub.MORE; step++) {
        if (changes && !changed && step == pass % 3) {
          changed = true;
          changeAByte("zz");
        }
        Op op = StoreScript.randomOp(random);
        if (!(op instanceof Op.DeleteRange)) { // It may take the changed key, or all that the pass has still to come to.
          script.apply(op);
        }
        found = script.store.scrub(60);
      }
      assertThat(found).as("pass %d", pass).isEqualTo(changed ? KeyScrub.WRONG : KeyScrub.RIGHT);
      assertThat(script.store.hashes().now()).isEqualTo(ScannedHash.of(script.store));
      assertThat(script.store.scrub(Long.MAX_VALUE)).as("said once").isEqualTo(KeyScrub.RIGHT);
    }
  }

  private void changeAByte(String userKey) {
    byte[] key = OnDiskFormat.storeKey(script.store.store(), bytes(userKey));
    byte[] stored = scratch.engine().get(Family.NEWEST, key).clone();
    stored[stored.length - 1] ^= 1;
    EngineBatch batch = scratch.engine().newBatch();
    batch.put(Family.NEWEST, key, stored);
    scratch.engine().write(batch);
  }
}
