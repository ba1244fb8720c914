package io.cairn.raft.progress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.raft.InvariantBroken;
import io.cairn.raft.progress.Progress.Probing;
import io.cairn.raft.progress.Progress.Replicating;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a leader believes of one follower can be wrong about the follower, never in itself. */
class ProgressTest {

  private static void broken(String message, ThrowingCallable step) {
    assertThatThrownBy(step).isInstanceOf(InvariantBroken.class).hasMessageContaining(message);
  }

  @Test
  void whatIsSentLiesBehindWhatIsHeld() {
    broken("probing: match 4 < next 4", () -> new Probing(4, 4));
    broken("probing: match -1 < next 4", () -> new Probing(-1, 4));
    var replicating = new Replicating(4, new Inflights(2, 100), 0);
    broken("sent up to 4, next is 5", () -> replicating.sent(4, 1, 0));
  }

  @Test
  void theWindowIsNeverOverfilledNorFilledBackwards() {
    var window = new Inflights(2, 100);
    window.add(5, 1);
    broken("a message up to 5 follows one up to 5", () -> window.add(5, 1));
    window.add(6, 1);
    broken("2 messages under way, of at most 2", () -> window.add(7, 1));
  }

  @Test
  void aRefusalOfAnEarlierProbeMovesNothing() {
    var probing = new Probing(2, 10);
    probing.probed(0);
    probing.refused(7, 3);
    assertThat(probing.next()).isEqualTo(10);
    assertThat(probing.mayProbe()).isFalse();
    probing.refused(9, 1);
    assertThat(probing.next()).as("never to what is held").isEqualTo(3);
    assertThat(probing.mayProbe()).isTrue();
  }

  @Test
  @DisplayName("MB-07 who needed long for the last round, or needs long for this one, has not caught up")
  void catchingUpIsMeasuredByRounds() {
    var catchUp = new CatchUp(100, 0);
    assertThat(catchUp.isDone(50, 100, 10, 5)).as("no round is over").isFalse();
    catchUp.matched(100, 200, 30);
    assertThat(catchUp.isDone(100, 200, 10, 31)).as("the first round took 30").isFalse();
    catchUp.matched(200, 205, 36);
    assertThat(catchUp.isDone(200, 205, 10, 40)).as("the second took 6").isTrue();
    assertThat(catchUp.isDone(200, 205, 10, 47)).as("the third takes more than 10").isFalse();
    assertThat(catchUp.isDone(205, 205, 10, 47)).as("it holds everything").isTrue();
  }
}
