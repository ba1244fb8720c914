package io.cairn.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.EntryKind;
import io.cairn.raft.log.HardState;
import io.cairn.raft.membership.Membership;
import io.cairn.raft.message.RaftMessage;
import io.cairn.raft.message.RaftMessage.AppendEntriesResponse;
import io.cairn.raft.message.RaftMessage.PreVoteResponse;
import io.cairn.raft.message.RaftMessage.VoteResponse;
import io.cairn.raft.read.ConfirmedRead;
import io.cairn.raft.read.ReadAnswer;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/** One replica of three alone, whose disk answers at once: what it is told comes from the test, and what it says is kept. */
final class OneReplica {

  static final ReplicaId ONE = new ReplicaId(1);
  static final ReplicaId TWO = new ReplicaId(2);
  static final ReplicaId THREE = new ReplicaId(3);
  static final RaftSettings SETTINGS = new RaftSettings(100, 1, 10, 1000, 4000, 8, 200, 100);

  final TestDisk disk = new TestDisk();
  final ReplicaId self;
  private final RaftSettings settings;
  private final ElectionJitter jitter;
  final List<ReadAnswer> answers = new ArrayList<>();
  final List<ConfirmedRead> confirmed = new ArrayList<>();
  final List<ReplicaId> snapshotsWanted = new ArrayList<>();
  final List<SnapshotMeta> installs = new ArrayList<>();
  Raft raft;
  long now = 1000;

  private OneReplica(ReplicaId self, RaftSettings settings, ElectionJitter jitter) {
    this.self = self;
    this.settings = settings;
    this.jitter = jitter;
  }

  static SortedSet<ReplicaId> ids(long... values) {
    var ids = new TreeSet<ReplicaId>();
    for (long value : values) {
      ids.add(new ReplicaId(value));
    }
    return ids;
  }

  static Membership three() {
    return Membership.of(ids(1, 2, 3));
  }

  static List<Entry> entries(long previous, long... terms) {
    var entries = new ArrayList<Entry>();
    for (long term : terms) {
      entries.add(new Entry(term, ++previous, EntryKind.COMMAND, new byte[0]));
    }
    return entries;
  }

  static OneReplica fresh() {
    return of(HardState.INITIAL);
  }

  /** With nothing in its log, and chance as the test has it. */
  static OneReplica fresh(RaftSettings settings, ElectionJitter jitter) {
    var replica = new OneReplica(ONE, settings, jitter);
    replica.start(DiskState.INTACT, 0);
    return replica;
  }

  static OneReplica of(HardState hardState, long... terms) {
    return of(ONE, DiskState.INTACT, hardState, terms);
  }

  static OneReplica of(ReplicaId self, DiskState diskState, HardState hardState, long... terms) {
    var replica = new OneReplica(self, SETTINGS, _ -> 0);
    replica.disk.load(hardState, entries(0, terms));
    replica.start(diskState, 0);
    return replica;
  }

  void start(DiskState diskState, long appliedIndex) {
    raft = new Raft(self, settings, disk.hardState(), three(), disk, appliedIndex, diskState, _ -> new byte[0], jitter, now);
  }

  /** Everything asked for, done at once; what was sent. What is to be applied is taken and not reported. */
  List<RaftMessage> settle() {
    var sent = new ArrayList<RaftMessage>();
    while (raft.hasReady()) {
      Ready ready = raft.ready();
      sent.addAll(ready.messages());
      if (ready.mustPersist()) {
        disk.write(ready);
        disk.syncOne();
        sent.addAll(ready.messagesAfterPersist());
        raft.persisted(ready.ticket());
      }
      answers.addAll(ready.readAnswers());
      confirmed.addAll(ready.confirmedReads());
      snapshotsWanted.addAll(ready.snapshotsWanted());
      ready.install().ifPresent(installs::add);
    }
    return sent;
  }

  List<RaftMessage> receive(RaftMessage message) {
    raft.receive(message, now);
    return settle();
  }

  List<RaftMessage> pass(long nanos) {
    var sent = new ArrayList<RaftMessage>();
    for (long end = now + nanos; now < end; ) {
      now += 5;
      raft.tick(now);
      sent.addAll(settle());
    }
    return sent;
  }

  OneReplica preCampaign() {
    pass(105);
    assertThat(raft.role().name()).isEqualTo(RoleName.PRE_CANDIDATE);
    return this;
  }

  OneReplica campaign() {
    preCampaign();
    receive(new PreVoteResponse(TWO, self, raft.term() + 1, true));
    assertThat(raft.role().name()).isEqualTo(RoleName.CANDIDATE);
    return this;
  }

  /** Leads, and nothing of its term is committed. */
  OneReplica lead() {
    campaign();
    receive(new VoteResponse(TWO, self, raft.term(), true));
    assertThat(raft.isLeader()).isTrue();
    return this;
  }

  /** Leads, and its first entry is committed. */
  OneReplica leadAndCommit() {
    lead();
    accept(TWO, raft.lastIndex());
    assertThat(raft.commitIndex()).isEqualTo(raft.lastIndex());
    return this;
  }

  List<RaftMessage> accept(ReplicaId from, long match) {
    return receive(new AppendEntriesResponse(from, self, raft.term(), true, match, EntryId.ZERO, 0));
  }
}
