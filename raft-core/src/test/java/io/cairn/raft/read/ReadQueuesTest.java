package io.cairn.raft.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.raft.InvariantBroken;
import io.cairn.raft.ReplicaId;
import java.util.ArrayList;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Reads on their way: each ends once, none before its round, and there are never more than are bounded. */
class ReadQueuesTest {

  private static final ReplicaId ONE = new ReplicaId(1);

  private final ReadIndexQueue queue = new ReadIndexQueue();
  private final HeartbeatRounds rounds = new HeartbeatRounds();
  private final AskedReads asked = new AskedReads();
  private final ArrayList<Object> out = new ArrayList<>();

  @Test
  void beyondTheBoundALeaderRefusesReadsUntilSomeAreConfirmed() {
    queue.termCommitted(7);
    for (int read = 0; read < ReadIndexQueue.MOST_OPEN; read++) {
      assertThat(queue.add(read, ONE, 0, 7)).isTrue();
    }
    assertThat(queue.add(-1, ONE, 0, 7)).isFalse();
    queue.ride(1);
    assertThat(queue.add(-1, ONE, 0, 7)).as("a round on its way has confirmed nothing").isFalse();
    queue.confirmed(1, out::add);
    assertThat(out).hasSize(ReadIndexQueue.MOST_OPEN);
    assertThat(queue.isIdle()).isTrue();
    assertThat(queue.add(-1, ONE, 0, 7)).isTrue();
  }

  @Test
  void beyondTheBoundAFollowerAsksNoMoreUntilSomeHaveEnded() {
    for (int read = 0; read < AskedReads.MOST_OPEN; read++) {
      assertThat(asked.add(read, read)).isTrue();
    }
    assertThat(asked.add(-1, 70_000)).isFalse();
    asked.expire(0, out::add);
    assertThat(out).containsExactly(new ReadAnswer(0, 0, 0, false));
    assertThat(asked.add(-1, 70_000)).isTrue();
  }

  @Test
  @DisplayName("RD-03 a read that has ended is not answered again, in whatever order the answers come")
  void eachAskedReadEndsOnce() {
    for (int read = 1; read <= 4; read++) {
      asked.add(read, 10 + read);
    }
    assertThat(asked.remove(2)).isTrue();
    assertThat(asked.remove(2)).isFalse();
    assertThat(asked.remove(1)).isTrue();
    asked.expire(13, out::add);
    asked.failAll(out::add);
    asked.failAll(out::add);
    assertThat(out).containsExactly(new ReadAnswer(3, 0, 0, false), new ReadAnswer(4, 0, 0, false));
    assertThat(asked.remove(4)).isFalse();
  }

  @Test
  void roundsOnlyGrow() {
    queue.termCommitted(0);
    queue.add(1, ONE, 0, 0);
    queue.ride(3);
    assertThatThrownBy(() -> queue.ride(3)).isInstanceOf(InvariantBroken.class).hasMessageContaining("round 3 leaves after 3");
    rounds.begin(50);
    assertThatThrownBy(() -> rounds.begin(49)).isInstanceOf(InvariantBroken.class).hasMessageContaining("leaves at 49");
    assertThatThrownBy(() -> rounds.confirm(2)).isInstanceOf(InvariantBroken.class).hasMessageContaining("round 2 was sent");
  }

  @Test
  @DisplayName("RD-08 a lease begins when its round was sent, and a late answer to an earlier one takes nothing back")
  void aRoundProvesTheMomentItWasSent() {
    rounds.begin(10);
    rounds.begin(20);
    rounds.begin(30);
    assertThat(rounds.confirm(2)).isTrue();
    assertThat(rounds.confirmedSentAt()).isEqualTo(20);
    assertThat(rounds.confirm(1)).isFalse();
    assertThat(rounds.confirmedSentAt()).isEqualTo(20);
  }
}
