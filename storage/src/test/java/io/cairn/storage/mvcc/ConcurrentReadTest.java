package io.cairn.storage.mvcc;

import static io.cairn.storage.mvcc.StoreScript.bytes;
import static io.cairn.storage.mvcc.StoreScript.delete;
import static io.cairn.storage.mvcc.StoreScript.put;
import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.storage.engine.ScratchEngine;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ConcurrentReadTest {
  private static final int ROUNDS = 1500;

  /** The key is put at even revisions, with the revision as its value, and deleted at odd ones. */
  private static void checkOneMoment(ShardStore store) {
    Applied applied = store.applied();
    for (long at = Math.max(1, applied.revision() - 3); at <= applied.revision(); at++) {
      Version version = store.get(bytes("k"), at);
      if (at % 2 == 0) {
        assertThat(version).describedAs("the key at revision %d", at).isNotNull();
        assertThat(version.value()).isEqualTo(bytes("v" + at));
      } else {
        assertThat(version).describedAs("the key at revision %d", at).isNull();
      }
      RangePage page = store.range(new RangeQuery(bytes("k"), null, at, 0, Long.MAX_VALUE, false, false));
      assertThat(page.versions()).hasSize(at % 2 == 0 ? 1 : 0);
    }
    Version newest = store.get(bytes("k"), 0);
    assertThat(newest == null || newest.mod() >= applied.revision()).isTrue();
  }

  @Test
  @DisplayName("SM-16 reads from other threads, while entries are applied, are those of the revision they name")
  void readsWhileApplyingAreExact() throws Exception {
    try (var scratch = new ScratchEngine(); var readers = Executors.newFixedThreadPool(2)) {
      var script = new StoreScript(scratch.engine(), 1);
      var done = new AtomicBoolean();
      List<Future<?>> futures = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        futures.add(readers.submit(() -> {
          do {
            checkOneMoment(script.store);
          } while (!done.get());
        }));
      }
      try {
        for (int i = 0; i < ROUNDS; i++) {
          long next = script.store.applied().revision() + 1;
          script.apply(next % 2 == 0 ? put("k", "v" + next) : delete("k"));
          if (i % 500 == 499) {
            scratch.engine().flush();
          }
        }
      } finally {
        done.set(true);
      }
      for (Future<?> future : futures) {
        future.get();
      }
      checkOneMoment(script.store);
      assertThat(script.store.applied().revision()).isEqualTo(ROUNDS + 1);
    }
  }
}
