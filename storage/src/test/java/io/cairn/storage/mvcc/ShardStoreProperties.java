package io.cairn.storage.mvcc;

import static io.cairn.storage.mvcc.StoreScript.bytes;
import static io.cairn.storage.mvcc.StoreScript.randomKey;
import static io.cairn.storage.mvcc.StoreScript.randomOp;
import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.raft.log.EntryId;
import io.cairn.storage.engine.ScratchEngine;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** A store compared with a model that keeps a whole copy of the map for every revision. */
class ShardStoreProperties {
  private static ScratchEngine scratch;

  @BeforeContainer
  static void open() {
    scratch = new ScratchEngine();
  }

  @AfterContainer
  static void close() {
    scratch.close();
  }

  @Property(tries = 80)
  void everyReadAtEveryRevisionIsTheModels(@ForAll long seed) {
    var random = new Random(seed);
    var model = new StoreModel();
    long store = scratch.newStore();
    var script = new StoreScript(scratch.engine(), store);
    for (int steps = 1 + random.nextInt(12); steps > 0; steps--) {
      if (random.nextInt(20) == 0) {
        scratch.engine().flush();
        script = new StoreScript(scratch.crash(), store);
      }
      round(random, script, model);
      assertThat(script.store.applied().revision()).isEqualTo(model.revision());
    }
    for (long revision = 0; revision <= model.revision(); revision++) {
      compareGets(script.store, model, revision);
      for (int i = 0; i < 2; i++) {
        compareRange(random, script.store, model, revision);
      }
    }
  }

  /** Several entries in one engine write: the later ones see the earlier ones. */
  private static void round(Random random, StoreScript script, StoreModel model) {
    var round = new ApplyRound(scratch.engine(), new RecentVersions(1 << 14));
    EntryId entry = script.next();
    for (int entries = 1 + random.nextInt(3); entries > 0; entries--) {
      var writes = new ArrayList<Write>();
      for (int count = random.nextInt(5); count > 0; count--) {
        writes.add(script.write(randomOp(random)));
      }
      var batch = new Batch(model.revision() + 1 + random.nextInt(3), StoreScript.CLIENTS_MAX, writes);
      List<WriteResult> results = script.store.apply(round, entry, batch);
      assertSame(results, model.apply(batch));
      entry = new EntryId(1, entry.index() + 1);
    }
    round.commit();
  }

  private static void compareGets(ShardStore store, StoreModel model, long revision) {
    for (String key : List.of("a", "a/", "a0", "a1", "b", "b/", "b0", "b1", "c", "c/", "c0", "c1", "d")) {
      assertSameVersion(store.get(bytes(key), revision), model.at(revision).get(key));
    }
  }

  private static void compareRange(Random random, ShardStore store, StoreModel model, long revision) {
    byte[] start = random.nextInt(4) == 0 ? new byte[0] : bytes(randomKey(random));
    byte[] end = random.nextInt(4) == 0 ? null : bytes(randomKey(random));
    var expected = List.copyOf(StoreModel.range(model.at(revision), start, end).values());
    RangePage count = store.range(new RangeQuery(start, end, revision, 0, 0, false, true));
    assertThat(count.count()).isEqualTo(expected.size());
    assertThat(count.versions()).isEmpty();

    boolean keysOnly = random.nextBoolean();
    long limit = random.nextInt(4);
    RangePage page = store.range(new RangeQuery(start, end, revision, limit, Long.MAX_VALUE, keysOnly, false));
    int shown = limit == 0 ? expected.size() : (int) Math.min(limit, expected.size());
    assertSameVersions(page.versions(), expected.subList(0, shown), keysOnly);
    assertThat(page.resume()).isNull();
    assertThat(page.more()).isEqualTo(shown < expected.size());

    var paged = new ArrayList<Version>();
    byte[] from = start;
    while (from != null) {
      RangePage next = store.range(new RangeQuery(from, end, revision, 0, random.nextInt(60), keysOnly, false));
      assertThat(next.more()).isEqualTo(next.resume() != null);
      assertThat(next.versions().isEmpty() && next.more()).isFalse();
      assertThat(next.count()).isEqualTo(next.versions().size());
      paged.addAll(next.versions());
      from = next.resume();
    }
    assertSameVersions(paged, expected, keysOnly);
  }

  static void assertSame(List<WriteResult> results, List<WriteResult> expected) {
    assertThat(results).hasSameSizeAs(expected);
    for (int i = 0; i < results.size(); i++) {
      if (expected.get(i) instanceof WriteResult.Refused refused) {
        assertThat(((WriteResult.Refused) results.get(i)).reason()).isEqualTo(refused.reason());
        continue;
      }
      var done = (WriteResult.Done) results.get(i);
      var wanted = (WriteResult.Done) expected.get(i);
      assertThat(done.revision()).isEqualTo(wanted.revision());
      assertThat(done.changed()).isEqualTo(wanted.changed());
      assertThat(done.repeated()).isEqualTo(wanted.repeated());
      assertSameVersion(done.previous(), wanted.previous());
      assertThat(done.answer()).usingRecursiveComparison().isEqualTo(wanted.answer());
    }
  }

  private static void assertSameVersions(List<Version> versions, List<Version> expected, boolean keysOnly) {
    assertThat(versions).hasSameSizeAs(expected);
    for (int i = 0; i < versions.size(); i++) {
      Version wanted = expected.get(i);
      assertSameVersion(versions.get(i), !keysOnly ? wanted
          : new Version(wanted.key(), new byte[0], wanted.create(), wanted.mod(), wanted.version(), wanted.lease()));
    }
  }

  static void assertSameVersion(Version version, Version expected) {
    assertThat(version).usingRecursiveComparison().isEqualTo(expected);
  }
}
