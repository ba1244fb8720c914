package io.cairn.server.frontend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.INTEGER;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.cairn.protocol.frame.FrameKind;
import io.cairn.protocol.link.Link;
import io.cairn.protocol.wire.Command;
import io.cairn.protocol.wire.Delete;
import io.cairn.protocol.wire.DeleteRange;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.KeyValue;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import io.cairn.protocol.wire.WatchBatch;
import io.cairn.protocol.wire.WatchControl;
import io.cairn.protocol.wire.WatchEvent;
import io.cairn.protocol.wire.WatchRequest;
import io.cairn.server.config.Limits;
import io.cairn.server.frontend.ClientFixture.Got;
import io.cairn.server.testing.Commands;
import io.cairn.storage.mvcc.ApplyRound;
import io.cairn.storage.mvcc.RecentVersions;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Watches at one node in virtual time; two shards that meet at "m". */
class WatchServiceTest {
  private static final long MILLI = ClientFixture.MILLI;

  private ClientFixture node = new ClientFixture();
  private long sequence;

  private static Request.Builder request() {
    return Request.newBuilder().setRemainingMillis(5_000);
  }

  private Request.Builder write(Command.Builder command) {
    return request().setCommand(command.build().toByteString());
  }

  private long put(String key, String value) {
    long number = ++sequence;
    return node.answer(write(Commands.put(1 + number / 1_000, number, key, value))).getRevision();
  }

  private Command.Builder command() {
    long number = ++sequence;
    return Commands.put(1 + number / 1_000, number, "x", "").clearPut();
  }

  private long delete(String key) {
    return node.answer(write(command().setDelete(Delete.newBuilder().setKey(utf8(key))))).getRevision();
  }

  private long deleteRange(String start, String end) {
    return node.answer(write(command().setDeleteRange(DeleteRange.newBuilder().setStart(utf8(start)).setEnd(utf8(end))))).getRevision();
  }

  private static ByteString utf8(String text) {
    return ByteString.copyFromUtf8(text);
  }

  private static WatchRequest.Builder all() {
    return WatchRequest.newBuilder().setEndOpen(true).setCreditBytes(Long.MAX_VALUE);
  }

  private static WatchRequest.Builder from(long revision) {
    return all().setFromRevision(revision);
  }

  private static WatchRequest.Builder now() {
    return all().setFromNow(WatchRequest.FromNow.getDefaultInstance());
  }

  private static WatchRequest.Builder state() {
    return all().setInitialState(WatchRequest.InitialState.getDefaultInstance());
  }

  private Got watch(WatchRequest.Builder watch) {
    return watch(node, watch);
  }

  private static Got watch(ClientFixture on, WatchRequest.Builder watch) {
    Got got = on.ask(request().setWatch(watch));
    on.loops.run();
    return got;
  }

  private static List<WatchBatch> batches(Got got) {
    return got.parts.stream().filter(Response::hasWatch).map(Response::getWatch).toList();
  }

  private static WatchEvent event(ByteString encoded) {
    try {
      return WatchEvent.parseFrom(encoded);
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  /** As in {@code 5 k=v} or {@code 6 k-}. That no batch leaves a hole is seen on the way. */
  private static List<String> told(Got got) {
    var told = new ArrayList<String>();
    long upTo = -1;
    for (WatchBatch batch : batches(got)) {
      assertThat(upTo == -1 || batch.getPreviousRevision() == upTo).as("no hole before %s", batch).isTrue();
      upTo = batch.getMore() ? batch.getPreviousRevision() : batch.getRevision();
      for (ByteString encoded : batch.getEventsList()) {
        WatchEvent event = event(encoded);
        String key = event.getRevision() + " " + event.getKv().getKey().toStringUtf8();
        told.add(event.getType() == WatchEvent.Type.PUT ? key + "=" + event.getKv().getValue().toStringUtf8() : key + "-");
      }
    }
    return told;
  }

  private static ErrorCode refused(Got got) {
    assertThat(got.last).as("the watch has ended").isNotNull();
    return got.last.getError().getCode();
  }

  private void compact(int shard, long to) {
    node.apply.now(() -> {
      var round = new ApplyRound(node.engine, new RecentVersions(1 << 14));
      node.replicas.get(shard).store().compact(round, to);
      round.commit();
    });
  }

  @Test
  void fromNowEverythingAboveTheRevisionItStandsAt() {
    put("a", "before");
    Got got = watch(now().setStart(utf8("a")).setEndOpen(false).setEnd(utf8("c")));
    assertThat(batches(got)).singleElement().satisfies(first -> assertThat(first.getRevision()).isEqualTo(2));
    put("a", "1");
    put("p", "elsewhere");
    put("b", "2");
    delete("a");

    assertThat(told(got)).containsExactly("3 a=1", "5 b=2", "6 a-");
    assertThat(got.open()).isTrue();
    assertThat(node.service.inflightBytes()).as("a watch that stands is no request in flight").isZero();
  }

  @Test
  void overTwoShardsInTheOrderOfRevisionsThoughOneOfThemIsIdle() {
    Got got = watch(now());
    put("a", "1");
    put("p", "2");
    put("b", "3");
    put("q", "4");
    node.loops.advance(100 * MILLI);

    assertThat(told(got)).containsExactly("2 a=1", "3 p=2", "4 b=3", "5 q=4");
  }

  @Test
  void fromThePastWithWhatWasReplacedAndOnlyWhatIsWanted() {
    put("a", "1");
    put("a", "2");
    delete("a");
    Got got = watch(from(3).setPrevious(true));
    Got deletes = watch(from(1).setNoPuts(true));
    Got puts = watch(from(1).setNoDeletes(true));
    node.loops.advance(100 * MILLI);

    assertThat(told(got)).containsExactly("3 a=2", "4 a-");
    assertThat(batches(got)).flatExtracting(WatchBatch::getEventsList).extracting(each -> event(each).getPrevious().getValue().toStringUtf8())
        .containsExactly("1", "2");
    assertThat(told(deletes)).containsExactly("4 a-");
    assertThat(told(puts)).containsExactly("2 a=1", "3 a=2");
  }

  @Test
  @DisplayName("W-04 just above the compaction revision nothing is missed, also when it is a delete; at it and below the watch is refused")
  void theBorderOfCompactionIsExact() {
    put("a", "1");
    long deleted = delete("a");
    long put = put("b", "2");
    assertThat(put).isEqualTo(deleted + 1);
    compact(1, deleted);
    for (long at : List.of(deleted - 1, deleted)) {
      Got got = watch(from(at).setEndOpen(false).setEnd(utf8("m")));
      assertThat(refused(got)).isEqualTo(ErrorCode.COMPACTED);
      assertThat(got.last.getError().getRevision()).as("the oldest it may begin at").isEqualTo(deleted + 1);
    }
    assertThat(told(watch(from(deleted + 1).setEndOpen(false).setEnd(utf8("m"))))).containsExactly(put + " b=2");

    put("a", "3");
    long again = delete("a");
    put("c", "4");
    compact(1, again - 1);
    assertThat(refused(watch(from(again - 1).setEndOpen(false).setEnd(utf8("m"))))).isEqualTo(ErrorCode.COMPACTED);
    assertThat(told(watch(from(again).setEndOpen(false).setEnd(utf8("m"))))).containsExactly(again + " a-", (again + 1) + " c=4");
  }

  @Test
  @DisplayName("W-05 a revision that was not handed out is refused; the next one is not, and shows nothing that is older")
  void aRevisionOfTheFutureIsRefused() {
    long last = put("a", "1");
    assertThat(refused(watch(from(last + 2)))).isEqualTo(ErrorCode.FUTURE_REVISION);
    Got next = watch(from(last + 1).setEndOpen(false).setEnd(utf8("m")));
    assertThat(told(next)).isEmpty();
    put("a", "2");
    assertThat(told(next)).containsExactly((last + 1) + " a=2");
  }

  @Test
  @DisplayName("W-08 W-09 no revision means now, none is negative, and a watch that is refused ends no other one of its connection")
  void whatMakesNoSenseIsRefusedAndOthersGoOn() {
    Got good = watch(now());
    for (WatchRequest.Builder bad : List.of(all(), from(0), from(-1), now().setNoPuts(true).setNoDeletes(true), now().setProgressMillis(99),
        now().setStart(utf8("b")).setEndOpen(false).setEnd(utf8("b")), now().setCreditBytes(-1), now().setOnLagValue(7))) {
      assertThat(refused(watch(bad))).as("%s", bad).isEqualTo(ErrorCode.BAD_REQUEST);
    }
    assertThat(refused(watch(now().setStart(utf8("c")).setEndOpen(false).setEnd(utf8("b"))))).isEqualTo(ErrorCode.RANGE_INVERTED);
    assertThat(watch(from(0)).last.getError().getMessage()).contains("from_now");
    put("a", "1");
    assertThat(told(good)).containsExactly("2 a=1");
  }

  @Test
  void withoutCreditNothingIsSentAndNothingIsLost() {
    Got got = node.ask(request().setWatch(now().setCreditBytes(0)));
    long id = lastId();
    node.loops.run();
    put("a", "1");
    put("b", "2");
    assertThat(told(got)).isEmpty();
    assertThat(node.watches.behind()).isEqualTo(1);

    assertThat(node.answer(control(id, 1 << 20, false)).getWatchControl().getFound()).isTrue();
    assertThat(told(got)).containsExactly("2 a=1", "3 b=2");
    assertThat(node.watches.behind()).isZero();
    assertThat(node.answer(control(id + 100, 1, false)).getWatchControl().getFound()).isFalse();
  }

  /** The link counts its requests from 1. */
  private long lastId() {
    long[] id = {0};
    node.client.now(() -> id[0] = node.link.call(FrameKind.REQUEST,
        request().setStatus(io.cairn.protocol.wire.StatusRequest.getDefaultInstance()).build(), 1_000 * MILLI, new Got()) - 1);
    return id[0];
  }

  private static Request.Builder control(long watch, long credit, boolean progress) {
    return request().setWatchControl(WatchControl.newBuilder().setWatch(watch).setCreditBytes(credit).setProgress(progress));
  }

  @Test
  void marksComeByIntervalAndWhenAskedForAndNeverBeforeWhatTheyCover() {
    Got got = node.ask(request().setWatch(now().setProgressMillis(1_000)));
    long id = lastId();
    node.loops.run();
    assertThat(batches(got)).hasSize(1);
    node.loops.advance(2_500 * MILLI);
    assertThat(batches(got)).hasSize(3).last().satisfies(mark -> assertThat(mark.getEventsList()).isEmpty());
    put("a", "1");
    put("p", "2");
    node.answer(control(id, 0, true));
    node.loops.advance(60 * MILLI);

    assertThat(told(got)).containsExactly("2 a=1", "3 p=2");
    assertThat(batches(got).getLast().getRevision()).isEqualTo(3);
  }

  @Test
  void aMarkReachesWhatTheNodeKnowsOfAnotherShardAndNoFuture() {
    Got got = node.ask(request().setWatch(WatchRequest.newBuilder().setStart(utf8("a")).setEnd(utf8("b")).setCreditBytes(1 << 20)
        .setFromNow(WatchRequest.FromNow.getDefaultInstance())));
    long id = lastId();
    node.loops.run();
    put("a", "1");
    long elsewhere = put("p", "2");
    assertThat(batches(got).getLast().getRevision()).as("its own shard has come no further").isLessThan(elsewhere);
    node.answer(control(id, 0, true));
    node.loops.advance(60 * MILLI);
    assertThat(batches(got).getLast().getRevision()).isEqualTo(elsewhere);

    int before = batches(got).size();
    node.answer(control(id, 0, true).setSeen(elsewhere + 1_000_000_000L));
    node.loops.advance(5_000 * MILLI);
    assertThat(batches(got)).as("the mark comes, without what was never handed out").hasSizeGreaterThan(before);
    assertThat(batches(got).getLast().getRevision()).isLessThan(elsewhere + 1_000_000);
    long next = put("a", "3");
    assertThat(told(got)).containsExactly("2 a=1", next + " a=3");
  }

  @Test
  void aStateThenTheChangesAndTheRestOfAStateThatWasCut() {
    put("a", "1");
    put("b", "2");
    put("p", "3");
    long at = put("q", "4");
    Got got = watch(state());
    put("b", "5");

    assertThat(stateKeys(got)).containsExactly("a", "b", "p", "q");
    assertThat(batches(got).getFirst().getSynced()).isTrue();
    long stands = batches(got).getFirst().getRevision();
    assertThat(told(got)).containsExactly((stands + 1) + " b=5");

    Got rest = watch(all().setInitialState(WatchRequest.InitialState.newBuilder().setRevision(at).setBehind(utf8("b"))));
    assertThat(stateKeys(rest)).containsExactly("p", "q");
    assertThat(told(rest)).containsExactly((stands + 1) + " b=5");
    Got nothing = watch(all().setInitialState(WatchRequest.InitialState.newBuilder().setRevision(at).setBehind(utf8("q"))));
    assertThat(stateKeys(nothing)).isEmpty();
    assertThat(batches(nothing).getFirst().getSynced()).isTrue();
  }

  private static List<String> stateKeys(Got got) {
    return got.parts.stream().filter(Response::hasRange).flatMap(part -> part.getRange().getKvsList().stream())
        .map(kv -> kv.getKey().toStringUtf8()).toList();
  }

  @Test
  void aStateWaitsForCreditToo() {
    for (int i = 0; i < 8; i++) {
      put("a" + i, "v".repeat(200_000));
    }
    Got got = node.ask(request().setWatch(state().setCreditBytes(300_000)));
    long id = lastId();
    node.loops.run();
    assertThat(stateKeys(got)).hasSizeBetween(1, 5);
    node.answer(control(id, Long.MAX_VALUE, false));

    assertThat(stateKeys(got)).hasSize(8);
    put("b", "1");
    assertThat(told(got)).hasSize(1);
  }

  @Test
  void oneRevisionOfManyEventsComesInPartsThatBelongTogether() {
    for (int i = 0; i < 60; i++) {
      put("a" + (10 + i), "v".repeat(20_000));
    }
    long deleted = deleteRange("a", "b");
    put("c", "1");
    for (WatchRequest.Builder each : List.of(from(deleted).setPrevious(true), from(deleted).setPrevious(true).setOnLag(WatchRequest.Lag.LATEST))) {
      Got got = watch(each);
      List<WatchBatch> parts = batches(got);
      assertThat(parts.stream().filter(WatchBatch::getMore)).hasSizeGreaterThan(3);
      assertThat(parts.stream().filter(WatchBatch::getMore)).allSatisfy(part -> {
        assertThat(part.getPreviousRevision()).isEqualTo(deleted - 1);
        assertThat(part.getEventsList()).allSatisfy(event -> assertThat(event(event).getRevision()).isEqualTo(deleted));
      });
      assertThat(told(got)).hasSize(61).last().isEqualTo((deleted + 1) + " c=1");
    }
  }

  @Test
  void anEventThatFitsNoFrameWithWhatItReplacedBringsThatInTheNextPart() throws Exception {
    String large = "v".repeat(1 << 20);
    put("a", large);
    put("a", large.replace('v', 'w'));
    Got got = watch(from(3).setPrevious(true));

    List<WatchBatch> parts = batches(got);
    assertThat(parts.get(1).getMore()).isTrue();
    assertThat(event(parts.get(1).getEvents(0)).getKv().getValue().toStringUtf8()).startsWith("w");
    assertThat(KeyValue.parseFrom(parts.get(2).getPrevious()).getValue().toStringUtf8()).isEqualTo(large);
    assertThat(parts.get(2).getMore()).isFalse();
  }

  @Test
  void whoIsFarBehindWaitsOrEndsOrHearsOfTheLatestAlone() {
    node = new ClientFixture(smallRing(), 3);
    Got wait = watch(now().setCreditBytes(1));
    Got latest = watch(now().setCreditBytes(1).setOnLag(WatchRequest.Lag.LATEST).setPrevious(true));
    Got end = watch(now().setCreditBytes(1).setOnLag(WatchRequest.Lag.END));
    put("a", "first");
    for (int i = 0; i < 40; i++) {
      put("k" + i % 2, "v" + i + "x".repeat(20_000));
    }
    assertThat(told(wait)).hasSize(1);
    assertThat(end.open()).isTrue();
    for (long id = 1; id <= 3; id++) {
      node.answer(control(id, Long.MAX_VALUE, false));
    }
    assertThat(told(wait)).hasSize(41);
    assertThat(refused(end)).isEqualTo(ErrorCode.WATCH_LAGS);
    assertThat(told(latest)).hasSizeBetween(3, 20);
    assertThat(told(latest).getLast()).startsWith("42 k1=v39");
  }

  @Test
  void aSlowReaderIsNotWaitedForWhileItStopsNorWhileItIsBroughtUp() {
    node = new ClientFixture(smallRing(), 3);
    Got slow = watch(now().setCreditBytes(1));
    var slowHad = new ArrayList<Integer>();
    var quick = new Got() {
      @Override
      public void part(ByteBuf body) {
        super.part(body);
        slowHad.add(slow.parts.size());
      }
    };
    Link other = node.link();
    node.loops.run();
    node.client.now(() -> other.call(FrameKind.REQUEST, request().setWatch(now()).build(), 1_000_000 * MILLI, quick));
    node.loops.run();
    for (int i = 1; i <= 400; i++) {
      put("k" + i % 5, "v" + i + "x".repeat(20_000));
      assertThat(told(quick)).as("it is told at once, whoever has stopped reading").hasSize(i);
    }
    assertThat(told(slow)).hasSize(1);
    assertThat(node.watches.bytes()).as("what is kept for who is behind is bounded").isLessThan(2 << 20);

    slowHad.clear();
    node.client.now(() -> node.link.call(FrameKind.REQUEST, control(1, Long.MAX_VALUE, false).build(), 1_000 * MILLI, new Got()));
    Got answer = node.ask(write(Commands.put(77, 1, "k", "while the other one reads"))); // Behind the credit, on the same connection.
    node.loops.run();
    assertThat(answer.last.hasError()).isFalse();
    assertThat(told(slow)).hasSize(401).last().asString().contains("while");
    assertThat(told(quick)).hasSize(401);
    assertThat(slowHad).as("the quick one had it before the slow one was brought up").hasSize(1).first().asInstanceOf(INTEGER)
        .isLessThan(slow.parts.size() - 10);
  }

  private static Limits smallRing() {
    Limits d = Limits.defaults();
    return new Limits(d.keyBytes(), d.valueBytes(), d.batchBytes(), d.batchCommands(), d.appendBytes(), d.inflightAppendBytes(),
        d.inflightAppendMessages(), d.inboxBytes(), d.uncommittedBytes(), d.applyBytes(), d.connectionInflightBytes(),
        d.connectionOutboundBytes(), d.nodeInflightBytes(), d.nodeOutboundBytes(), d.peerQueueBytes(), d.snapshotRate(), d.catchUpRate(), d.rangeChunkBytes(), 4,
        d.nodeWatches(), 1 << 20, d.connectionsMax(), d.logQueueBytes(), d.loggingQueueBytes(), d.txnOperations(), d.txnKeys(), d.adminRequestBytes());
  }

  @Test
  void aConnectionHasSoManyWatchesAndOneThatIsCancelledMakesRoom() {
    node = new ClientFixture(smallRing(), 3);
    for (int i = 0; i < 4; i++) {
      assertThat(watch(now()).open()).isTrue();
    }
    assertThat(refused(watch(now()))).isEqualTo(ErrorCode.WATCH_LIMIT);
    node.client.now(() -> node.link.cancel(2));
    node.loops.run();
    assertThat(watch(now()).open()).isTrue();
    assertThat(node.watches.watches()).isEqualTo(4);
    node.client.now(() -> node.link.close());
    node.loops.run();
    assertThat(node.watches.watches()).isZero();
    assertThat(node.watches.bytes()).isZero();
  }

  @Test
  void aNodeThatStopsSendsItsWatchesElsewhere() {
    Got got = watch(now());
    node.service.stop();
    node.loops.run();
    assertThat(refused(got)).isEqualTo(ErrorCode.SHUTTING_DOWN);
  }
}
