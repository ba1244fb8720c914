package io.cairn.server.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.server.testing.CountingOracle;
import io.cairn.server.testing.VirtualLoops;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RevisionsTest {
  private static final long MILLI = 1_000_000L;

  private final VirtualLoops loops = new VirtualLoops();
  private final VirtualLoops.VirtualLoop net = loops.loop("net-0");
  private final VirtualLoops.VirtualLoop other = loops.loop("net-1");
  private final CountingOracle oracle = new CountingOracle();
  private final Revisions revisions = new Revisions(net, oracle);
  private final List<String> granted = new ArrayList<>();

  private Revisions.Take take(String name, int count) {
    var take = new Revisions.Take(count, other) {
      @Override
      protected void granted(long first, long last) {
        assertThat(other.inLoop()).isTrue();
        granted.add(name + "=" + first + ".." + last);
      }
    };
    revisions.take(take);
    loops.run();
    return take;
  }

  @Test
  void oneRequestIsOpenAtATimeAndTheNextTakesAllThatWaited() {
    oracle.hold();
    take("a", 1);
    take("b", 2);
    take("c", 3);
    assertThat(oracle.requests()).containsExactly(List.of(1));

    oracle.answerOne();
    loops.run();
    assertThat(oracle.requests()).containsExactly(List.of(1), List.of(2, 3));
    oracle.answerOne();
    loops.run();

    assertThat(granted).containsExactly("a=2..2", "b=3..7", "c=5..7");
  }

  @Test
  void atMostAThousandRangesAreAskedForAtOnce() {
    oracle.hold();
    IntStream.range(0, 2_501).forEach(i -> take("t" + i, 1));
    while (oracle.held() > 0) {
      oracle.answerOne();
      loops.run();
    }

    assertThat(oracle.requests()).extracting(List::size).containsExactly(1, 1_000, 1_000, 500);
    assertThat(granted).hasSize(2_501);
  }

  @Test
  void aFailedRequestIsSentAgainAfterAPauseInTheSameOrder() {
    oracle.hold();
    take("a", 1);
    oracle.failOne();
    take("b", 2);
    assertThat(oracle.requests()).hasSize(2); // b came; both go at once.
    oracle.failOne();
    loops.run();
    assertThat(oracle.requests()).hasSize(2);
    loops.advance(20 * MILLI);
    oracle.release();
    loops.run();

    assertThat(oracle.requests()).containsExactly(List.of(1), List.of(1, 2), List.of(1, 2));
    assertThat(granted).containsExactly("a=2..4", "b=3..4");
  }

  @Test
  void aCancelledTakeIsNotGranted() {
    oracle.hold();
    Revisions.Take first = take("a", 1);
    Revisions.Take second = take("b", 1);
    first.cancel();
    second.cancel();
    oracle.answerOne();
    loops.run();

    assertThat(granted).isEmpty();
    assertThat(oracle.requests()).as("what was cancelled while it waited is not even asked for").hasSize(1);
  }

  @Test
  void itKnowsWhatWasHandedOut() {
    assertThat(revisions.known()).isEqualTo(1);
    take("a", 5);
    assertThat(revisions.known()).isEqualTo(6);
    revisions.learn(4);
    assertThat(revisions.known()).isEqualTo(6);
    revisions.learn(9);
    assertThat(revisions.known()).isEqualTo(9);
  }

  @Test
  void anAnswerToARequestSentBeforeARevisionWasKnownMayBeBelowIt() {
    oracle.hold();
    Revisions.Take sent = take("a", 1);
    Revisions.Take waits = take("b", 1);
    revisions.learn(50);

    assertThat(sent.willExceed(50)).isFalse();
    assertThat(sent.willExceed(1)).isTrue();
    assertThat(waits.willExceed(50)).as("not sent yet: whatever it gets is above all that was handed out before").isTrue();
  }

  @Test
  void aFailedRequestMayNotComeBackWithALowRange() {
    oracle.hold();
    Revisions.Take sent = take("a", 1);
    revisions.learn(50);
    oracle.failOne();

    assertThat(sent.willExceed(50)).isTrue();
  }

  @Test
  void anotherLeaderIsAskedWithoutWaitingForThePause() {
    oracle.hold();
    take("a", 1);
    oracle.failOne();
    revisions.oracleMoved();
    loops.run();

    assertThat(oracle.requests()).hasSize(2);
  }

  @Test
  void afterCloseNothingIsAsked() {
    net.now(revisions::close);
    take("a", 1);

    assertThat(oracle.requests()).isEmpty();
  }
}
