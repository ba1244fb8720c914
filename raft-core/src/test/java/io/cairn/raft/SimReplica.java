package io.cairn.raft;

import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.EntryKind;
import io.cairn.raft.membership.Membership;
import io.cairn.raft.membership.MembershipCodec;
import io.cairn.raft.message.RaftMessage;
import io.cairn.raft.read.ConfirmedRead;
import io.cairn.raft.read.ReadAnswer;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/** One replica with its driver, disk, state machine and clock. A crash leaves the disk and what the state machine had flushed. */
final class SimReplica {

  /** A state machine: where it stands, and a hash over everything applied. */
  record State(EntryId at, long hash, Membership membership) {
    State apply(Entry entry) {
      return new State(entry.id(), hash * 31 + java.util.Arrays.hashCode(entry.payload()) + entry.index(),
          entry.kind() == EntryKind.MEMBERSHIP ? MembershipCodec.decode(entry.payload()) : membership);
    }
  }

  private final ReplicaId id;
  private final SimCluster cluster;
  private final RaftSettings settings;
  private final double clockRate;
  private final double clockOffset;
  private final TestDisk disk = new TestDisk();

  private Raft raft;
  private RaftInvariants invariants;
  private State state;
  private State flushed;
  private final ArrayDeque<Entry> toApply = new ArrayDeque<>();
  private final Map<Long, Long> openReads = new HashMap<>();
  private Ready installing;
  /** Grows with each crash: what was scheduled for an earlier life finds nobody. */
  int life;
  double pausedUntil;
  private boolean syncing;
  private boolean applying;

  SimReplica(ReplicaId id, SimCluster cluster, Membership membership, RaftSettings settings, double clockRate, double clockOffset) {
    this.id = id;
    this.cluster = cluster;
    this.flushed = new State(EntryId.ZERO, 0, membership);
    this.settings = settings;
    this.clockRate = clockRate;
    this.clockOffset = clockOffset;
  }

  ReplicaId id() {
    return id;
  }

  Raft raft() {
    return raft;
  }

  TestDisk disk() {
    return disk;
  }

  State state() {
    return state;
  }

  boolean isUp() {
    return raft != null;
  }

  long localTime(double trueTime) {
    return (long) (clockOffset + clockRate * trueTime);
  }

  double trueTime(long localTime) {
    return (localTime - clockOffset) / clockRate;
  }

  private long now() {
    return localTime(cluster.now());
  }

  void start() {
    state = flushed;
    raft = new Raft(id, settings, disk.hardState(), state.membership(), disk, state.at().index(), term -> new byte[8], cluster::random, now());
    invariants = new RaftInvariants();
    stepped();
  }

  void crash() {
    // What was being written may have reached the disk or not, in the order it was written.
    while (!disk.isIdle() && cluster.chance(0.3)) {
      written(disk.syncOne());
    }
    disk.crash();
    raft = null;
    life++;
    toApply.clear();
    openReads.clear();
    installing = null;
    syncing = false;
    applying = false;
    cluster.oracle().crashed(id);
  }

  void tick() {
    raft.tick(now());
    stepped();
  }

  void receive(RaftMessage message) {
    raft.receive(message, now());
    stepped();
  }

  void receiveSnapshot(State from, ReplicaId sender, long term) {
    snapshots.put(from.at(), from);
    raft.snapshotReceived(new SnapshotMeta(from.at(), from.membership()), sender, term, now());
    stepped();
  }

  private final Map<EntryId, State> snapshots = new HashMap<>();

  void propose(byte[] payload) {
    if (raft.propose(EntryKind.COMMAND, payload) >= 0) {
      stepped();
    }
  }

  void read(long read) {
    openReads.put(read, cluster.oracle().committed());
    raft.readIndex(read, read * 7, now());
    stepped();
  }

  /** The leader hands over to {@code target}, or, asked for itself, to whom it likes best. */
  void handOver(ReplicaId target) {
    if (raft.isLeader()) {
      TransferAnswer answer = target.equals(id) ? raft.handOver(now()) : raft.transferLeadership(target, now());
      cluster.handedOver += answer instanceof TransferAnswer.Begun ? 1 : 0;
      stepped();
    }
  }

  void connectionLost(ReplicaId other) {
    raft.unreachable(other);
    stepped();
  }

  /** The state machine flushes, and the log is cut behind it. */
  void flushAndCut(long keep) {
    flushed = state;
    long cut = Math.min(flushed.at().index() - keep, disk.last().index());
    if (cut > disk.base().index()) {
      disk.cut(cut);
    }
  }

  void stepped() {
    invariants.check(raft);
    for (int i = 0; raft.hasReady(); i++) {
      SimOracle.check(i < 1000, "replica %s is never done", id);
      carryOut(raft.ready());
      invariants.check(raft);
    }
    cluster.oracle().stepped(this, cluster.replicas(), cluster.now());
  }

  private void carryOut(Ready ready) {
    ready.messages().forEach(this::send);
    if (ready.mustPersist()) {
      disk.write(ready);
      sync();
    } else {
      SimOracle.check(ready.entries().isEmpty() && ready.hardState().isEmpty() && ready.messagesAfterPersist().isEmpty(),
          "a Ready without a ticket has something to write: %s", ready);
    }
    toApply.addAll(ready.committed());
    apply();
    for (ConfirmedRead read : ready.confirmedReads()) {
      SimOracle.check(read.context() == read.read() * 7, "the context is carried untouched: %s", read);
      raft.answerRead(read, read.index(), 0);
    }
    ready.readAnswers().forEach(this::readAnswered);
    for (ReplicaId follower : ready.snapshotsWanted()) {
      cluster.sendSnapshot(this, follower);
    }
    ready.install().ifPresent(_ -> {
      SimOracle.check(installing == null, "one snapshot is installed at a time");
      installing = ready;
      install();
    });
  }

  private void send(RaftMessage message) {
    cluster.oracle().sent(message, disk);
    cluster.deliver(message);
  }

  private void readAnswered(ReadAnswer answer) {
    Long mustSee = openReads.remove(answer.read());
    SimOracle.check(mustSee != null, "a read is answered once: %s", answer);
    if (answer.ok()) {
      SimOracle.check(answer.index() >= mustSee, "read %d sees %d, but %d was committed before it", answer.read(), answer.index(), mustSee);
      cluster.readsAnswered++;
    }
  }

  private void sync() {
    if (!syncing && !disk.isIdle()) {
      syncing = true;
      cluster.later(this, cluster.diskDelay(), () -> {
        syncing = false;
        // One fdatasync for all that waited at that moment, or fewer.
        Ready last;
        do {
          last = disk.syncOne();
          written(last);
          last.messagesAfterPersist().forEach(this::send);
        } while (!disk.isIdle() && cluster.chance(0.5));
        raft.persisted(last.ticket());
        stepped();
        sync();
        install();
      });
    }
  }

  private void written(Ready ready) {
    for (Entry entry : ready.entries()) {
      long previous = disk.term(entry.index() - 1);
      if (disk.term(entry.index()) == entry.term() && previous >= 0) {
        cluster.oracle().written(entry, previous);
      }
    }
  }

  private void apply() {
    if (!applying && !toApply.isEmpty() && installing == null) {
      applying = true;
      cluster.later(this, cluster.applyDelay(), () -> {
        applying = false;
        for (int i = 0; i < 5 && !toApply.isEmpty(); i++) {
          Entry entry = toApply.removeFirst();
          SimOracle.check(entry.index() == state.at().index() + 1, "%s is applied after %s", entry, state.at());
          cluster.oracle().applied(entry);
          state = state.apply(entry);
        }
        raft.applied(state.at().index());
        stepped();
        apply();
      });
    }
  }

  private void install() {
    if (installing == null || !disk.isIdle()) {
      return;
    }
    cluster.later(this, cluster.diskDelay(), () -> {
      if (installing == null || !disk.isIdle()) {
        return;
      }
      SnapshotMeta snapshot = installing.install().orElseThrow();
      installing = null;
      toApply.clear();
      state = snapshots.get(snapshot.last());
      flushed = state;
      disk.restart(snapshot.last());
      cluster.snapshotsInstalled++;
      raft.snapshotInstalled(snapshot);
      stepped();
    });
  }
}
