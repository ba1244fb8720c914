package io.cairn.storage.mvcc;

import static io.cairn.storage.mvcc.StoreScript.bytes;
import static io.cairn.storage.mvcc.StoreScript.randomKey;
import static io.cairn.storage.mvcc.StoreScript.randomOp;
import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.storage.engine.ScratchEngine;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Backward ranges, byte limits, children and hashes, at every revision, against the model; pages and pauses cut anywhere. */
class PagedReadProperties {
  private static ScratchEngine scratch;

  @BeforeContainer
  static void open() {
    scratch = new ScratchEngine();
  }

  @AfterContainer
  static void close() {
    scratch.close();
  }

  private static StoreScript fill(Random random, StoreModel model) {
    var script = new StoreScript(scratch.engine(), scratch.newStore());
    for (int steps = 1 + random.nextInt(25); steps > 0; steps--) {
      Batch batch = script.batch(randomOp(random), randomOp(random));
      script.apply(batch);
      model.apply(batch);
    }
    return script;
  }

  private static List<String> keys(List<Version> versions) {
    return versions.stream().map(version -> new String(version.key(), StandardCharsets.UTF_8)).toList();
  }

  @Property(tries = 60)
  void aBackwardRangeIsTheForwardOneTurnedRound(@ForAll long seed) {
    var random = new Random(seed);
    var model = new StoreModel();
    ShardStore store = fill(random, model).store;
    for (long revision = 0; revision <= model.revision(); revision++) {
      byte[] start = random.nextInt(3) == 0 ? new byte[0] : bytes(randomKey(random));
      byte[] end = random.nextInt(3) == 0 ? null : bytes(randomKey(random));
      var expected = new ArrayList<>(StoreModel.range(model.at(revision), start, end).keySet());
      Collections.reverse(expected);
      var paged = new ArrayList<String>();
      byte[] until = end;
      for (boolean more = true; more;) {
        RangePage page = store.range(new RangeQuery(start, until, revision, 0, random.nextInt(60), random.nextBoolean(), false)
            .reversed().withStepsMax(1 + random.nextInt(4)));
        paged.addAll(keys(page.versions()));
        assertThat(page.more()).isEqualTo(page.resume() != null);
        until = page.resume();
        more = page.more();
      }
      assertThat(paged).as("revision %d", revision).isEqualTo(expected);
    }
  }

  @Property(tries = 60)
  void aByteLimitCutsBehindTheLastKeyThatFitsAndBehindTheFirstInAnyCase(@ForAll long seed) {
    var random = new Random(seed);
    var model = new StoreModel();
    ShardStore store = fill(random, model).store;
    for (long revision = 0; revision <= model.revision(); revision++) {
      boolean reverse = random.nextBoolean();
      long limit = random.nextInt(80);
      var all = new ArrayList<>(model.at(revision).values());
      if (reverse) {
        Collections.reverse(all);
      }
      long sum = 0;
      int fit = 0;
      for (Version version : all) {
        sum += version.key().length + version.value().length;
        if (sum > limit && fit > 0) {
          break;
        }
        fit++;
      }
      var query = new RangeQuery(new byte[0], null, revision, 0, Long.MAX_VALUE, false, false).withBytesLeft(limit, false);
      RangePage page = store.range(reverse ? query.reversed() : query);
      assertThat(keys(page.versions())).isEqualTo(keys(all.subList(0, fit)));
      assertThat(page.more()).isEqualTo(fit < all.size());
      assertThat(page.resume()).as("the answer is full, not the page").isNull();
      assertThat(page.bytes()).isEqualTo(all.subList(0, fit).stream().mapToLong(v -> v.key().length + v.value().length).sum());

      RangePage later = store.range(query.withBytesLeft(0, true));
      assertThat(later.versions()).as("an answer that has begun takes nothing that does not fit").isEmpty();
      assertThat(later.more()).isEqualTo(!all.isEmpty());
    }
  }

  @Property(tries = 60)
  void aCountThatPausesCountsEveryKeyOnce(@ForAll long seed) {
    var random = new Random(seed);
    var model = new StoreModel();
    ShardStore store = fill(random, model).store;
    for (long revision = 0; revision <= model.revision(); revision++) {
      long count = 0;
      byte[] from = new byte[0];
      while (from != null) {
        RangePage page = store.range(new RangeQuery(from, null, revision, 0, 0, false, true).withStepsMax(1 + random.nextInt(3)));
        count += page.count();
        from = page.resume();
      }
      assertThat(count).isEqualTo(model.at(revision).size());
    }
  }

  @Property(tries = 60)
  void childrenAreWhatTheKeysOfThatRevisionHaveInCommonUpToTheDelimiter(@ForAll long seed) {
    var random = new Random(seed);
    var model = new StoreModel();
    ShardStore store = fill(random, model).store;
    for (long revision = 0; revision <= model.revision(); revision++) {
      String prefix = random.nextBoolean() ? "" : random.nextBoolean() ? "b" : "b/";
      String delimiter = random.nextInt(3) == 0 ? "0" : "/";
      var expected = new LinkedHashSet<String>();
      for (String key : model.at(revision).keySet()) {
        if (key.startsWith(prefix)) {
          int at = key.indexOf(delimiter, prefix.length());
          expected.add(at < 0 ? "key " + key : "below " + key.substring(0, at + delimiter.length()));
        }
      }
      var paged = new ArrayList<String>();
      byte[] from = bytes(prefix);
      while (from != null) {
        ChildrenPage page = store.children(new ChildrenQuery(bytes(prefix), bytes(delimiter), from, KeyBounds.prefixEnd(bytes(prefix)),
            revision, random.nextInt(3), random.nextInt(4), 1 + random.nextInt(3)));
        page.children().forEach(child -> paged.add((child.below() ? "below " : "key ") + new String(child.name())));
        from = page.resume();
      }
      assertThat(paged).as("'%s' by '%s' at %d", prefix, delimiter, revision).isEqualTo(new ArrayList<>(expected));
    }
  }

  private static long hash(Random random, ShardStore store, long revision) {
    var hash = new RevisionHash(revision);
    while (!hash.advance(store, 1 + random.nextInt(200))) {
      assertThat(hash.compacted()).isZero();
    }
    return hash.hash();
  }

  @Property(tries = 40)
  @Label("the hash at a revision is that of a replica that stopped there, however it is sliced and whatever came later")
  void theHashAtARevisionKnowsNothingOfWhatCameLater(@ForAll long seed) {
    var random = new Random(seed);
    var ahead = new StoreScript(scratch.engine(), scratch.newStore());
    ShardStore behind = new StoreScript(scratch.engine(), scratch.newStore()).store;
    int common = 1 + random.nextInt(12);
    for (int step = 0; step < common + 3; step++) {
      Batch batch = ahead.batch(randomOp(random), randomOp(random));
      if (step < common) {
        var round = new ApplyRound(scratch.engine(), new RecentVersions(1 << 14));
        behind.apply(round, ahead.next(), batch);
        round.commit();
      }
      ahead.apply(batch);
    }
    long revision = behind.applied().revision();
    long then = hash(random, behind, revision);
    assertThat(hash(random, ahead.store, revision)).isEqualTo(then);
    long later = ahead.store.applied().revision();
    if (later > revision) {
      assertThat(hash(random, ahead.store, later)).isNotEqualTo(then);
    }
  }

  @Property(tries = 20)
  @Label("one value, one missing delete, or one event more makes another hash")
  void whateverDiffersShows(@ForAll long seed) {
    var random = new Random(seed);
    long right = hash(random, script("a", "1").store, 4);
    assertThat(hash(random, script("a", "1").store, 4)).isEqualTo(right);
    assertThat(hash(random, script("a", "2").store, 4)).isNotEqualTo(right);
    assertThat(hash(random, script("b", "1").store, 4)).isNotEqualTo(right);
  }

  private static StoreScript script(String key, String value) {
    var script = new StoreScript(scratch.engine(), scratch.newStore());
    script.apply(StoreScript.put(key, value), StoreScript.put("k", "v"), StoreScript.delete(key));
    return script;
  }
}
