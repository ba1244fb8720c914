package io.cairn.storage.mvcc;

import static io.cairn.storage.mvcc.StoreScript.bytes;
import static io.cairn.storage.mvcc.StoreScript.delete;
import static io.cairn.storage.mvcc.StoreScript.put;
import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.storage.engine.EngineCursor;
import io.cairn.storage.engine.EngineView;
import io.cairn.storage.engine.Family;
import io.cairn.storage.engine.ScratchEngine;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TrailsTest {

  /** Counts the events that are loaded. */
  private record Counted(EngineView view, int[] events) implements EngineView {

    @Override
    public byte[] get(Family family, byte[] key) {
      if (family == Family.EVENTS) {
        events[0]++;
      }
      return view.get(family, key);
    }

    @Override
    public EngineCursor cursor(Family family, byte[] start, byte[] end) {
      return view.cursor(family, start, end);
    }

    @Override
    public void close() {
      view.close();
    }
  }

  private static String text(Version version) {
    return version == null ? null : new String(version.value());
  }

  private static String read(StoreScript script, long at, int[] events) {
    try (var view = new ReadView(new Counted(script.store.engine().view(), events), script.store.store(), script.store.trails(), false)) {
      return text(view.get(bytes("k"), at));
    }
  }

  /** Fifty clients that page through one old revision while a key is overwritten a thousand times load those events once, not fifty times. */
  @Test
  void aLongWayBackIsGoneOnce() {
    try (var scratch = new ScratchEngine()) {
      var script = new StoreScript(scratch.engine(), scratch.newStore());
      script.apply(put("k", "old"));
      long at = script.store.applied().revision();
      for (int i = 0; i < 1_000; i++) {
        script.apply(put("k", "v" + i));
      }

      int[] first = {0};
      assertThat(read(script, at, first)).isEqualTo("old");
      assertThat(first[0]).isEqualTo(1_000);

      int[] second = {0};
      assertThat(read(script, at, second)).isEqualTo("old");
      assertThat(second[0]).isEqualTo(1);

      for (int i = 0; i < 10; i++) {
        script.apply(put("k", "w" + i));
      }
      int[] third = {0};
      assertThat(read(script, at, third)).isEqualTo("old");
      assertThat(third[0]).isEqualTo(11);

      int[] between = {0};
      assertThat(read(script, at + 500, between)).isEqualTo("v499");
      assertThat(between[0]).isEqualTo(1);
    }
  }

  /** Whatever trails are left, in whatever order revisions are read: each shows what was. */
  @Test
  void everyRevisionShowsWhatWas() {
    for (int seed = 0; seed < 20; seed++) {
      var random = new Random(seed);
      try (var scratch = new ScratchEngine()) {
        var script = new StoreScript(scratch.engine(), scratch.newStore());
        List<String> history = new ArrayList<>();
        String now = null;
        for (int i = 0; i < 300; i++) {
          if (now != null && random.nextInt(10) == 0) {
            now = null;
            script.apply(delete("k"));
          } else {
            now = "v" + i;
            script.apply(put("k", now));
          }
          while (history.size() < script.store.applied().revision()) {
            history.add(now);
          }
          for (int reads = random.nextInt(4); reads > 0; reads--) {
            int at = random.nextInt(history.size());
            if (at >= 1) {
              assertThat(text(script.store.get(bytes("k"), at))).as("seed %d, revision %d of %d", seed, at, history.size())
                  .isEqualTo(at == 1 ? null : history.get(at - 1));
            }
          }
        }
      }
    }
  }
}
