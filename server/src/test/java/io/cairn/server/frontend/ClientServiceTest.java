package io.cairn.server.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.cairn.protocol.frame.FrameKind;
import io.cairn.protocol.link.Link;
import io.cairn.protocol.wire.Command;
import io.cairn.protocol.wire.Delete;
import io.cairn.protocol.wire.DeleteRange;
import io.cairn.protocol.wire.Error;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.ErrorKind;
import io.cairn.protocol.wire.GetRequest;
import io.cairn.protocol.wire.RangeRequest;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import io.cairn.protocol.wire.ShardMapRequest;
import io.cairn.server.config.Limits;
import io.cairn.server.frontend.ClientFixture.Got;
import io.cairn.server.testing.Commands;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ClientServiceTest {
  private static final long MILLI = ClientFixture.MILLI;

  private final ClientFixture node = new ClientFixture();
  private long sequence;

  private static Request.Builder request() {
    return Request.newBuilder().setRemainingMillis(5_000);
  }

  private Request.Builder put(String key, String value) {
    long number = ++sequence;
    return request().setCommand(Commands.put(1 + number / 1_000, number, key, value).build().toByteString());
  }

  private static Request.Builder get(String key) {
    return request().setGet(GetRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)));
  }

  private static Request.Builder range(RangeRequest.Builder range) {
    return request().setRange(range);
  }

  private static RangeRequest.Builder all() {
    return RangeRequest.newBuilder().setEndOpen(true);
  }

  private static Error error(Response response) {
    assertThat(response.hasError()).as("%s", response).isTrue();
    return response.getError();
  }

  @Test
  void aPutIsReadBackWithItsRevisions() {
    assertThat(node.answer(put("k", "v1")).getRevision()).isEqualTo(2);
    assertThat(node.answer(put("k", "v2")).getWrite().getChanged()).isEqualTo(1);

    Response found = node.answer(get("k"));

    assertThat(found.getGet().getFound().getValue().toStringUtf8()).isEqualTo("v2");
    assertThat(found.getGet().getFound().getVersion()).isEqualTo(2);
    assertThat(found.getRevision()).isEqualTo(3);
    assertThat(node.answer(get("none")).getGet().hasFound()).isFalse();
    assertThat(node.service.inflightBytes()).isZero();
  }

  @Test
  void aRangeOverTwoShardsIsOneViewAtOneRevision() {
    for (String key : List.of("a", "b", "p", "q")) {
      node.answer(put(key, "v"));
    }
    Got got = node.ask(range(all()));
    node.loops.run();

    assertThat(got.keys()).containsExactly("a", "b", "p", "q");
    assertThat(got.last.getRange().getCount()).isEqualTo(4);
    assertThat(got.last.getRange().getMore()).isFalse();
    assertThat(got.parts).allSatisfy(part -> assertThat(part.getRevision()).isEqualTo(got.last.getRevision()));
  }

  @Test
  void aLimitSaysWhetherMoreIsLeftAlsoInTheNextShard() {
    for (String key : List.of("a", "b", "p")) {
      node.answer(put(key, "v"));
    }
    assertThat(node.answer(range(all().setLimit(1))).getRange().getMore()).isTrue();
    Got atBorder = node.ask(range(all().setLimit(2)));
    node.loops.run();
    assertThat(atBorder.keys()).containsExactly("a", "b");
    assertThat(atBorder.last.getRange().getMore()).isTrue();
    Got exact = node.ask(range(all().setLimit(3)));
    node.loops.run();

    assertThat(exact.keys()).containsExactly("a", "b", "p");
    assertThat(exact.last.getRange().getMore()).isFalse();
    assertThat(node.answer(range(all().setCountOnly(true).setLimit(1))).getRange().getCount()).isEqualTo(3);
  }

  @Test
  void anAnswerOfAnySizeComesInChunksThatFitAFrame() {
    // Small values up to nearly a chunk, then the largest one there is: together more than a frame.
    for (int i = 0; i < 25; i++) {
      node.answer(put("a" + (char) ('a' + i), "v".repeat(10_000)));
    }
    node.answer(put("az", "v".repeat(1 << 20)));
    Got got = node.ask(range(all()));
    node.loops.run();

    assertThat(got.keys()).hasSize(26);
    assertThat(got.failure).isNull();
  }

  @Test
  void manyTinyKeysCountAsWhatTheyWeighOnTheWire() {
    var small = new ClientFixture(chunks(4 << 10), 3);
    var writes = IntStream.range(0, 1_000).mapToObj(i -> small.ask(put("k" + i, ""))).toList();
    small.loops.run();
    assertThat(writes).allSatisfy(write -> assertThat(write.last.hasWrite()).isTrue());
    Got got = small.ask(range(all().setKeysOnly(true)));
    small.loops.run();

    assertThat(got.keys()).hasSize(1_000);
    assertThat(got.parts).hasSizeGreaterThan(4).allSatisfy(part -> assertThat(part.getSerializedSize()).isLessThan((4 << 10) + 64));
  }

  private static Limits chunks(long rangeChunkBytes) {
    Limits d = Limits.defaults();
    return new Limits(d.keyBytes(), d.valueBytes(), d.batchBytes(), d.batchCommands(), d.appendBytes(), d.inflightAppendBytes(),
        d.inflightAppendMessages(), d.inboxBytes(), d.uncommittedBytes(), d.applyBytes(), d.connectionInflightBytes(),
        d.connectionOutboundBytes(), d.nodeInflightBytes(), d.nodeOutboundBytes(), d.peerQueueBytes(), d.snapshotRate(), d.catchUpRate(), rangeChunkBytes, d.connectionWatches(),
        d.nodeWatches(), d.watchBytes(), d.connectionsMax(), d.logQueueBytes(),
        d.loggingQueueBytes(), d.txnOperations(), d.txnKeys(), d.adminRequestBytes());
  }

  @Test
  void aSlowReaderHoldsAFewChunksAndNoMore() {
    for (int i = 0; i < 20; i++) {
      node.answer(put("a" + (char) ('a' + i), "v".repeat(1 << 20)));
    }
    node.transport.opened().getFirst().stall(true);
    Got got = node.ask(range(all()));
    node.loops.run();
    long held = node.transport.accepted(0).pendingBytes();

    assertThat(held).isLessThan(Limits.defaults().connectionOutboundBytes() + (3 << 20));
    node.transport.opened().getFirst().stall(false);
    node.loops.run();
    assertThat(got.keys()).hasSize(20);
  }

  @Test
  void smallQuestionsForLargeValuesWaitUntilTheirReaderHasTakenEarlierAnswers() {
    node.answer(put("k", "v".repeat(1 << 20)));
    node.transport.opened().getFirst().stall(true);
    var asked = IntStream.range(0, 200).mapToObj(i -> node.ask(get("k"))).toList();
    node.loops.run();

    assertThat(node.service.outboundBytes()).isBetween(node.transport.accepted(0).pendingBytes(),
        Limits.defaults().connectionOutboundBytes() + (2 << 20));
    assertThat(node.service.inflightBytes()).isPositive();
    node.transport.opened().getFirst().stall(false);
    node.loops.run();
    assertThat(asked).allSatisfy(got -> assertThat(got.last.getGet().hasFound()).isTrue());
    assertThat(node.service.outboundBytes()).isZero();
    assertThat(node.service.inflightBytes()).isZero();
  }

  @Test
  void thatAKeyIsMissingIsSaidOfARevisionThatIsNotBelowItsDelete() {
    node.answer(put("k", "v".repeat(1 << 20)));
    node.answer(put("gone", "v"));
    Link other = node.link();
    node.loops.run();
    node.transport.opened().getFirst().stall(true);
    IntStream.range(0, 200).forEach(i -> node.ask(get("k")));
    Got got = node.ask(get("gone")); // Confirmed before the delete, and looked up after it, when its reader has taken the others.
    node.loops.run();
    Got deleted = node.ask(other, request().setCommand(Commands.put(1, ++sequence, "gone", "").clearPut()
        .setDelete(Delete.newBuilder().setKey(ByteString.copyFromUtf8("gone"))).build().toByteString()));
    node.loops.run();
    node.transport.opened().getFirst().stall(false);
    node.loops.run();

    assertThat(deleted.last.getWrite().getChanged()).isEqualTo(1);
    assertThat(got.last.getGet().hasFound()).isFalse();
    assertThat(got.last.getRevision()).isGreaterThanOrEqualTo(deleted.last.getRevision());
  }

  @Test
  void readersThatTogetherLeaveTooMuchHaveNewRequestsRefused() {
    var small = new ClientFixture(outbound(1 << 20), 3);
    small.answer(put("k", "v".repeat(1 << 20)));
    small.transport.opened().getFirst().stall(true);
    Link other = small.link();
    small.loops.run();
    small.transport.opened().get(1).stall(true);
    small.ask(get("k"));
    small.ask(other, get("k"));
    small.loops.run();
    Got refused = small.ask(get("k"));
    small.loops.run();
    small.transport.opened().forEach(end -> end.stall(false));
    small.loops.run();

    assertThat(refused.last.getError().getCode()).isEqualTo(ErrorCode.OVERLOADED);
    assertThat(refused.last.getError().getRetryAfterMillis()).isPositive();
    assertThat(small.answer(get("k")).getGet().hasFound()).isTrue();
  }

  private static Limits outbound(long nodeOutboundBytes) {
    Limits d = Limits.defaults();
    return new Limits(d.keyBytes(), d.valueBytes(), d.batchBytes(), d.batchCommands(), d.appendBytes(), d.inflightAppendBytes(),
        d.inflightAppendMessages(), d.inboxBytes(), d.uncommittedBytes(), d.applyBytes(), d.connectionInflightBytes(),
        d.connectionOutboundBytes(), d.nodeInflightBytes(), nodeOutboundBytes, d.peerQueueBytes(), d.snapshotRate(), d.catchUpRate(), d.rangeChunkBytes(), d.connectionWatches(),
        d.nodeWatches(), d.watchBytes(), d.connectionsMax(),
        d.logQueueBytes(), d.loggingQueueBytes(), d.txnOperations(), d.txnKeys(), d.adminRequestBytes());
  }

  @Test
  void aCancelledRangeGivesItsRoomBackAndReadsNoMore() {
    for (int i = 0; i < 8; i++) {
      node.answer(put("a" + i, "v".repeat(1 << 20)));
    }
    node.transport.opened().getFirst().stall(true);
    var got = new Got();
    long id = cancelable(got);
    node.loops.run();
    assertThat(node.service.inflightBytes()).isPositive();
    node.client.now(() -> node.link.cancel(id));
    node.loops.run();

    assertThat(node.service.inflightBytes()).isZero();
    assertThat(node.scan.waiting()).isZero();
  }

  private long cancelable(Got got) {
    long[] id = new long[1];
    node.client.now(() -> id[0] = node.link.call(FrameKind.REQUEST, range(all()).build(), 3_600_000 * MILLI, got));
    return id[0];
  }

  @Test
  void aConnectionThatBreaksGivesBackAllItHeld() {
    node.answer(put("a", "v"));
    node.oracle.hold();
    node.ask(range(all()));
    node.loops.run();
    assertThat(node.service.inflightBytes()).isPositive();
    node.link.close();
    node.loops.run();
    node.oracle.release();
    node.loops.run();

    assertThat(node.service.inflightBytes()).isZero();
  }

  @Test
  void everyRequestEndsByItsDeadlineWhenTheOracleIsAway() {
    node.oracle.hold();
    Got write = node.ask(put("a", "v").setRemainingMillis(200));
    Got range = node.ask(range(all()).setRemainingMillis(200));
    node.loops.advance(300 * MILLI);

    assertThat(error(write.last).getCode()).isEqualTo(ErrorCode.DEADLINE);
    assertThat(error(write.last).getKind()).isEqualTo(ErrorKind.REFUSED);
    assertThat(error(range.last).getCode()).isEqualTo(ErrorCode.DEADLINE);
    assertThat(node.service.inflightBytes()).isZero();
    node.oracle.release();
    node.loops.run();
    assertThat(node.broken).isEmpty();
  }

  @Test
  void badInputGetsWhatIsWrongAndTheNodeGoesOn() {
    expect(request().setGet(GetRequest.newBuilder()), ErrorCode.KEY_EMPTY, "1 to 4096 bytes");
    expect(get("k".repeat(4_097)), ErrorCode.KEY_TOO_LARGE, "4097 bytes");
    expect(range(RangeRequest.newBuilder().setStart(utf8("b")).setEnd(utf8("a"))), ErrorCode.RANGE_INVERTED, "ends before it starts");
    expect(range(all().setEnd(utf8("a"))), ErrorCode.BAD_REQUEST, "one of the two");
    expect(range(all().setLimit(-1)), ErrorCode.BAD_REQUEST, "18446744073709551615");
    expect(range(all().setRevision(-5)), ErrorCode.BAD_REQUEST, "not negative");
    expect(get("k").setSeen(-5), ErrorCode.BAD_REQUEST, "not negative");
    expect(get("k").setSeen(1_000_000), ErrorCode.FUTURE_REVISION, "1000000");
    expect(range(all().setRevision(1_000_000)), ErrorCode.FUTURE_REVISION, "1000000");
    expect(get("k").setKeyspace(7), ErrorCode.KEYSPACE, "keyspace 7");
    expect(get("k").setRemainingMillis(0), ErrorCode.DEADLINE, "remaining_millis");
    expect(request(), ErrorCode.BAD_REQUEST, "does not know");
    expect(request().setCommand(utf8("rubbish")), ErrorCode.BAD_REQUEST, "cannot be read");
    command(Commands.put(0, 1, "k", "v").setClientHigh(0), ErrorCode.BAD_REQUEST, "128 random bits");
    command(Commands.put(1, 0, "k", "v"), ErrorCode.BAD_REQUEST, "sequences begin at 1");
    command(Commands.put(1, 3, "k", "v").setLowestOpen(4), ErrorCode.BAD_REQUEST, "lowest open");
    command(Commands.put(1, 3, "k", "v").setSeen(-1), ErrorCode.BAD_REQUEST, "not negative");
    command(Commands.put(1, 3, "k", "v").setSeen(1_000_000), ErrorCode.FUTURE_REVISION, "never handed out");
    command(Commands.put(1, 3, "k", "v".repeat((1 << 20) + 1)), ErrorCode.VALUE_TOO_LARGE, "limits.value-bytes");
    command(Commands.put(1, 3, "k", "v").setKeyspace(0), ErrorCode.KEYSPACE, "keyspace 0");
    command(deleteRange("a", "z"), ErrorCode.RANGE_CROSSES_SHARDS, "'m'");

    assertThat(node.answer(put("k", "v")).hasWrite()).isTrue();
    assertThat(node.broken).isEmpty();
    assertThat(node.service.inflightBytes()).isZero();
  }

  private static ByteString utf8(String text) {
    return ByteString.copyFromUtf8(text);
  }

  private static Command.Builder deleteRange(String start, String end) {
    return Commands.put(1, 3, "k", "v").setDeleteRange(DeleteRange.newBuilder().setStart(utf8(start)).setEnd(utf8(end)));
  }

  private void command(Command.Builder command, ErrorCode code, String part) {
    expect(request().setCommand(command.build().toByteString()), code, part);
  }

  private void expect(Request.Builder request, ErrorCode code, String part) {
    Error error = error(node.answer(request));
    assertThat(error.getCode()).as(error.getMessage()).isEqualTo(code);
    assertThat(error.getKind()).isEqualTo(ErrorKind.REFUSED);
    assertThat(error.getMessage()).contains(part);
  }

  @Test
  void theBorderIsNamedSoThatTheClientCanCutThere() {
    Error error = error(node.answer(request().setCommand(deleteRange("a", "z").build().toByteString())));

    assertThat(error.getBorder().toStringUtf8()).isEqualTo("m");
    assertThat(node.answer(request().setCommand(deleteRange("a", "m").build().toByteString())).hasWrite()).isTrue();
  }

  @Test
  void anotherPictureOfTheShardsIsToldSo() {
    Error error = error(node.answer(put("k", "v").setShard(2).setShardEpoch(1)));

    assertThat(error.getCode()).isEqualTo(ErrorCode.WRONG_SHARD);
    assertThat(node.answer(put("k", "v").setShard(1).setShardEpoch(1)).hasWrite()).isTrue();
  }

  @Test
  void theShardMapIsWholeAlsoBeforeAllReplicasAreOpen() {
    Response answer = node.answer(request().setShardMap(ShardMapRequest.getDefaultInstance()));
    assertThat(answer.getShardMap().getShardsList()).hasSize(3).allSatisfy(shard -> assertThat(shard.getLeader()).isEqualTo("n1"));

    var starting = new ClientFixture(Limits.defaults(), 1);
    assertThat(starting.answer(request().setShardMap(ShardMapRequest.getDefaultInstance())).getShardMap().getShardsList()).hasSize(3)
        .anySatisfy(shard -> assertThat(shard.getLeader()).isEmpty());
  }

  @Test
  void anIdThatIsInUseByARangeIsRefusedAndTheRangeGoesOn() {
    var client = node.new RawClient();
    node.oracle.hold();
    client.send(FrameKind.REQUEST, 5, range(all()));
    client.send(FrameKind.REQUEST, 5, range(all()));
    node.loops.run();
    assertThat(client.heard).containsExactly("WELCOME", "5 BAD_REQUEST");
    node.oracle.release();
    node.loops.run();

    assertThat(client.heard).containsExactly("WELCOME", "5 BAD_REQUEST", "5 ERROR_CODE_UNSPECIFIED");
    assertThat(node.service.inflightBytes()).isZero();
  }

  @Test
  void aFrameThatIsNotForThisPortEndsItsConnectionAlone() {
    var client = node.new RawClient();
    client.send(FrameKind.RAFT, 5, range(all()));
    node.loops.run();

    assertThat(client.heard).contains("GOAWAY", "closed");
    assertThat(node.answer(put("k", "v")).hasWrite()).isTrue();
  }

  @Test
  void whatIsInFlightIsBoundedForTheConnection() {
    node.oracle.hold();
    var writes = new ArrayList<Got>();
    for (int i = 0; i < 20; i++) {
      writes.add(node.ask(put("k", "v".repeat(1 << 20))));
    }
    node.loops.run();
    Error error = error(writes.getLast().last);

    assertThat(error.getCode()).isEqualTo(ErrorCode.OVERLOADED);
    assertThat(error.getRetryAfterMillis()).isPositive();
    assertThat(error.getMessage()).contains("this connection has");
    assertThat(node.service.inflightBytes()).isLessThanOrEqualTo(Limits.defaults().connectionInflightBytes());
    node.oracle.release();
    node.loops.run();
    assertThat(writes.getFirst().last.hasWrite()).isTrue();
    assertThat(node.service.inflightBytes()).isZero();
  }

  @Test
  void whileStoppingNewRequestsAreRefusedAndOldOnesAnswered() {
    node.oracle.hold();
    Got old = node.ask(put("k", "v"));
    node.loops.run();
    node.service.stop();
    Got late = node.ask(get("k"));
    node.loops.run();
    node.oracle.release();
    node.loops.run();

    assertThat(old.last.hasWrite()).isTrue();
    assertThat(late.last.getError().getCode()).isEqualTo(ErrorCode.SHUTTING_DOWN);
  }
}
