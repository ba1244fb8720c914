package io.cairn.server.replica;

import io.cairn.platform.EventLoop;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.raft.DiskState;
import io.cairn.raft.Invariant;
import io.cairn.raft.Raft;
import io.cairn.raft.RaftStatus;
import io.cairn.raft.Ready;
import io.cairn.raft.ReplicaId;
import io.cairn.raft.RoleName;
import io.cairn.raft.SnapshotMeta;
import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryKind;
import io.cairn.raft.message.RaftMessage;
import io.cairn.raft.read.ConfirmedRead;
import io.cairn.raft.read.ReadAnswer;
import io.cairn.server.apply.EntryEffect;
import io.cairn.server.command.EntryPayload;
import io.cairn.server.command.ShardCommand;
import io.cairn.server.command.SystemCommand;
import io.cairn.server.outcome.Completion;
import io.cairn.server.outcome.Refusal;
import io.cairn.server.shard.ShardDescriptor;
import io.cairn.storage.log.LogWrite;
import io.cairn.storage.log.ReplicaKey;
import io.cairn.storage.mvcc.ShardStore;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's copy of one shard: a {@link Raft}, the writes and reads that wait on it, and nothing else. Belongs to one loop.
 *
 * <p>Whatever happens asks for a {@link #pump}, which runs once per turn of the loop: so what arrives together is proposed,
 * sent and written together.
 */
public final class Replica {
  private static final Logger log = LoggerFactory.getLogger(Replica.class);
  /** A read-index answer that takes longer is asked for again; longer than any election. */
  private static final long READ_ANSWER_NANOS = TimeUnit.MILLISECONDS.toNanos(1_000);

  private volatile ShardDescriptor descriptor;
  private final ReplicaKey key;
  private final Raft raft;
  private final ReplicaPorts ports;
  private final ReplicaTap tap;
  private final Inbox inbox;
  private final PendingWrites pending;
  private final WriteBatches batches;
  private final ReadRounds reads;
  private final ResolvedShard resolved;
  private final Resolver resolver;
  private final MemberSteps members;
  private final Proposals proposals;
  private final Leadership leadership;
  private final ToldEffects told;
  private final Fence fence;
  /** When each write that the log has not answered was given to it, oldest first. */
  private final ArrayDeque<Long> writing = new ArrayDeque<>();
  private volatile ShardStore store;
  private ReplicaId leader = ReplicaId.NONE;
  private volatile RoleName role = RoleName.FOLLOWER;
  private long term;
  private long appliedIndex;
  private long lastProposed;
  private boolean leaderReady;
  private boolean pumpRequested;
  private boolean closed;

  public Replica(ShardDescriptor descriptor, ReplicaId self, Raft raft, ShardStore store, ReplicaPorts ports, WriteBounds bounds,
      long firstRead) {
    this.descriptor = descriptor;
    this.key = new ReplicaKey(descriptor.id(), self);
    this.raft = raft;
    this.store = store;
    this.ports = ports;
    this.tap = ports.observer().tap();
    this.appliedIndex = store.applied().index();
    this.term = raft.term();
    this.pending = new PendingWrites(new HorizonAnswers(ports.loop(), ports.clock(), ports.revisions(),
        (write, lease) -> ports.observer().leaseUnknown(this, write, lease), new ObservedGuards(this, ports.observer())));
    this.batches = new WriteBatches(ports.clock(), ports.loop(), ports.revisions(), bounds, new BatchProposer());
    this.reads = new ReadRounds(ports.clock(), firstRead, READ_ANSWER_NANOS,
        (read, context) -> raft.readIndex(read, context, ports.clock().nanoTime()));
    this.inbox = new Inbox(batches, reads, bounds.queueBytesMax());
    this.resolved = new ResolvedShard(this, raft, ports.clock(), pending, batches, reads);
    this.resolver = new Resolver(self, ports.loop(), ports.revisions(), resolved);
    this.members = new MemberSteps(raft, ports.clock(), () -> leaderReady && !closed, this::step);
    this.proposals = new Proposals(raft);
    this.leadership = new Leadership(raft, new LedShard(this, ports));
    this.told = new ToldEffects(this, ports.observer());
    this.fence = new Fence(this, raft, ports);
  }

  public ShardDescriptor descriptor() {
    return descriptor;
  }

  /** Other nodes hold the shard's replicas, or are called otherwise. On the replica's loop. */
  public void describe(ShardDescriptor now) {
    descriptor = now;
  }

  public ReplicaKey key() {
    return key;
  }

  public EventLoop loop() {
    return ports.loop();
  }

  /** The data as applied; another store after a snapshot was installed. From any thread. */
  public ShardStore store() {
    return store;
  }

  /**
   * What the store shows. A snapshot that takes its place has it deleted: what was read while that happened says nothing, and is read anew.
   * From any thread that may block.
   */
  public <T> T show(Function<ShardStore, T> read) {
    while (true) {
      ShardStore standsOn = store;
      T shown = read.apply(standsOn);
      if (standsOn == store) {
        return shown;
      }
    }
  }

  // What comes in. All on the replica's loop.

  /** Takes a write to be proposed with the next batch; refuses it when this replica does not lead. */
  public void write(WriteRequest write) {
    if (!isLeader() || closed) {
      write.completion().refused(closed ? shuttingDown() : notLeader());
      return;
    }
    Refusal noRoom = ports.room().refusal(descriptor, write.use());
    if (noRoom != null) {
      write.completion().refused(noRoom);
      return;
    }
    if (ports.log().full()) {
      write.completion().refused(Refusal.retry(ErrorCode.OVERLOADED, "too much waits for this node's log; come back later", 20));
      return;
    }
    if (!inbox.holds(write.bytes())) {
      write.completion().refused(inbox.full(descriptor.id()));
      return;
    }
    batches.add(write);
    requestPump();
  }

  /** Takes a read, which ends once this replica may answer it. */
  public void read(ReadRequest read) {
    if (closed || fence.isUp()) {
      read.completion().refused(closed ? shuttingDown() : fence.refusal());
      return;
    }
    if (!inbox.holds(ReadRequest.BYTES)) {
      read.completion().refused(inbox.full(descriptor.id()));
      return;
    }
    reads.add(read);
    requestPump();
  }

  /** Takes a read that needs no more than its context: ended at once when this replica already shows that. */
  public void readAtLeast(ReadRequest read) {
    LocalState local = local();
    if (local != null && local.resolved() >= read.context()) {
      read.completion().done(local.resolved());
    } else {
      read(read);
    }
  }

  /** What can be shown without asking anybody; null while this replica is closing or fenced. What is applied is resolved. */
  public LocalState local() {
    if (closed || fence.isUp()) {
      return null;
    }
    long heard = raft.leaderHeardAt();
    long millisAgo = heard == Long.MIN_VALUE ? -1 : Math.max(0, ports.clock().nanoTime() - heard) / 1_000_000;
    return new LocalState(Math.max(store.applied().revision(), reads.resolved()), millisAgo);
  }

  /** The highest revision that this node knows to have been handed out, in whatever shard. From any thread. */
  public long handedOut() {
    return ports.revisions().known();
  }

  /** Takes a message in; one that is malformed is dropped, whoever sent it. */
  public void receive(RaftMessage message) {
    step(() -> {
      try {
        raft.receive(message, ports.clock().nanoTime());
      } catch (IllegalArgumentException e) {
        log.warn("shard={} dropped a malformed message; from={} reason=\"{}\"", descriptor.id(), message.from(), e.getMessage());
      }
    });
  }

  /** Lets time pass; {@code now} is read on this loop, or a lease would outlast what it stands on. */
  public void tick(long now) {
    step(() -> {
      raft.diskStalledSince(fence.diskStalledSince(
          writing.isEmpty() ? ports.log().writingSince() : Math.min(writing.getFirst(), ports.log().writingSince())));
      raft.tick(now);
      batches.expire();
      pending.expire(now);
      reads.tick();
      resolver.retry();
      members.tick();
    });
  }

  /** Proposes a command of the system shard; false when this replica cannot. */
  public boolean propose(SystemCommand command) {
    boolean proposed = !closed && isLeader() && raft.propose(EntryKind.COMMAND, EntryPayload.system(command)) > 0;
    requestPump();
    return proposed;
  }

  /** Proposes what a shard's leader says for the shard's upkeep; false when this replica cannot. */
  public boolean propose(ShardCommand command) {
    boolean proposed = !closed && leaderReady && raft.isLeader() && raft.propose(EntryKind.COMMAND, EntryPayload.upkeep(command)) > 0;
    requestPump();
    return proposed;
  }

  /**
   * Proposes to drop what only reads below {@code to} need, {@code to} having been handed out. False while a write at or below it may
   * still come (W-04): its revisions may have been asked for before this node knew {@code to}. From here on this leader proposes
   * nothing at or below it.
   */
  public boolean compact(long to) {
    if (to > ports.revisions().known() || batches.mayGetAtOrBelow(to) || !propose(new ShardCommand.Compact(to))) {
      return false;
    }
    lastProposed = Math.max(lastProposed, to);
    resolved.compacting(to);
    return true;
  }

  /** Puts a payload into the shard's log and tells what it came to; refused while this replica does not lead, or has only begun to. */
  public void submit(byte[] payload, Completion<EntryEffect> completion) {
    if (!leaderReady || !isLeader() || closed) {
      completion.refused(closed ? shuttingDown() : notLeader());
      return;
    }
    proposals.submit(payload, Refusal.retry(ErrorCode.OVERLOADED, "too much of the shard's log is not committed yet; come back later", 50),
        completion);
    requestPump();
  }

  public void messagesLost(ReplicaId to) {
    step(() -> raft.messagesLost(to));
  }

  public void connectionLost(ReplicaId to) {
    step(() -> raft.connectionLost(to));
  }

  public void snapshotSent(ReplicaId to, long index, boolean ok) {
    step(() -> raft.snapshotSent(to, index, ok));
  }

  public void snapshotReceived(SnapshotMeta snapshot, ReplicaId from, long snapshotTerm) {
    step(() -> {
      raft.snapshotReceived(snapshot, from, snapshotTerm, ports.clock().nanoTime());
      fence.received(snapshot);
    });
  }

  /** The replica stands on another store and its log begins after the snapshot, durably. */
  public void snapshotInstalled(SnapshotMeta snapshot, ShardStore installed) {
    step(() -> {
      fence.restarted(snapshot.last().index());
      tap.installed(this, snapshot);
      raft.snapshotInstalled(snapshot);
      standOn(installed);
    });
  }

  /** What it shows from here on is at or behind what it has shown. */
  void standOn(ShardStore installed) {
    store = installed;
    appliedIndex = store.applied().index();
    ports.revisions().learn(installed.applied().revision());
    reads.applied(appliedIndex);
    ports.observer().installed(this);
  }

  /**
   * Whatever touches Raft runs in here. What it throws is the end of the node ({@link io.cairn.raft.InvariantBroken} and the like):
   * until the process has stopped, this replica says and writes nothing more.
   */
  void step(Runnable work) {
    if (closed) {
      return;
    }
    try {
      work.run();
    } catch (RuntimeException e) {
      closed = true;
      throw e;
    }
    requestPump();
  }

  /** Ends: what is not proposed yet is refused, what is in the log is unknown, and nothing is sent or written any more. */
  public void close() {
    closed = true;
    batches.refuseAll(shuttingDown());
    pending.failAll("this node stopped before the write was committed");
    reads.refuseAll(shuttingDown());
    leadership.close(shuttingDown());
    members.drop();
    proposals.drop();
  }

  // What is known. On the replica's loop.

  /** Whether it has ended, in order or because something broke. */
  public boolean closed() {
    return closed;
  }

  public boolean isLeader() {
    return raft.isLeader() && !fence.isUp();
  }

  /** Whether it led when that last changed. From any thread. */
  public boolean leads() {
    return role == RoleName.LEADER && !fence.isUp();
  }

  /** Its leadership: whether it is on its way to another, and how to send it there. */
  public Leadership leadership() {
    return leadership;
  }

  /** What stands between its data and everybody while that is not what the others have. */
  public Fence fence() {
    return fence;
  }

  /** The changes of its members. On the replica's loop. */
  public MemberSteps members() {
    return members;
  }

  public long leaseUntil() {
    return raft.leaseUntil();
  }

  /** The node that leads, as far as this replica knows; empty when none is known. */
  public String leaderNode() {
    return descriptor.node(raft.leader());
  }

  public RaftStatus status() {
    return raft.status();
  }

  /** What the disk is known to hold of what this replica has promised. On the replica's loop. */
  public DiskState disk() {
    return raft.disk();
  }

  /** Writes and reads that wait here, as of the last turn. From any thread. */
  public long inboxBytes() {
    return inbox.bytesAtTurn();
  }

  // The driver.

  /** Whether it leads and has applied all that earlier leaders may have committed. */
  public boolean leaderReady() {
    return leaderReady;
  }

  /** Has what Raft asks for carried out, at the end of this turn. */
  void requestPump() {
    if (!pumpRequested) {
      pumpRequested = true;
      ports.loop().execute(this::pump);
    }
  }

  private void pump() {
    pumpRequested = false;
    if (closed) {
      return;
    }
    try {
      batches.close();
      reads.start();
      while (raft.hasReady()) {
        dispatch(raft.ready());
        batches.close();
      }
      noticeChanges();
      leadership.look();
      inbox.turned();
      tap.turned(this);
    } catch (RuntimeException e) {
      closed = true;
      throw e;
    }
  }

  private void dispatch(Ready ready) {
    tap.ready(this, ready);
    for (RaftMessage message : ready.messages()) {
      ports.outbox().send(this, message);
    }
    if (ready.mustPersist()) {
      writing.add(ports.clock().nanoTime());
      ports.log().submit(LogWrite.of(key, ready.hardState(), ready.entries()), ports.loop(), () -> persisted(ready));
    } else {
      sendAfterPersist(ready);
    }
    if (!ready.committed().isEmpty()) {
      fence.committed(ready.committed());
    }
    noticeChanges();
    for (ConfirmedRead read : ready.confirmedReads()) {
      resolver.confirmed(read);
    }
    for (ReadAnswer answer : ready.readAnswers()) {
      if (!answer.ok()) {
        resolver.refused(answer.read());
      }
      reads.answered(answer, appliedIndex);
    }
    for (ReplicaId follower : ready.snapshotsWanted()) {
      ports.snapshots().send(this, follower, raft.term());
    }
    ready.install().ifPresent(snapshot -> ports.snapshots().install(this, snapshot));
  }

  private void persisted(Ready ready) {
    step(() -> {
      writing.poll();
      tap.persisted(this, ready);
      sendAfterPersist(ready);
      raft.persisted(ready.ticket());
    });
  }

  private void sendAfterPersist(Ready ready) {
    for (RaftMessage message : ready.messagesAfterPersist()) {
      ports.outbox().send(this, message);
    }
  }

  void applied(List<Entry> entries, List<EntryEffect> effects) {
    step(() -> takeEffects(entries, effects));
  }

  private void takeEffects(List<Entry> entries, List<EntryEffect> effects) {
    tap.applied(this, entries, effects);
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      Invariant.check(entry.index() == appliedIndex + 1, "entry %d was applied after %d", entry.index(), appliedIndex);
      appliedIndex = entry.index();
      if (fence.isUp()) {
        continue; // What it came to here is nothing to tell anybody.
      }
      pending.applied(entry, effects.get(i));
      boolean own = raft.isLeader() && entry.term() == raft.term();
      leaderReady |= own && entry.kind() == EntryKind.LEADER;
      told.effect(entry, effects.get(i), own);
      proposals.applied(entry, effects.get(i));
    }
    ports.revisions().learn(store.applied().revision());
    raft.applied(appliedIndex);
    reads.applied(appliedIndex);
    resolver.retry();
    members.goOn();
    ports.observer().applied(this);
  }

  /** Compares role, term and leader with what they were, and draws the consequences. */
  private void noticeChanges() {
    RaftRole now = new RaftRole(raft.isLeader(), raft.term(), raft.leader());
    boolean wasLeader = role == RoleName.LEADER;
    if (now.leads() == wasLeader && now.term() == term && now.leader().equals(leader)) {
      return;
    }
    if (wasLeader && (!now.leads() || now.term() != term)) {
      loseLeadership();
    }
    if (!now.leads() && now.term() > term && raft.status().role() == RoleName.CANDIDATE) {
      ports.observer().campaigned(this);
    }
    boolean leaderMoved = now.term() != term || !now.leader().equals(leader);
    role = now.leads() ? RoleName.LEADER : RoleName.FOLLOWER;
    term = now.term();
    leader = now.leader();
    if (leaderMoved) {
      reads.askAgain();
      ports.observer().leaderChanged(this, leader);
      requestPump();
    }
  }

  private record RaftRole(boolean leads, long term, ReplicaId leader) {}

  /** Everything that waits for what this replica's data shows ends. */
  void cutOff(Refusal why) {
    loseLeadership();
    reads.refuseAll(why);
  }

  private void loseLeadership() {
    leaderReady = false;
    batches.refuseAll(notLeader());
    pending.failAll("leadership of shard " + descriptor.id() + " was lost before the write was committed");
    resolver.drop();
    members.drop();
    proposals.drop();
  }

  /** Why it takes nothing that only a leader can take. */
  public Refusal notLeader() {
    // Whoever is about to take over is asked first: it leads a moment later.
    return Refusal.notLeader(descriptor.id(), raft.leader().equals(ReplicaId.NONE) ? leadership.going() : leaderNode());
  }

  private static Refusal shuttingDown() {
    return Refusal.of(ErrorCode.SHUTTING_DOWN, "this node is stopping; another one takes over");
  }

  /** What closed batches may ask of this replica. */
  private final class BatchProposer implements WriteBatches.Proposer {
    @Override
    public boolean canPropose() {
      return leaderReady && Replica.this.isLeader() && !closed;
    }

    @Override
    public boolean handingOver() {
      return !raft.transferTarget().equals(ReplicaId.NONE);
    }

    @Override
    public long term() {
      return raft.term();
    }

    @Override
    public Refusal notLeader() {
      return Replica.this.notLeader();
    }

    @Override
    public long revisionFloor() {
      return Math.max(Math.max(lastProposed, store.applied().revision()), resolver.declared());
    }

    @Override
    public boolean propose(long firstRevision, byte[] payload, List<WriteRequest> writes) {
      long index = raft.propose(EntryKind.COMMAND, payload);
      if (index < 0) {
        return false;
      }
      pending.add(new PendingWrites.Proposed(raft.term(), index, firstRevision, writes));
      lastProposed = firstRevision + writes.size() - 1;
      ports.observer().proposed(Replica.this, writes.size(), payload.length);
      requestPump();
      return true;
    }

    @Override
    public int proposedBatches() {
      return pending.size();
    }

    @Override
    public void rangeSettled() {
      resolver.retry();
      requestPump();
    }
  }
}
