package io.cairn.server.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.cairn.protocol.wire.ChildrenRequest;
import io.cairn.protocol.wire.Consistency;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.GetRequest;
import io.cairn.protocol.wire.HashRequest;
import io.cairn.protocol.wire.RangeRequest;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import io.cairn.server.frontend.ClientFixture.Got;
import io.cairn.server.testing.Commands;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Ranges with limits, directions and tokens, children, hashes, and how fresh a read is, over two shards that meet at "m". */
class ReadsTest {
  private static final long MILLI = ClientFixture.MILLI;

  private final ClientFixture node = new ClientFixture();
  private long sequence;

  private static ByteString utf8(String text) {
    return ByteString.copyFromUtf8(text);
  }

  private static Request.Builder request() {
    return Request.newBuilder().setRemainingMillis(5_000);
  }

  private void put(String... keys) {
    for (String key : keys) {
      node.answer(request().setCommand(Commands.put(1, ++sequence, key, "v" + sequence).build().toByteString()));
    }
  }

  private static RangeRequest.Builder all() {
    return RangeRequest.newBuilder().setEndOpen(true);
  }

  private Got run(Request.Builder request) {
    Got got = node.ask(request);
    node.loops.run();
    return got;
  }

  private Got range(RangeRequest.Builder range) {
    return run(request().setRange(range));
  }

  private static List<String> children(Got got) {
    var names = new ArrayList<String>();
    var answers = new ArrayList<>(got.parts);
    answers.add(got.last);
    answers.forEach(answer -> answer.getChildren().getChildrenList()
        .forEach(child -> names.add(child.getName().toStringUtf8() + (child.getBelow() ? " below" : ""))));
    return names;
  }

  private static void assertBadRequest(Response response, String... words) {
    assertThat(response.getError().getCode()).as("%s", response).isEqualTo(ErrorCode.BAD_REQUEST);
    assertThat(response.getError().getMessage()).contains(words);
  }

  @Test
  void aBackwardRangeGoesFromTheLastShardToTheFirst() {
    put("a", "b", "p", "q");
    assertThat(range(all().setReverse(true)).keys()).containsExactly("q", "p", "b", "a");
    Got limited = range(all().setReverse(true).setLimit(2));
    assertThat(limited.keys()).containsExactly("q", "p");
    assertThat(limited.last.getRange().getMore()).as("in the other shard").isTrue();
    assertThat(range(all().setReverse(true).setCountOnly(true)).last.getRange().getCount()).isEqualTo(4);
  }

  @Test
  void aLimitInBytesHoldsAcrossShardsAndOneKeyComesInAnyCase() {
    put("a", "b", "p", "q");
    // A key with its keyspace and a value of two bytes: four each.
    assertThat(range(all().setBytesLimit(12)).keys()).containsExactly("a", "b", "p");
    assertThat(range(all().setBytesLimit(11)).keys()).containsExactly("a", "b");
    assertThat(range(all().setBytesLimit(11)).last.getRange().getMore()).isTrue();
    assertThat(range(all().setBytesLimit(1)).keys()).containsExactly("a");
    Got whole = range(all().setBytesLimit(16));
    assertThat(whole.keys()).hasSize(4);
    assertThat(whole.last.getRange().getMore()).isFalse();
    assertThat(whole.last.getRange().getResume()).isEmpty();
  }

  @Test
  void aTokenGoesOnWhereTheAnswerEndedAtItsRevisionWhateverWasWrittenSince() {
    put("a", "b", "c", "p", "q");
    for (boolean reverse : new boolean[] {false, true}) {
      var seen = new ArrayList<String>();
      ByteString token = ByteString.EMPTY;
      long revision = 0;
      do {
        Got page = range(all().setReverse(reverse).setLimit(2).setResume(token));
        seen.addAll(page.keys());
        assertThat(page.last.getRange().getRevision()).isEqualTo(revision == 0 ? page.last.getRange().getRevision() : revision);
        revision = page.last.getRange().getRevision();
        token = page.last.getRange().getResume();
        put("aa" + reverse, "pp" + reverse);
      } while (!token.isEmpty());
      assertThat(seen).filteredOn(key -> key.length() == 1).containsExactlyElementsOf(
          reverse ? List.of("q", "p", "c", "b", "a") : List.of("a", "b", "c", "p", "q"));
      assertThat(seen).as("written since").doesNotContain("aa" + reverse, "pp" + reverse);
    }
  }

  @Test
  void aTokenThatDoesNotBelongToTheRequestIsRefusedWithTheReason() {
    put("a", "b", "c");
    ByteString token = range(all().setLimit(1)).last.getRange().getResume();
    assertBadRequest(range(all().setResume(token.substring(1))).last, "cut or made up");
    assertBadRequest(range(all().setResume(utf8("made up"))).last, "cut or made up");
    assertBadRequest(range(all().setReverse(true).setResume(token)).last, "goes forward");
    assertBadRequest(range(all().setRevision(2).setResume(token)).last, "leave the revision out");
    assertBadRequest(range(all().setStart(utf8("x")).setResume(token)).last, "outside the range");
    assertBadRequest(run(request().setChildren(ChildrenRequest.newBuilder().setDelimiter(utf8("/")).setResume(token))).last, "a range");
    ByteString future = new ResumeToken(false, false, 1L << 40, new byte[] {1, 'b'}).encode();
    assertThat(range(all().setResume(future)).last.getError().getCode()).isEqualTo(ErrorCode.FUTURE_REVISION);
  }

  @Test
  void childrenAreOneLevelOverAllShardsAtOneRevision() {
    put("a", "a/1", "a/2/x", "b/1", "n/1", "z");
    Got root = run(request().setChildren(ChildrenRequest.newBuilder().setDelimiter(utf8("/"))));
    assertThat(children(root)).containsExactly("a", "a/ below", "b/ below", "n/ below", "z");
    Got below = run(request().setChildren(ChildrenRequest.newBuilder().setPrefix(utf8("a/")).setDelimiter(utf8("/"))));
    assertThat(children(below)).containsExactly("a/1", "a/2/ below");
    Got past = run(request().setChildren(ChildrenRequest.newBuilder().setDelimiter(utf8("/")).setRevision(3)));
    assertThat(children(past)).containsExactly("a", "a/ below");

    var paged = new ArrayList<String>();
    ByteString token = ByteString.EMPTY;
    do {
      Got page = run(request().setChildren(ChildrenRequest.newBuilder().setDelimiter(utf8("/")).setLimit(2).setResume(token)));
      paged.addAll(children(page));
      token = page.last.getChildren().getResume();
      put("c/later");
    } while (!token.isEmpty());
    assertThat(paged).containsExactly("a", "a/ below", "b/ below", "n/ below", "z");
    assertBadRequest(run(request().setChildren(ChildrenRequest.newBuilder())).last, "delimiter has 0 bytes");
  }

  @Test
  void aSerializableReadAsksNobodyAndMayAnswerBelowWhatWasSeen() {
    put("a", "p");
    node.oracle.hold();
    int asked = node.oracle.requests().size();
    Response get = node.answer(request().setSeen(1L << 40).setConsistency(Consistency.SERIALIZABLE)
        .setGet(GetRequest.newBuilder().setKey(utf8("a"))));
    assertThat(get.getGet().getFound().getValue().toStringUtf8()).isEqualTo("v1");
    assertThat(get.getRevision()).isEqualTo(2);
    assertThat(get.getStaleness().getLeaderHeardMillisAgo()).isLessThan(1_000);

    Got range = run(request().setSeen(1L << 40).setConsistency(Consistency.SERIALIZABLE).setRange(all()));
    assertThat(range.keys()).containsExactly("a", "p");
    assertThat(range.last.getRange().getRevision()).as("the newest that any shard shows").isEqualTo(3);
    assertThat(range.last.getRevision()).as("up to here nothing is missing in any").isEqualTo(2);
    assertThat(range.last.hasStaleness()).isTrue();
    assertThat(node.oracle.requests()).hasSize(asked);
    assertThat(node.answer(request().setGet(GetRequest.newBuilder().setKey(utf8("a")))).hasStaleness()).isFalse();
  }

  @Test
  void anAtLeastReadIsServedFromWhatIsHereAndOneOfTheFutureIsRefused() {
    put("a", "p");
    for (Request.Builder read : List.of(request().setGet(GetRequest.newBuilder().setKey(utf8("a"))), request().setRange(all()))) {
      Response enough = node.answer(read.clone().setConsistency(Consistency.AT_LEAST).setAtLeast(2));
      assertThat(enough.getRevision()).isGreaterThanOrEqualTo(2);
      Response other = node.answer(read.clone().setConsistency(Consistency.AT_LEAST).setAtLeast(3));
      assertThat(other.getRevision()).as("also in the shard that was not written to").isGreaterThanOrEqualTo(3);
      assertThat(node.answer(read.clone().setConsistency(Consistency.AT_LEAST).setAtLeast(1L << 40)).getError().getCode())
          .isEqualTo(ErrorCode.FUTURE_REVISION);
      assertThat(node.answer(read.clone().setConsistency(Consistency.AT_LEAST).setAtLeast(2).setSeen(1L << 40)).getError().getCode())
          .as("not below what was seen").isEqualTo(ErrorCode.FUTURE_REVISION);
      assertBadRequest(node.answer(read.clone().setConsistency(Consistency.AT_LEAST)), "at_least is 0");
      assertBadRequest(node.answer(read.clone().setAtLeast(2)), "not of consistency AT_LEAST");
      assertBadRequest(node.answer(read.clone().setConsistencyValue(9)), "does not know");
    }
  }

  @Test
  void aHashAtARevisionStaysTheSameWhateverComesLater() {
    put("a", "b", "p");
    Request.Builder hash = request().setHash(HashRequest.newBuilder().setShard(1).setRevision(4));
    Response first = node.answer(hash);
    assertThat(first.getHash().getKeys()).isEqualTo(2);
    assertThat(first.getRevision()).isEqualTo(4);
    put("a", "c");
    assertThat(node.answer(hash).getHash().getHash()).isEqualTo(first.getHash().getHash()).isNotZero();
    assertThat(node.answer(request().setHash(HashRequest.newBuilder().setShard(1).setRevision(5))).getHash().getHash())
        .isNotEqualTo(first.getHash().getHash());
    assertThat(node.answer(request().setHash(HashRequest.newBuilder().setShard(1).setRevision(1L << 40))).getError().getCode())
        .isEqualTo(ErrorCode.FUTURE_REVISION);
    assertBadRequest(node.answer(request().setHash(HashRequest.newBuilder().setShard(1))), "made at a revision");
    assertBadRequest(node.answer(request().setHash(HashRequest.newBuilder().setShard(9).setRevision(2))), "no replica of shard 9");
  }

  @Test
  void aLongHashIsMadeInSlicesSaysThatItGoesOnAndEndsByItsDeadline() {
    for (int i = 0; i < 40; i++) {
      node.answer(request().setCommand(Commands.put(1, ++sequence, "k" + i, "v".repeat(100_000)).build().toByteString()));
    }
    Request.Builder hash = request().setHash(HashRequest.newBuilder().setShard(1).setRevision(41));
    Got whole = run(hash);
    assertThat(whole.last.getHash().getKeys()).isEqualTo(40);
    assertThat(whole.parts).hasSizeGreaterThan(5).allSatisfy(part -> assertThat(part.getHash().getHash()).isZero());
    node.oracle.hold();
    Got late = node.ask(request().setRemainingMillis(100).setHash(HashRequest.newBuilder().setShard(1).setRevision(1L << 40)));
    node.loops.advance(200 * MILLI);
    assertThat(late.last.getError().getCode()).isIn(ErrorCode.DEADLINE, ErrorCode.NO_QUORUM);
    assertThat(node.service.inflightBytes()).isZero();
  }
}
