package io.cairn.storage.mvcc;

import static io.cairn.storage.mvcc.StoreScript.bytes;
import static io.cairn.storage.mvcc.StoreScript.put;
import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.storage.engine.ScratchEngine;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ChildrenCostTest {

  /** A page that may look at three keys shows three children, one of them with two thousand keys below. */
  @Test
  void aChildCostsOneKeyHoweverManyLieBelowIt() {
    try (var scratch = new ScratchEngine()) {
      var script = new StoreScript(scratch.engine(), scratch.newStore());
      script.apply(IntStream.range(0, 2_000).mapToObj(i -> put("b/" + i, "v")).toArray(Op[]::new));
      script.apply(put("a", "1"), put("c/d/e", "1"));
      long before = script.store.applied().revision();
      script.apply(StoreScript.deleteRange("c", null));
      for (long revision : new long[] {0, before}) {
        ChildrenPage page = script.store.children(
            new ChildrenQuery(bytes(""), bytes("/"), bytes(""), null, revision, 0, Long.MAX_VALUE, 3));
        assertThat(page.resume()).isNull();
        assertThat(page.children()).extracting(child -> new String(child.name()) + (child.below() ? " below" : ""))
            .isEqualTo(revision == 0 ? java.util.List.of("a", "b/ below") : java.util.List.of("a", "b/ below", "c/ below"));
      }
    }
  }
}
