package io.cairn.raft.script;

import io.cairn.raft.DiskState;
import io.cairn.raft.Raft;
import io.cairn.raft.RaftInvariants;
import io.cairn.raft.RaftStatus;
import io.cairn.raft.Ready;
import io.cairn.raft.ReplicaId;
import io.cairn.raft.SnapshotMeta;
import io.cairn.raft.TestDisk;
import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.EntryKind;
import io.cairn.raft.membership.ChangeOutcome;
import io.cairn.raft.membership.MemberChange;
import io.cairn.raft.membership.Membership;
import io.cairn.raft.membership.MembershipCodec;
import io.cairn.raft.message.RaftMessage;
import io.cairn.raft.read.ConfirmedRead;
import io.cairn.raft.read.ReadAnswer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;

/** One replica of a script: a Raft, its disk, and a state machine that only knows how far it is. Says whatever changes. */
final class ScriptedReplica {

  private final ReplicaId id;
  private final ScriptedCluster cluster;
  private final TestDisk disk = new TestDisk();
  private final ArrayDeque<Ready> writing = new ArrayDeque<>();
  private Raft raft;
  private RaftInvariants invariants;
  private RaftStatus known;
  private DiskState knownDisk;
  private boolean removed;
  private boolean quiesced;
  /** What is applied, and the members as of it. */
  private SnapshotMeta applied;
  private SnapshotMeta flushed;
  private final ArrayDeque<Entry> toApply = new ArrayDeque<>();
  private boolean slowDisk;
  private boolean slowApply;
  private boolean slowInstall;
  /** What is to be switched to, once that is not slow any more. */
  private SnapshotMeta toInstall;

  ScriptedReplica(ReplicaId id, ScriptedCluster cluster) {
    this.id = id;
    this.cluster = cluster;
    this.flushed = new SnapshotMeta(EntryId.ZERO, cluster.membership());
  }

  TestDisk disk() {
    return disk;
  }

  Raft raft() {
    if (raft == null) {
      throw new IllegalStateException("replica " + id + " is down");
    }
    return raft;
  }

  void start(DiskState diskState) {
    applied = flushed;
    raft = new Raft(id, cluster.settings(), disk.hardState(), applied.membership(), disk, applied.last().index(), diskState,
        _ -> new byte[0], _ -> 0, cluster.now());
    invariants = new RaftInvariants();
    known = raft.status();
    knownDisk = diskState;
    stepped();
  }

  void crash() {
    disk.crash();
    writing.clear();
    toApply.clear();
    toInstall = null;
    quiesced = false;
    raft = null;
    cluster.say(id + " is down; its disk has " + describeHardState() + ", entries up to " + disk.last());
  }

  void newDisk() {
    disk.wipe();
    flushed = new SnapshotMeta(EntryId.ZERO, cluster.membership());
  }

  private String describeHardState() {
    return "term " + disk.hardState().term() + ", vote " + disk.hardState().vote();
  }

  void slowDisk(boolean slow) {
    slowDisk = slow;
    if (!slow) {
      persist(Integer.MAX_VALUE);
    }
  }

  void tick() {
    if (raft != null) {
      raft.tick(cluster.now());
      stepped();
    }
  }

  void receive(RaftMessage message) {
    if (raft != null) {
      raft.receive(message, cluster.now());
      stepped();
    }
  }

  void propose(String text) {
    proposed(raft().propose(EntryKind.COMMAND, text.getBytes(StandardCharsets.UTF_8)));
  }

  void change(List<MemberChange> changes) {
    cluster.say(switch (raft().changeMembers(changes)) {
      case ChangeOutcome.Appended(long index, Membership target) -> id + " appends " + raft.term() + "/" + index + ": to " + target.describe();
      case ChangeOutcome.Refused(ChangeOutcome.Cause cause, String reason) -> id + " refuses (" + cause + "): " + reason;
    });
    stepped();
  }

  void quiesce() {
    if (!raft().quiesce(cluster.now())) {
      cluster.say(id + " stays awake");
    }
    stepped();
  }

  void wake() {
    raft().wake(cluster.now());
    stepped();
  }

  void slowApply(boolean slow) {
    slowApply = slow;
    apply();
    stepped();
  }

  void slowInstall(boolean slow) {
    slowInstall = slow;
    if (!slow && toInstall != null) {
      install(toInstall);
      stepped();
    }
  }

  private void proposed(long index) {
    cluster.say(index < 0 ? id + " refuses the proposal" : id + " appends " + raft.term() + "/" + index);
    stepped();
  }

  void read(long read) {
    raft().readIndex(read, 0, cluster.now());
    stepped();
  }

  /** Calls what is not a message, and says what came of it. */
  void tell(Function<Raft, String> call) {
    cluster.say(id + " " + call.apply(raft()));
    stepped();
  }

  void persist(int count) {
    for (int i = 0; i < count && !writing.isEmpty(); i++) {
      Ready ready = writing.removeFirst();
      disk.syncOne();
      cluster.say(id + " has written " + MessageText.of(ready.entries()) + " (" + describeHardState() + ")");
      ready.messagesAfterPersist().forEach(cluster::send);
      raft.persisted(ready.ticket());
      stepped();
    }
  }

  void compact(long index) {
    flushed = applied;
    disk.cut(index);
  }

  void sendSnapshot(ScriptedReplica target) {
    target.raft().snapshotReceived(applied, id, raft().term(), cluster.now());
    target.stepped();
    raft.snapshotSent(target.id, applied.last().index(), true);
    stepped();
  }

  String describeLog() {
    var text = new StringBuilder(id + " log:");
    for (long index = disk.base().index() + 1; index <= disk.last().index(); index++) {
      text.append(' ').append(disk.term(index)).append('/').append(index);
    }
    return text + (disk.base().index() > 0 ? " (cut off up to " + disk.base() + ")" : "");
  }

  String describe() {
    return raft == null ? "replica=" + id + " down" : raft.status().describe() + " leader=" + raft.leader();
  }

  String describeLease() {
    long until = raft().leaseUntil();
    if (until == Long.MIN_VALUE) {
      return id + " has no lease";
    }
    long left = (until - cluster.now()) / ScriptedCluster.MS;
    return left > 0 ? id + " leads for " + left + " ms at least" : id + " has a lease that ended " + -left + " ms ago";
  }

  String describeHeard() {
    long heard = raft().leaderHeardAt();
    return heard == Long.MIN_VALUE ? id + " has heard no leader"
        : id + " heard a leader " + (cluster.now() - heard) / ScriptedCluster.MS + " ms ago";
  }

  private void stepped() {
    invariants.check(raft);
    while (raft.hasReady()) {
      Ready ready = raft.ready();
      sayChanges();
      carryOut(ready);
    }
    sayChanges();
    invariants.check(raft);
  }

  private void sayChanges() {
    RaftStatus now = raft.status();
    if (now.role() != known.role() || now.term() != known.term() || !now.leader().equals(known.leader())) {
      cluster.say(id + " is " + now.role().name().toLowerCase(Locale.ROOT).replace('_', '-') + " at term " + now.term()
          + (now.leader().equals(ReplicaId.NONE) || now.leader().equals(id) ? "" : " of " + now.leader()));
    }
    if (now.last() != known.last()) {
      cluster.say(id + " log ends at " + now.last());
    }
    if (now.commit() != known.commit()) {
      cluster.say(id + " commits " + now.commit());
    }
    if (!Objects.equals(now.membership(), known.membership())) {
      cluster.say(id + " counts " + now.membership().describe());
    }
    if (raft.isRemoved() && !removed) {
      cluster.say(id + " is removed for ever");
    }
    removed = raft.isRemoved();
    if (raft.isQuiesced() != quiesced) {
      quiesced = raft.isQuiesced();
      cluster.say(id + (quiesced ? " is quiesced" : " is awake"));
    }
    if (raft.disk() != knownDisk) {
      knownDisk = raft.disk();
      cluster.say(id + " is " + knownDisk.name().toLowerCase(Locale.ROOT) + " again");
    }
    known = now;
  }

  private void carryOut(Ready ready) {
    ready.messages().forEach(cluster::send);
    if (ready.mustPersist()) {
      disk.write(ready);
      writing.add(ready);
    }
    toApply.addAll(ready.committed());
    apply();
    for (ConfirmedRead read : ready.confirmedReads()) {
      cluster.say(id + " still leads: read " + read.read() + " of " + read.origin() + " at " + read.index());
      raft.answerRead(read, read.index(), 0);
    }
    for (ReadAnswer answer : ready.readAnswers()) {
      cluster.say(id + " read " + answer.read() + (answer.ok() ? " sees " + answer.index() : " is refused"));
    }
    ready.snapshotsWanted().forEach(follower -> cluster.say(id + " wants a snapshot sent to " + follower));
    if (!slowDisk) {
      persistQuietly();
    }
    ready.install().ifPresent(this::toInstall);
  }

  private void apply() {
    if (slowApply || toApply.isEmpty()) {
      return;
    }
    for (Entry entry : toApply) {
      boolean changes = entry.kind() == EntryKind.MEMBERSHIP;
      applied = new SnapshotMeta(entry.id(), changes ? MembershipCodec.decode(entry.payload()) : applied.membership());
    }
    toApply.clear();
    raft.applied(applied.last().index());
  }

  private void persistQuietly() {
    while (!writing.isEmpty()) {
      Ready ready = writing.removeFirst();
      disk.syncOne();
      ready.messagesAfterPersist().forEach(cluster::send);
      raft.persisted(ready.ticket());
    }
  }

  private void toInstall(SnapshotMeta snapshot) {
    if (slowInstall) {
      cluster.say(id + " begins to install the snapshot up to " + snapshot.last());
      toInstall = snapshot;
    } else {
      install(snapshot);
    }
  }

  private void install(SnapshotMeta snapshot) {
    toInstall = null;
    cluster.say(id + " installs the snapshot up to " + snapshot.last());
    applied = snapshot;
    flushed = applied;
    toApply.clear();
    disk.restart(snapshot.last());
    raft.snapshotInstalled(snapshot);
  }
}
