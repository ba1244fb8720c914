package io.cairn.server.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.cairn.protocol.link.Link;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.WatchList;
import io.cairn.protocol.wire.WatchListAnswer;
import io.cairn.protocol.wire.WatchRequest;
import io.cairn.server.frontend.ClientFixture.Got;
import io.cairn.server.testing.Commands;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Which watches a node has, as it tells whoever asks; in virtual time. Two shards that meet at "m". */
class WatchListTest {
  private static final long MILLI = ClientFixture.MILLI;
  private static final int PAGE = 1_000;

  private final ClientFixture node = new ClientFixture();

  private static Request.Builder request() {
    return Request.newBuilder().setRemainingMillis(5_000);
  }

  private static ByteString utf8(String text) {
    return ByteString.copyFromUtf8(text);
  }

  /** A watch of [start, end), or with no end to the last key. */
  private Got watch(Link link, String start, String end, long credit) {
    WatchRequest.Builder watch = WatchRequest.newBuilder().setStart(utf8(start)).setFromNow(WatchRequest.FromNow.getDefaultInstance()).setCreditBytes(credit);
    Got got = node.ask(link, request().setWatch(end.isEmpty() ? watch.setEndOpen(true) : watch.setEnd(utf8(end))));
    node.loops.run();
    return got;
  }

  private WatchListAnswer list(WatchList.Builder list) {
    return node.answer(request().setWatchList(list)).getWatchList();
  }

  private static WatchList.Builder range(String start, String end) {
    return end.isEmpty() ? WatchList.newBuilder().setStart(utf8(start)).setEndOpen(true) : WatchList.newBuilder().setStart(utf8(start)).setEnd(utf8(end));
  }

  private void put(long sequence, String key) {
    node.answer(request().setCommand(Commands.put(1, sequence, key, "value").build().toByteString()));
  }

  @Test
  @DisplayName("those whose ranges meet the one that is asked for, of every connection, with range, age and place")
  void whatMeetsTheRange() {
    Link other = node.link();
    watch(node.link, "a", "c", 1 << 20);
    watch(other, "b", "", 1 << 20);
    watch(other, "x", "y", 1 << 20);
    node.loops.advance(2_000 * MILLI);

    List<WatchListAnswer.Item> found = list(range("b", "c")).getWatchesList();
    assertThat(found).extracting(item -> item.getStart().toStringUtf8() + " " + item.getEnd().toStringUtf8()).containsExactly("a c", "b ");
    assertThat(found).extracting(WatchListAnswer.Item::getEndOpen).containsExactly(false, true);
    assertThat(found.get(0).getConnection()).isLessThan(found.get(1).getConnection());
    assertThat(found).allSatisfy(item -> {
      assertThat(item.getPeer()).isNotEmpty();
      assertThat(item.getOpenMillis()).isBetween(2_000L, 3_000L);
      assertThat(item.getBehind()).isFalse();
    });
    assertThat(list(range("c", "d")).getWatchesList()).extracting(item -> item.getStart().toStringUtf8()).as("an end is not in it").containsExactly("b");
    assertThat(list(range("", "")).getWatchesCount()).isEqualTo(3);
    assertThat(node.answer(request().setWatchList(range("c", "b"))).getError().getCode()).isEqualTo(ErrorCode.RANGE_INVERTED);
  }

  @Test
  @DisplayName("how far a watch is: with its node, or behind it without credit; one that ended is not shown")
  void howFarTheyAre() {
    Link other = node.link();
    watch(node.link, "a", "c", 1 << 20);
    Got still = watch(node.link, "a", "d", 0);
    put(1, "a");
    put(2, "b");

    List<WatchListAnswer.Item> found = list(range("a", "b")).getWatchesList();
    assertThat(found.get(0).getRevision()).isEqualTo(found.get(0).getKnownRevision()).isEqualTo(3);
    assertThat(found.get(1).getBehind()).isTrue();
    assertThat(found.get(1).getCreditBytes()).isZero();
    assertThat(found.get(1).getRevision()).isEqualTo(1);
    assertThat(found.get(1).getKnownRevision()).isEqualTo(3);
    assertThat(still.open()).isTrue();

    node.client.now(node.link::close);
    node.loops.run();
    Got got = node.ask(other, request().setWatchList(range("", "")));
    node.loops.run();
    assertThat(got.last.getWatchList().getWatchesCount()).isZero();
  }

  @Test
  @DisplayName("page after page every watch is shown once, and a page is bounded by number and by bytes")
  void pages() {
    Link other = node.link();
    for (int i = 0; i < PAGE; i++) {
      watch(i % 2 == 0 ? node.link : other, "a" + i, "b", 1 << 20);
    }
    String longKey = "c".repeat(4_000);
    for (int i = 0; i < 100; i++) {
      watch(other, longKey, longKey + "d", 1 << 20);
    }

    var seen = new ArrayList<String>();
    int pages = 0;
    WatchListAnswer page = WatchListAnswer.newBuilder().setMore(true).build();
    while (page.getMore()) {
      WatchList.Builder next = range("", "");
      if (page.getWatchesCount() > 0) {
        WatchListAnswer.Item last = page.getWatches(page.getWatchesCount() - 1);
        next.setAfterConnection(last.getConnection()).setAfterWatch(last.getWatch());
      }
      page = list(next);
      assertThat(page.getWatchesCount()).isBetween(1, PAGE);
      assertThat(page.getSerializedSize()).isLessThan(400 << 10);
      page.getWatchesList().forEach(item -> seen.add(item.getConnection() + " " + item.getWatch()));
      pages++;
    }
    assertThat(seen).hasSize(PAGE + 100).doesNotHaveDuplicates();
    assertThat(pages).isBetween(3, 10);
  }
}
