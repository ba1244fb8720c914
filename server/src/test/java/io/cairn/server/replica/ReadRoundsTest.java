package io.cairn.server.replica;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.protocol.wire.ErrorCode;
import io.cairn.raft.read.ReadAnswer;
import io.cairn.server.outcome.Refusal;
import io.cairn.server.testing.Outcomes;
import io.cairn.server.testing.VirtualLoops;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ReadRoundsTest {
  private static final long SECOND = 1_000_000_000L;

  private record Asked(long read, long context) {}

  private final VirtualLoops time = new VirtualLoops();
  private final List<Asked> asked = new ArrayList<>();
  private final ReadRounds rounds = new ReadRounds(time, 100, SECOND, (read, context) -> asked.add(new Asked(read, context)));

  private Outcomes<Long> add(long context, long deadlineIn) {
    var outcome = new Outcomes<Long>();
    rounds.add(new ReadRequest(context, time.nanoTime() + deadlineIn, outcome));
    return outcome;
  }

  private static ReadAnswer ok(long read, long index, long revision) {
    return new ReadAnswer(read, index, revision, true);
  }

  @Test
  void whatArrivesTogetherIsOneRoundWithTheHighestContext() {
    Outcomes<Long> low = add(3, SECOND);
    Outcomes<Long> high = add(9, SECOND);
    rounds.start();
    assertThat(asked).containsExactly(new Asked(100, 9));

    rounds.answered(ok(100, 5, 12), 5);

    assertThat(low.value()).isEqualTo(12);
    assertThat(high.value()).isEqualTo(12);
    assertThat(rounds.queuedBytes()).isZero();
  }

  @Test
  void aReadWaitsUntilTheIndexIsAppliedHere() {
    Outcomes<Long> read = add(0, SECOND);
    rounds.start();
    rounds.answered(ok(100, 7, 12), 5);
    rounds.applied(6);
    assertThat(read.open()).isTrue();

    rounds.applied(7);

    assertThat(read.value()).isEqualTo(12);
  }

  @Test
  void twoRoundsAreUnderWayAndTheRestGathers() {
    for (int i = 0; i < 5; i++) {
      add(i, SECOND);
      rounds.start();
    }

    assertThat(asked).hasSize(2);
    rounds.answered(ok(100, 1, 9), 1);
    rounds.start();
    assertThat(asked).last().isEqualTo(new Asked(102, 4));
  }

  @Test
  @DisplayName("RD-04 a read that is asked for again has a new id, and the answer to the old one finds nobody")
  void idsAreNeverUsedAgain() {
    Outcomes<Long> read = add(0, 5 * SECOND);
    rounds.start();
    time.pause(SECOND);
    rounds.tick();
    assertThat(asked).extracting(Asked::read).containsExactly(100L, 101L);

    rounds.answered(ok(100, 1, 3), 1);
    assertThat(read.open()).isTrue();
    rounds.answered(new ReadAnswer(101, 0, 0, false), 1);
    rounds.start();
    assertThat(asked).extracting(Asked::read).containsExactly(100L, 101L, 102L);
    assertThat(rounds.freshId()).isEqualTo(103);
    rounds.answered(ok(102, 1, 9), 1);

    assertThat(read.value()).isEqualTo(9);
  }

  @Test
  void anotherLeaderIsAskedAnew() {
    Outcomes<Long> read = add(2, SECOND);
    rounds.start();
    rounds.askAgain();
    rounds.start();
    rounds.answered(ok(100, 1, 3), 1);
    assertThat(read.open()).isTrue();

    rounds.answered(ok(101, 1, 8), 1);

    assertThat(read.value()).isEqualTo(8);
  }

  @Test
  void withoutALeaderAReadEndsByItsDeadlineWherever() {
    Outcomes<Long> underWay = add(0, SECOND / 10);
    rounds.start();
    add(0, SECOND);
    rounds.start();
    Outcomes<Long> gathered = add(0, SECOND / 5);
    rounds.start();

    time.pause(SECOND / 10);
    rounds.tick();
    assertThat(underWay.refusal().code()).isEqualTo(ErrorCode.NO_QUORUM);
    assertThat(gathered.open()).isTrue();
    time.pause(SECOND / 10);
    rounds.tick();

    assertThat(gathered.refusal().code()).isEqualTo(ErrorCode.NO_QUORUM);
  }

  @Test
  void aReplicaThatIsBehindAnswersByTheDeadlineOfEachRead() {
    Outcomes<Long> shortOne = add(0, SECOND / 10);
    Outcomes<Long> longOne = add(0, SECOND);
    rounds.start();
    rounds.answered(ok(100, 7, 12), 5);

    time.pause(SECOND / 10);
    rounds.tick();
    assertThat(shortOne.refusal().code()).isEqualTo(ErrorCode.DEADLINE);
    rounds.applied(7);

    assertThat(longOne.value()).isEqualTo(12);
    assertThat(rounds.queuedBytes()).isZero();
  }

  @Test
  void aRevisionOfTheFutureIsRefusedAndTheOthersOfItsRoundAreServed() {
    Outcomes<Long> honest = add(10, SECOND);
    Outcomes<Long> madeUp = add(1_000_000, SECOND);
    rounds.start();

    rounds.answered(ok(100, 1, 12), 1);

    assertThat(honest.value()).isEqualTo(12);
    assertThat(madeUp.refusal().code()).isEqualTo(ErrorCode.FUTURE_REVISION);
  }

  @Test
  void atTheEndNobodyIsForgotten() {
    Outcomes<Long> confirmed = add(0, SECOND);
    rounds.start();
    rounds.answered(ok(100, 7, 12), 5);
    Outcomes<Long> underWay = add(0, SECOND);
    rounds.start();
    Outcomes<Long> arrived = add(0, SECOND);
    assertThat(rounds.queuedBytes()).isEqualTo(3L * ReadRequest.BYTES);

    rounds.refuseAll(Refusal.of(ErrorCode.SHUTTING_DOWN, "ends"));

    assertThat(List.of(confirmed, underWay, arrived)).allSatisfy(
        read -> assertThat(read.refusal().code()).isEqualTo(ErrorCode.SHUTTING_DOWN));
    assertThat(rounds.queuedBytes()).isZero();
  }
}
