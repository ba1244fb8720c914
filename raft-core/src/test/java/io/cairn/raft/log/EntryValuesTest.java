package io.cairn.raft.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.raft.ReplicaId;
import io.cairn.raft.message.RaftMessage.TimeoutNow;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What comes from a disk or a wire and can be no Raft's is refused before anything is made of it. */
class EntryValuesTest {

  private static void refused(String reason, ThrowingCallable value) {
    assertThatThrownBy(value).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(reason);
  }

  @Test
  void everyKindComesBackFromItsCode() {
    for (EntryKind kind : EntryKind.values()) {
      assertThat(EntryKind.of(kind.code())).isEqualTo(kind);
    }
    refused("entry kind 0 is unknown to this version", () -> EntryKind.of(0));
    refused("entry kind 4 is unknown to this version", () -> EntryKind.of(4));
  }

  @Test
  void entriesAreCountedFromOneInTermsFromZero() {
    refused("entries are counted from 1, not 0", () -> new Entry(1, 0, EntryKind.COMMAND, new byte[0]));
    refused("must not be negative, was -1", () -> new Entry(-1, 1, EntryKind.COMMAND, new byte[0]));
    refused("must not be negative", () -> new EntryId(-1, 0));
    refused("must not be negative", () -> new EntryId(0, -1));
  }

  @Test
  void nothingOfAHardStateIsNegative() {
    refused("term -1", () -> new HardState(-1, 0, 0));
    refused("vote -1", () -> new HardState(0, -1, 0));
    refused("commit -1", () -> new HardState(0, 0, -1));
  }

  @Test
  void nothingOfAMessageIsNegative() {
    refused("-1", () -> new ReplicaId(-1));
    refused("a message's term is not negative: -1", () -> new TimeoutNow(new ReplicaId(1), new ReplicaId(2), -1, 0));
    refused("a message's round is not negative: -1", () -> new TimeoutNow(new ReplicaId(1), new ReplicaId(2), 1, -1));
  }
}
