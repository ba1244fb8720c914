package io.cairn.server.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.raft.Raft;
import io.cairn.raft.RaftSettings;
import io.cairn.raft.ReplicaId;
import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.EntryKind;
import io.cairn.raft.log.HardState;
import io.cairn.raft.membership.Membership;
import io.cairn.server.testing.MemoryLog;
import io.cairn.storage.StorageFailure;
import io.cairn.storage.log.LogWrite;
import io.cairn.storage.log.ReplicaKey;
import io.cairn.storage.mvcc.Applied;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a node may find of a log and its data after it stopped anywhere, and what it begins with then. */
class LogAlignmentTest {
  private static final ReplicaId SELF = new ReplicaId(2);
  private static final ReplicaKey KEY = new ReplicaKey(7, SELF);
  private static final RaftSettings SETTINGS = new RaftSettings(300, 1, 10, 1000, 1000, 8, 1000, 1000);

  private final MemoryLog log = new MemoryLog();

  /** A log of entries of one term behind a base of the same. */
  private void stored(HardState hardState, long base, long last) {
    var entries = new ArrayList<Entry>();
    for (long index = base + 1; index <= last; index++) {
      entries.add(new Entry(3, index, EntryKind.COMMAND, new byte[0]));
    }
    Optional<EntryId> restart = base == 0 ? Optional.empty() : Optional.of(new EntryId(3, base));
    log.append(List.of(new LogWrite(KEY, Optional.of(hardState), entries, restart)));
  }

  private Optional<LogWrite> align(long term, long index) {
    Optional<LogWrite> write = LogAlignment.of(KEY, new Applied(index, term, 1), log.view(KEY), log.hardState(KEY));
    write.ifPresent(restart -> log.append(List.of(restart)));
    return write;
  }

  /** As a boot does; raft-core checks what it is given. */
  private Raft opened(long applied) {
    var raft = new Raft(SELF, SETTINGS, log.hardState(KEY), Membership.of(new TreeSet<>(List.of(SELF, new ReplicaId(1)))), log.view(KEY),
        applied, term -> new byte[0], bound -> 0, 1_000);
    raft.tick(1_001);
    raft.ready();
    return raft;
  }

  @Test
  void aLogThatHoldsWhatIsAppliedStaysAsItIs() {
    stored(new HardState(3, 2, 4), 0, 6);
    assertThat(align(3, 5)).isEmpty();
    assertThat(opened(5).lastIndex()).isEqualTo(6);
  }

  @Test
  void aNewReplicaHasNothingToAlign() {
    assertThat(align(0, 0)).isEmpty();
    assertThat(opened(0).lastIndex()).isZero();
  }

  @Test
  @DisplayName("A-08 SN-02 a stop between the switch to a snapshot and the log's restart: the log begins behind the snapshot")
  void theLogIsRestartedBehindTheSnapshot() {
    stored(new HardState(5, 1, 2), 0, 6);
    assertThat(align(5, 20)).isPresent();
    assertThat(log.view(KEY).base()).isEqualTo(new EntryId(5, 20));
    assertThat(log.view(KEY).last()).isEqualTo(new EntryId(5, 20));
    assertThat(log.hardState(KEY)).as("the vote of that term stays").isEqualTo(new HardState(5, 1, 20));
    assertThat(opened(20).commitIndex()).isEqualTo(20);
    assertThat(align(5, 20)).as("said twice").isEmpty();
  }

  @Test
  @DisplayName("A-08 SN-10 the commit index reaches what is applied in the record that restarts the log; so does the term")
  void theHardStateComesAlong() {
    stored(new HardState(3, 1, 2), 0, 6);
    Optional<LogWrite> write = align(5, 20);
    assertThat(write.orElseThrow().hardState()).contains(new HardState(5, 0, 20));
    assertThat(write.orElseThrow().restart()).contains(new EntryId(5, 20));
    Raft raft = opened(20);
    assertThat(raft.commitIndex()).isEqualTo(20);
    assertThat(raft.term()).isEqualTo(5);
  }

  @Test
  @DisplayName("A-08 what the log holds of another term where the snapshot ends is dropped")
  void anotherTermsEntriesAreDropped() {
    stored(new HardState(5, 0, 2), 0, 9);
    assertThat(align(5, 8)).isPresent();
    assertThat(log.view(KEY).last()).isEqualTo(new EntryId(5, 8));
    assertThat(opened(8).lastIndex()).isEqualTo(8);
  }

  @Test
  @DisplayName("SN-11 data that ends before the log begins stops the node: what was acknowledged in between is nowhere here")
  void aGapBetweenDataAndLogStopsTheNode() {
    stored(new HardState(3, 1, 4), 10, 12);
    for (long applied : new long[] {0, 4, 9}) {
      assertThatThrownBy(() -> align(3, applied)).isInstanceOf(StorageFailure.class)
          .hasMessageContaining("its log begins behind entry 10, its data ends at " + applied);
    }
    assertThat(log.view(KEY).last()).as("nothing is dropped").isEqualTo(new EntryId(3, 12));
    assertThat(align(3, 10)).isEmpty();
  }
}
