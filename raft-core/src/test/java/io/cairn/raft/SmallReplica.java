package io.cairn.raft;

import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.EntryKind;
import io.cairn.raft.membership.Membership;
import io.cairn.raft.message.RaftMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** One real replica in the search through a {@link SmallScope}: whatever it is asked, it does at once. */
final class SmallReplica {

  private static final RaftSettings SETTINGS = new RaftSettings(100, 1, 10, 1000, 100_000, 4, 100_000, 100_000);
  private static final Membership THREE = Membership.of(new TreeSet<>(List.of(new ReplicaId(1), new ReplicaId(2), new ReplicaId(3))));

  private final ReplicaId id;
  private final SmallScope.Disk kind;
  private final TestDisk disk = new TestDisk();
  private RaftInvariants invariants;
  private final List<Ready> writing = new ArrayList<>();
  private Raft raft;
  private long now = 1000;
  private EntryId applied = EntryId.ZERO;

  SmallReplica(ReplicaId id, SmallScope.Disk kind) {
    this.id = id;
    this.kind = kind;
    start();
  }

  private void start() {
    // The state machine keeps nothing over a crash: everything committed is applied again.
    applied = EntryId.ZERO;
    invariants = new RaftInvariants();
    raft = new Raft(id, SETTINGS, disk.hardState(), THREE, disk, 0, _ -> new byte[0], _ -> 0, now);
  }

  Raft raft() {
    return raft;
  }

  TestDisk disk() {
    return disk;
  }

  EntryId applied() {
    return applied;
  }

  String fingerprint() {
    return StateFingerprint.of(raft, disk, writing.size(), now, applied);
  }

  boolean isWriting() {
    return !writing.isEmpty();
  }

  List<RaftMessage> receive(RaftMessage message) {
    raft.receive(message, now);
    return settle();
  }

  /** Nobody is heard for an election timeout, in small steps: a long one would be taken for this process standing still. */
  List<RaftMessage> timeOut() {
    for (int i = 0; i < 21; i++) {
      now += 5;
      raft.tick(now);
    }
    return settle();
  }

  /** @param number tells one command from another: the payload has as many bytes */
  List<RaftMessage> propose(int number) {
    raft.propose(EntryKind.COMMAND, new byte[number]);
    return settle();
  }

  List<RaftMessage> persist() {
    var sent = new ArrayList<RaftMessage>();
    persistOne(sent);
    sent.addAll(settle());
    return sent;
  }

  List<RaftMessage> crash() {
    disk.crash();
    writing.clear();
    start();
    return settle();
  }

  private void persistOne(List<RaftMessage> sent) {
    Ready ready = writing.removeFirst();
    disk.syncOne();
    if (kind != SmallScope.Disk.LYING) {
      sent.addAll(ready.messagesAfterPersist());
      raft.persisted(ready.ticket());
    }
  }

  private List<RaftMessage> settle() {
    var sent = new ArrayList<RaftMessage>();
    invariants.check(raft);
    while (raft.hasReady()) {
      Ready ready = raft.ready();
      sent.addAll(ready.messages());
      if (ready.mustPersist()) {
        disk.write(ready);
        writing.add(ready);
        if (kind == SmallScope.Disk.LYING) {
          sent.addAll(ready.messagesAfterPersist());
          raft.persisted(ready.ticket());
        }
      }
      while (kind == SmallScope.Disk.FAST && !writing.isEmpty()) {
        persistOne(sent);
      }
      for (Entry entry : ready.committed()) {
        applied = entry.id();
      }
      if (!ready.committed().isEmpty()) {
        raft.applied(applied.index());
      }
      invariants.check(raft);
    }
    return sent;
  }
}
