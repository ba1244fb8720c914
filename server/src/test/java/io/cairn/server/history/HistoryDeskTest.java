package io.cairn.server.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.protocol.wire.ErrorCode;
import io.cairn.server.oracle.Revisions;
import io.cairn.server.outcome.Outcome;
import io.cairn.server.testing.VirtualLoops;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Where shard 0 is led: what is taken, what is refused, and that everything is answered by its deadline. */
class HistoryDeskTest {
  private static final long SECOND = 1_000_000_000L;

  private final VirtualLoops loops = new VirtualLoops();
  private final VirtualLoops.VirtualLoop loop = loops.loop("node");
  private long lastHandedOut = 100;
  private boolean oracleAnswers = true;
  private boolean canPropose = true;
  private final Revisions revisions = new Revisions(loop, (counts, timeout, answer) -> {
    if (oracleAnswers) {
      answer.handed(counts.stream().map(count -> lastHandedOut).toList(), lastHandedOut);
    }
  });
  private final List<HistoryCommand> proposed = new ArrayList<>();
  private final List<Outcome<HistoryTable>> outcomes = new ArrayList<>();
  private final HistoryDesk desk = new HistoryDesk(loops, loop, revisions, command -> canPropose && proposed.add(command));

  private void compact(long revision) {
    desk.request(new HistoryCommand.Compact(revision), loops.nanoTime() + SECOND, outcomes::add);
    loops.advance(0);
  }

  private ErrorCode refusal() {
    return ((Outcome.Refused<HistoryTable>) outcomes.getFirst()).refusal().code();
  }

  @Test
  void itIsAnsweredOnceTheTableHasIt() {
    desk.lead(HistoryTable.NONE);
    compact(90);
    assertThat(proposed).containsExactly(new HistoryCommand.Compact(90));
    assertThat(outcomes).isEmpty();
    desk.applied(new HistoryTable(80, List.of()));
    assertThat(outcomes).isEmpty();
    desk.applied(new HistoryTable(95, List.of()));
    assertThat(outcomes).containsExactly(Outcome.done(new HistoryTable(95, List.of())));
  }

  @Test
  void whatWasDoneIsDone() {
    desk.lead(new HistoryTable(95, List.of()));
    compact(95);
    assertThat(outcomes).containsExactly(Outcome.done(new HistoryTable(95, List.of())));
    assertThat(proposed).isEmpty();
  }

  @Test
  void aRevisionThatWasNeverHandedOutIsRefused() {
    desk.lead(HistoryTable.NONE);
    compact(101);
    assertThat(refusal()).isEqualTo(ErrorCode.FUTURE_REVISION);
    assertThat(proposed).isEmpty();
  }

  @Test
  void whileNoOracleAnswersItEndsAtTheDeadline() {
    oracleAnswers = false;
    desk.lead(HistoryTable.NONE);
    compact(90);
    loops.advance(2 * SECOND);
    assertThat(outcomes).hasSize(1);
    assertThat(refusal()).isEqualTo(ErrorCode.DEADLINE);
  }

  @Test
  void whatIsProposedAndNotCommittedByTheDeadlineIsUnknown() {
    desk.lead(HistoryTable.NONE);
    compact(90);
    loops.advance(2 * SECOND);
    desk.tick();
    assertThat(outcomes).hasSize(1).first().isInstanceOf(Outcome.Unknown.class);
  }

  @Test
  void withTheLeadershipGoesWhatWaits() {
    desk.lead(HistoryTable.NONE);
    compact(90);
    desk.follow();
    assertThat(outcomes).hasSize(1).first().isInstanceOf(Outcome.Unknown.class);
    outcomes.clear();
    compact(90);
    assertThat(refusal()).isEqualTo(ErrorCode.NOT_LEADER);
  }

  @Test
  void whatCannotBeProposedHadNoEffect() {
    canPropose = false;
    desk.lead(HistoryTable.NONE);
    compact(90);
    assertThat(refusal()).isEqualTo(ErrorCode.NO_QUORUM);
  }
}
