package io.cairn.server.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryKind;
import io.cairn.server.apply.EntryEffect;
import io.cairn.server.testing.Outcomes;
import io.cairn.storage.mvcc.WriteResult;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PendingWritesTest {
  private final List<WriteRequest> askedAgain = new ArrayList<>();
  private final PendingWrites pending = new PendingWrites((write, refusal) -> askedAgain.add(write));

  private static WriteRequest write(Outcomes<WriteResult.Done> outcome, long deadline) {
    return new WriteRequest(ByteString.EMPTY, 0, deadline, outcome);
  }

  @SafeVarargs
  private void propose(long term, long index, long first, Outcomes<WriteResult.Done>... outcomes) {
    var writes = new ArrayList<WriteRequest>();
    for (Outcomes<WriteResult.Done> outcome : outcomes) {
      writes.add(write(outcome, 100));
    }
    pending.add(new PendingWrites.Proposed(term, index, first, writes));
  }

  private static Entry entry(long term, long index) {
    return new Entry(term, index, EntryKind.COMMAND, new byte[0]);
  }

  private static EntryEffect written(WriteResult... results) {
    return new EntryEffect.Written(List.of(results), List.of());
  }

  private static WriteResult done(long revision) {
    return new WriteResult.Done(revision, 1, null, false);
  }

  @Test
  void eachWriteGetsItsOwnResult() {
    var first = new Outcomes<WriteResult.Done>();
    var second = new Outcomes<WriteResult.Done>();
    propose(1, 5, 10, first, second);

    pending.applied(entry(1, 4), EntryEffect.NOTHING);
    assertThat(first.open()).isTrue();
    pending.applied(entry(1, 5), written(done(10), new WriteResult.Refused(WriteResult.Reason.SEQUENCE_CLOSED, "closed")));

    assertThat(first.value().revision()).isEqualTo(10);
    assertThat(second.refusal().code()).isEqualTo(ErrorCode.SEQUENCE_CLOSED);
    assertThat(pending.size()).isZero();
  }

  @Test
  void anotherLeadersEntryInItsPlaceMakesItUnknown() {
    var outcome = new Outcomes<WriteResult.Done>();
    propose(1, 5, 10, outcome);

    pending.applied(entry(2, 5), written(done(10)));

    assertThat(outcome.isUnknown()).isTrue();
  }

  @Test
  void leadershipLostMakesEverythingInTheLogUnknown() {
    var one = new Outcomes<WriteResult.Done>();
    var two = new Outcomes<WriteResult.Done>();
    propose(1, 5, 10, one);
    propose(1, 6, 11, two);

    pending.failAll("leadership was lost");

    assertThat(one.isUnknown()).isTrue();
    assertThat(two.isUnknown()).isTrue();
    pending.applied(entry(1, 5), written(done(10))); // Its own entries, committed after all: nobody waits.
  }

  @Test
  void aWriteInTheLogIsUnknownAtItsDeadlineAndTheOthersKeepTheirPlaces() {
    var late = new Outcomes<WriteResult.Done>();
    var waits = new Outcomes<WriteResult.Done>();
    pending.add(new PendingWrites.Proposed(1, 5, 10, new ArrayList<>(List.of(write(late, 50), write(waits, 100)))));

    pending.expire(49);
    assertThat(late.open()).isTrue();
    pending.expire(50);
    assertThat(late.isUnknown()).isTrue();
    pending.applied(entry(1, 5), written(done(10), done(11)));

    assertThat(waits.value().revision()).isEqualTo(11);
  }

  @Test
  void theHorizonIsAnsweredWithANewRevision() {
    var outcome = new Outcomes<WriteResult.Done>();
    propose(1, 5, 10, outcome);

    pending.applied(entry(1, 5), written(new WriteResult.Refused(WriteResult.Reason.HORIZON, "older than remembered")));

    assertThat(outcome.open()).isTrue();
    assertThat(askedAgain).hasSize(1);
  }

  @Test
  void revisionsNeverGoBackInTheLog() {
    propose(1, 5, 10, new Outcomes<>(), new Outcomes<>());

    assertThatThrownBy(() -> propose(1, 6, 11, new Outcomes<>())).hasMessageContaining("go back");
  }

  @Test
  void itKnowsWhatTheLogMayHoldAtEachIndex() {
    propose(1, 5, 10, new Outcomes<>(), new Outcomes<>()); // 10 and 11
    propose(1, 7, 20, new Outcomes<>());

    assertThat(pending.revisionUpTo(4)).isZero();
    assertThat(pending.revisionUpTo(5)).isEqualTo(11);
    assertThat(pending.revisionUpTo(9)).isEqualTo(20);
    assertThat(pending.lastIndexAtOrBelow(9)).isZero();
    assertThat(pending.lastIndexAtOrBelow(10)).isEqualTo(5);
    assertThat(pending.lastIndexAtOrBelow(19)).isEqualTo(5);
    assertThat(pending.lastIndexAtOrBelow(20)).isEqualTo(7);
  }
}
