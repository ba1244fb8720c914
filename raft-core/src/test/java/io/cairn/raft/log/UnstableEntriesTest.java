package io.cairn.raft.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.raft.InvariantBroken;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class UnstableEntriesTest {

  private static final HardState TERM_1 = new HardState(1, 0, 0);
  private static final HardState TERM_2 = new HardState(2, 0, 0);
  private static final HardState TERM_3 = new HardState(3, 0, 0);

  private final UnstableEntries unstable = new UnstableEntries(HardState.INITIAL, 0);

  @Test
  @DisplayName("A-05 RC-08 an equal entry that came back is not acknowledged by the write of its first coming")
  void abaIsTold() {
    long first = unstable.handedOut(TERM_1, 5);
    unstable.truncatedFrom(5);
    long second = unstable.handedOut(TERM_2, 5);
    unstable.truncatedFrom(5);
    // Entry 5 of term 1 is in the log again, put back by a leader of term 3.
    long third = unstable.handedOut(TERM_3, 5);
    unstable.persisted(first);
    assertThat(unstable.persisted()).isEqualTo(4);
    unstable.persisted(second);
    assertThat(unstable.persisted()).isEqualTo(4);
    unstable.persisted(third);
    assertThat(unstable.persisted()).isEqualTo(5);
    assertThat(unstable.durableHardState()).isEqualTo(TERM_3);
  }

  @Test
  void oneTicketEndsAllBeforeIt() {
    unstable.handedOut(TERM_1, 3);
    unstable.handedOut(TERM_1, 0);
    long last = unstable.handedOut(TERM_2, 7);
    unstable.persisted(last);
    assertThat(unstable.persisted()).isEqualTo(7);
    assertThat(unstable.isIdle()).isTrue();
  }

  @Test
  void aTicketSaidTwiceChangesNothing() {
    long first = unstable.handedOut(TERM_1, 3);
    unstable.persisted(first);
    unstable.handedOut(TERM_2, 5);
    unstable.persisted(first);
    assertThat(unstable.persisted()).isEqualTo(3);
    assertThat(unstable.durableHardState()).isEqualTo(TERM_1);
  }

  @Test
  void whatWasDurableIsNotWhenItIsReplaced() {
    unstable.persisted(unstable.handedOut(TERM_1, 9));
    unstable.truncatedFrom(4);
    assertThat(unstable.persisted()).isEqualTo(3);
  }

  @Test
  void writesFromBeforeASnapshotSayNothingOfWhatComesAfterIt() {
    long old = unstable.handedOut(TERM_1, 500);
    unstable.restartedAt(100);
    unstable.persisted(old);
    assertThat(unstable.persisted()).isEqualTo(100);
  }

  @Test
  void aTicketThatWasNeverHandedOutStopsTheNode() {
    assertThatThrownBy(() -> unstable.persisted(1)).isInstanceOf(InvariantBroken.class).hasMessageContaining("ticket 1");
  }
}
