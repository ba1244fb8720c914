package io.cairn.raft;

import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.EntryKind;
import io.cairn.raft.log.HardState;
import io.cairn.raft.membership.ChangeOutcome;
import io.cairn.raft.membership.MemberChange;
import io.cairn.raft.membership.Membership;
import io.cairn.raft.membership.MembershipCodec;
import io.cairn.raft.message.RaftMessage;
import io.cairn.raft.progress.CatchUpPace;
import io.cairn.raft.read.ConfirmedRead;
import io.cairn.raft.read.ReadAnswer;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One replica with its driver, disk, state machine and clock. A crash leaves the disk and what the state machine had flushed. */
final class SimReplica {

  /** A state machine: where it stands, a hash over everything applied, and the members as of it. */
  record State(EntryId at, long hash, Membership membership) {
    State apply(Entry entry) {
      long mixed = (hash * 31 + entry.term()) * 0x9E3779B97F4A7C15L + entry.payload().length;
      for (int i = 0; i < Math.min(8, entry.payload().length); i++) {
        mixed = mixed * 31 + entry.payload()[i];
      }
      return new State(entry.id(), mixed | 1,
          entry.kind() == EntryKind.MEMBERSHIP ? MembershipCodec.decode(entry.payload()) : membership);
    }
  }

  private final ReplicaId id;
  private final SimCluster cluster;
  private final double clockRate;
  private final long clockOffset;
  private final long diskMean;
  private final TestDisk disk = new TestDisk();
  private final ArrayDeque<Entry> toApply = new ArrayDeque<>();
  private final Map<Long, Long> openReads = new HashMap<>();
  private final Map<EntryId, State> snapshots = new HashMap<>();

  private Raft raft;
  private RaftInvariants invariants;
  private State state;
  private State flushed;
  private Ready installing;
  private long pausedUntil;
  private long stalledUntil;
  private boolean syncing;
  private boolean applying;
  /** Known to the driver over crashes. */
  private DiskState diskState = DiskState.INTACT;
  private long disksOldestWrite;
  private String described = "";
  /** Grows with each crash: what was planned for an earlier life finds nobody. */
  int life;
  /** Taken out of the members and shut down for ever. */
  boolean gone;

  SimReplica(ReplicaId id, SimCluster cluster, Membership first, double clockRate, long diskMean) {
    this.id = id;
    this.cluster = cluster;
    this.clockRate = clockRate;
    this.clockOffset = 1_000_000 * id.value();
    this.diskMean = diskMean;
    this.state = new State(EntryId.ZERO, 0, first);
    this.flushed = state;
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

  boolean isRunning() {
    return raft != null && cluster.now() >= pausedUntil;
  }

  long localNow() {
    return clockOffset + (long) (clockRate * cluster.now());
  }

  long trueTime(long localTime) {
    return (long) ((localTime - clockOffset) / clockRate);
  }

  /** Happens at this replica, unless it has crashed by then; while it stands still, everything waits. */
  private void later(long delay, Runnable action) {
    int planned = life;
    cluster.timeline().after(delay, () -> {
      if (life == planned && raft != null) {
        awake(action);
      }
    });
  }

  private void awake(Runnable action) {
    if (cluster.now() < pausedUntil) {
      later(pausedUntil - cluster.now(), action);
    } else {
      action.run();
    }
  }

  // ---- the process

  void start() {
    state = flushed;
    raft = new Raft(id, cluster.options().settings(), disk.hardState(), state.membership(), disk, state.at().index(), diskState,
        _ -> new byte[8], cluster.random()::below, localNow());
    if (cluster.options().catchUpRate() > 0) {
      raft.catchUpPace(new Pace(cluster.options().catchUpRate()));
    }
    invariants = new RaftInvariants();
    if (raft.log().members().current().isJoint()) {
      cluster.tally().jointRestarts++;
    }
    stepped();
    tick();
  }

  /** So many bytes in a second, by this replica's clock. */
  private static final class Pace implements CatchUpPace {
    private final long bytesPerSecond;
    private long paidUntil = Long.MIN_VALUE;

    Pace(long bytesPerSecond) {
      this.bytesPerSecond = bytesPerSecond;
    }

    @Override
    public boolean admits(long now) {
      return paidUntil <= now;
    }

    @Override
    public void sent(long bytes, long now) {
      paidUntil = Math.max(paidUntil, now) + bytes * 1_000_000_000L / bytesPerSecond;
    }
  }

  private void tick() {
    raft.diskStalledSince(disk.isIdle() ? Raft.DISK_ANSWERS : disksOldestWrite);
    if (cluster.options().quiesces()) {
      cluster.tally().quiesced += raft.quiesce(localNow()) ? 1 : 0;
    }
    raft.tick(localNow());
    stepped();
    later(4_500_000 + cluster.random().below(1_000_000L), this::tick);
  }

  void crash() {
    // What was being written may have reached the disk or not, in the order it was written.
    while (!disk.isIdle() && cluster.random().chance(0.3)) {
      written(disk.syncOne());
    }
    cluster.tally().unsyncedLost += disk.isIdle() ? 0 : 1;
    disk.crash();
    if (cluster.options().lyingDisks()) {
      disk.forget(4);
    }
    cluster.trace(this, "crashes");
    raft = null;
    life++;
    toApply.clear();
    openReads.clear();
    installing = null;
    syncing = false;
    applying = false;
    cluster.oracle().crashed(id);
  }

  boolean isSuspect() {
    return diskState != DiskState.INTACT;
  }

  /** While it is down, the last records of its log are found to be damaged: the log ends before them, and the replica is suspect. */
  void damage(int records) {
    long from = Math.max(disk.last().index() - records, flushed.at().index()) + 1;
    if (from <= disk.last().index()) {
      disk.lose(from);
      diskState = DiskState.SUSPECT;
      cluster.tally().damages++;
    }
  }

  void pause(long nanos) {
    if (raft != null) {
      cluster.trace(this, "stands still for " + nanos / 1000 + " us");
    }
    pausedUntil = cluster.now() + nanos;
  }

  void stall(long nanos) {
    stalledUntil = cluster.now() + nanos;
  }

  // ---- inputs

  void receive(RaftMessage message) {
    if (cluster.now() < pausedUntil) {
      later(pausedUntil - cluster.now(), () -> receive(message));
      return;
    }
    cluster.delivered(message);
    cluster.trace(this, message);
    raft.receive(message, localNow());
    stepped();
  }

  void receiveSnapshot(State from, ReplicaId sender, long term) {
    awake(() -> {
      snapshots.put(from.at(), from);
      raft.snapshotReceived(new SnapshotMeta(from.at(), from.membership()), sender, term, localNow());
      stepped();
    });
  }

  void propose(byte[] payload) {
    raft.propose(EntryKind.COMMAND, payload);
    stepped();
  }

  void changeMembers(List<MemberChange> changes) {
    cluster.tally().membershipChanges += raft.changeMembers(changes) instanceof ChangeOutcome.Appended ? 1 : 0;
    stepped();
  }

  /** To {@code target}, or, asked for itself, to whom the leader likes best. */
  void handOver(ReplicaId target) {
    TransferAnswer answer = target.equals(id) ? raft.handOver(localNow(), _ -> true) : raft.transferLeadership(target, localNow());
    cluster.tally().transfers += answer instanceof TransferAnswer.Begun ? 1 : 0;
    stepped();
  }

  void wake() {
    raft.wake(localNow());
    stepped();
  }

  void read(long read) {
    openReads.put(read, cluster.oracle().committed());
    raft.readIndex(read, read * 7, localNow());
    stepped();
  }

  void connectionLost(ReplicaId other) {
    raft.connectionLost(other);
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
      SimOracle.check(i < 1000, "replica %s is never done", id, 0);
      carryOut(raft.ready());
      invariants.check(raft);
    }
    if (diskState != raft.disk()) {
      diskState = raft.disk();
      cluster.tally().cleared++;
    }
    if (cluster.isTraced() && !describe().equals(described)) {
      described = describe();
      cluster.trace(this, raft.leaseUntil() > localNow() ? "leads until " + trueTime(raft.leaseUntil()) / 1000 + " us" : "");
    }
    cluster.oracle().stepped(this);
  }

  // ---- what a Ready asks for

  private void carryOut(Ready ready) {
    send(ready.messages());
    if (ready.mustPersist()) {
      disk.write(ready);
      sync();
    } else {
      SimOracle.check(ready.entries().isEmpty() && ready.hardState().isEmpty() && ready.messagesAfterPersist().isEmpty(),
          "a Ready without a ticket has something to write: %s", ready, 0);
    }
    if (!ready.committed().isEmpty()) {
      toApply.addAll(ready.committed());
      apply();
    }
    for (ConfirmedRead read : ready.confirmedReads()) {
      SimOracle.check(read.context() == read.read() * 7, "the context is carried untouched: %s", read, 0);
      raft.answerRead(read, read.index(), 0);
    }
    for (ReadAnswer answer : ready.readAnswers()) {
      readAnswered(answer);
    }
    for (ReplicaId follower : ready.snapshotsWanted()) {
      sendSnapshot(follower);
    }
    if (ready.install().isPresent()) {
      SimOracle.check(installing == null, "one snapshot is installed at a time, %s", ready, 0);
      installing = ready;
      install();
    }
  }

  private void send(List<RaftMessage> messages) {
    for (int i = 0; i < messages.size(); i++) {
      RaftMessage message = messages.get(i);
      cluster.oracle().sent(message, disk);
      cluster.send(message);
    }
  }

  private void readAnswered(ReadAnswer answer) {
    Long mustSee = openReads.remove(answer.read());
    SimOracle.check(mustSee != null, "a read is answered once: %s", answer, 0);
    if (answer.ok()) {
      RaftInvariants.readSees(answer.read(), answer.index(), mustSee);
      cluster.tally().reads++;
    }
  }

  private void sendSnapshot(ReplicaId follower) {
    cluster.sendSnapshot(id, state, raft.term(), follower);
    EntryId sent = state.at();
    later(60_000_000, () -> {
      raft.snapshotSent(follower, sent.index(), cluster.random().chance(0.7));
      stepped();
    });
  }

  private void sync() {
    if (!syncing && !disk.isIdle()) {
      syncing = true;
      disksOldestWrite = localNow();
      long delay = cluster.random().exponential(diskMean());
      later(Math.max(delay, stalledUntil - cluster.now()), () -> {
        syncing = false;
        // One fdatasync for all that waited at that moment; or for some, when their writes came while it was under way.
        boolean all = cluster.isHealed() || cluster.random().chance(0.7);
        Ready last;
        do {
          last = disk.syncOne();
          written(last);
          send(last.messagesAfterPersist());
        } while (!disk.isIdle() && (all || cluster.random().chance(0.5)));
        raft.persisted(last.ticket());
        stepped();
        sync();
        install();
      });
    }
  }

  /** A slow disk is a fault like any other, and ends with them: one entry a message, ten of them a second, would never catch up. */
  private long diskMean() {
    return cluster.isHealed() ? Math.min(diskMean, 200_000) : diskMean;
  }

  private void written(Ready ready) {
    List<Entry> entries = ready.entries();
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      long previous = disk.term(entry.index() - 1);
      if (previous >= 0) {
        cluster.oracle().written(entry, previous);
      }
    }
  }

  private void apply() {
    if (!applying && !toApply.isEmpty() && installing == null) {
      applying = true;
      later(cluster.random().exponential(300_000), () -> {
        applying = false;
        for (int i = 0; i < 16 && !toApply.isEmpty(); i++) {
          Entry entry = toApply.removeFirst();
          SimOracle.check(entry.index() == state.at().index() + 1, "%s is applied after %d", entry, state.at().index());
          state = state.apply(entry);
          cluster.oracle().applied(entry, state.hash());
        }
        raft.applied(state.at().index());
        stepped();
        apply();
      });
    }
  }

  private void install() {
    if (installing != null && disk.isIdle()) {
      later(cluster.random().exponential(diskMean()), this::installed);
    }
  }

  private void installed() {
    if (installing == null || !disk.isIdle()) {
      return;
    }
    SnapshotMeta snapshot = installing.install().orElseThrow();
    installing = null;
    toApply.clear();
    state = snapshots.get(snapshot.last());
    flushed = state;
    snapshots.clear();
    disk.restart(snapshot.last());
    cluster.oracle().installed(snapshot.last(), state.hash());
    cluster.tally().snapshots++;
    raft.snapshotInstalled(snapshot);
    stepped();
  }

  /** For replays: where it stands. */
  String describe() {
    if (gone) {
      return "replica=" + id + " gone";
    }
    HardState durable = disk.hardState();
    return raft == null ? "replica=" + id + " down, durable t" + durable.term() + " last " + disk.last() : raft.status().describe();
  }
}
