package io.cairn.raft.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.raft.InvariantBroken;
import io.cairn.raft.RaftSettings;
import io.cairn.raft.ReplicaId;
import io.cairn.raft.SnapshotMeta;
import io.cairn.raft.TestDisk;
import io.cairn.raft.membership.Membership;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The log's ends: what lies before and behind it, and what no caller and no disk may do to it. */
class RaftLogTest {

  private static final Membership ALONE = Membership.of(new TreeSet<>(List.of(new ReplicaId(1))));
  private static final RaftSettings SETTINGS = new RaftSettings(300, 1, 10, 100, 100, 1, 1000, 1000);

  private final TestDisk disk = new TestDisk();

  private static Entry entry(long term, long index) {
    return new Entry(term, index, EntryKind.COMMAND, new byte[0]);
  }

  private static List<Entry> entries(long term, long from, long to) {
    var entries = new ArrayList<Entry>();
    for (long index = from; index <= to; index++) {
      entries.add(entry(term, index));
    }
    return entries;
  }

  private RaftLog log(long committed, long applied) {
    return new RaftLog(disk, new HardState(1, 0, committed), applied, ALONE, SETTINGS);
  }

  private static void broken(String message, ThrowingCallable step) {
    assertThatThrownBy(step).isInstanceOf(InvariantBroken.class).hasMessageContaining(message);
  }

  @Test
  void beforeAndBehindTheLogThereIsNothing() {
    disk.load(HardState.INITIAL, entries(1, 1, 5));
    disk.cut(2);
    RaftLog log = log(2, 2);
    assertThat(log.term(2)).as("of the base the term is known").isEqualTo(1);
    for (long index : new long[] {-1, 1, 6}) {
      assertThat(log.term(index)).as("%d", index).isEqualTo(-1);
    }
    for (long index : new long[] {1, 2, 6}) {
      assertThat(log.entry(index)).as("%d", index).isNull();
    }
    assertThat(log.entry(3)).isEqualTo(disk.entries(3, 3, 1).getFirst());
    assertThat(log.entries(6, 100)).isEmpty();
  }

  @Test
  @DisplayName("SN-11 a log that begins behind what is applied stops the replica: what lies between is nowhere")
  void aGapBetweenTheStateAndTheLogStopsTheReplica() {
    disk.load(HardState.INITIAL, entries(1, 1, 5));
    disk.cut(3);
    broken("base 3 <= applied 2 at start", () -> log(3, 2));
  }

  @Test
  @DisplayName("SN-10 a commit index or an applied index behind the log's end stops the replica at its start")
  void aLogThatEndsTooEarlyStopsTheReplica() {
    disk.load(HardState.INITIAL, entries(1, 1, 3));
    broken("the durable commit index 4 <= the log's last 3", () -> log(4, 2));
    broken("applied 4 <= last 3 at start", () -> log(3, 4));
  }

  @Test
  void aLogHasNoGapAndItsTermsNeverGoDown() {
    RaftLog log = log(0, 0);
    log.append(entry(2, 1));
    broken("entry 2/3 follows 2/1", () -> log.append(entry(2, 3)));
    broken("entry 1/2 follows 2/1", () -> log.append(entry(1, 2)));
    broken("after one that the logs agree on, not after 1/1", () -> log.accept(new LogSlice(new EntryId(1, 1), List.of())));
  }

  @Test
  void whatIsCommittedIsNeitherCutNorLeftBehindASnapshot() {
    RaftLog log = log(0, 0);
    entries(1, 1, 3).forEach(log::append);
    assertThat(log.commitTo(2)).isTrue();
    assertThat(log.commitTo(2)).as("said twice").isFalse();
    broken("the commit index 4 stays within the log (last 3)", () -> log.commitTo(4));
    broken("the cut at 2 leaves the committed entries alone (up to 2)",
        () -> log.accept(new LogSlice(new EntryId(1, 1), List.of(entry(2, 2)))));
    broken("the snapshot's 2 is beyond the commit index 2", () -> log.restart(new SnapshotMeta(new EntryId(1, 2), ALONE)));
    broken("applied 1 <= handed out 0", () -> log.applied(1));
  }

  @Test
  @DisplayName("SN-04 what was applied before a snapshot, and is reported after it, takes nothing back")
  void aLateReportOfWhatWasAppliedBeforeASnapshotIsIgnored() {
    RaftLog log = log(0, 0);
    entries(1, 1, 3).forEach(log::append);
    log.takeUnwritten();
    log.persisted(log.unstable().handedOut(HardState.INITIAL, 3));
    log.commitTo(3);
    assertThat(log.takeCommitted()).hasSize(3);
    log.freeze();
    assertThat(log.hasCommitted()).isFalse();
    var snapshot = new EntryId(2, 20);
    disk.restart(snapshot);
    log.restart(new SnapshotMeta(snapshot, ALONE));
    log.applied(3);
    assertThat(log.applied()).isEqualTo(20);
    assertThat(log.committed()).isEqualTo(20);
    assertThat(log.lastId()).isEqualTo(snapshot);
    assertThat(log.hasCommitted()).isFalse();
    Entry next = entry(2, 21);
    log.append(next);
    assertThat(log.takeUnwritten()).containsExactly(next);
  }

  /** A disk that answers with other entries than those it was asked for. */
  private record Wrong(StableLog right, List<Entry> answer) implements StableLog {
    @Override
    public EntryId base() {
      return right.base();
    }

    @Override
    public EntryId last() {
      return right.last();
    }

    @Override
    public long term(long index) {
      return right.term(index);
    }

    @Override
    public List<Entry> entries(long from, long to, long maxBytes) {
      return answer;
    }
  }

  @Test
  @DisplayName("RC-12 entries that the disk reads wrongly never leave a gap")
  void entriesReadWronglyStopTheReplica() {
    disk.load(HardState.INITIAL, entries(1, 1, 5));
    for (List<Entry> answer : List.of(List.<Entry>of(), entries(1, 3, 4))) {
      var log = new RaftLog(new Wrong(disk, answer), HardState.INITIAL, 5, ALONE, SETTINGS);
      broken("entries read from 2 begin there", () -> log.entries(2, 100));
    }
    var gap = new RaftLog(new Wrong(disk, List.of(entry(1, 4), entry(1, 6))), HardState.INITIAL, 3, ALONE, SETTINGS);
    gap.commitTo(5);
    broken("entry 6 is applied after 4", gap::takeCommitted);
  }

  @Test
  void theEntriesInMemoryFollowEachOther() {
    var recent = new RecentEntries(5, 1000);
    broken("entry 6 follows in memory, where 5 is next", () -> recent.append(entry(1, 6)));
    broken("entry 5 is in memory", () -> recent.get(5));
    broken("entries begin at 1, not at 0", () -> recent.restart(0));
    broken("a log is cut from 1 on, not from 0", () -> new UnstableEntries(HardState.INITIAL, 0).truncatedFrom(0));
  }

  @Test
  void theEntriesInMemoryAreLeftOutNoFurtherThanIsDurable() {
    var recent = new RecentEntries(1, 0);
    entries(1, 1, 3).forEach(recent::append);
    recent.evict(2);
    assertThat(recent.first()).isEqualTo(3);
    recent.evict(3);
    assertThat(recent.holds(3)).isFalse();
    assertThat(recent.first()).as("the next to come").isEqualTo(4);
    recent.evict(9);
    assertThat(recent.first()).isEqualTo(4);
  }
}
