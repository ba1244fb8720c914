package io.cairn.simulator.crash;

import io.cairn.raft.Raft;
import io.cairn.raft.Ready;
import io.cairn.raft.SnapshotMeta;
import io.cairn.raft.log.Entry;
import io.cairn.raft.log.HardState;
import io.cairn.raft.log.StableLog;
import io.cairn.raft.message.RaftMessage;
import io.cairn.server.apply.EntryEffect;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.ReplicaTap;
import io.cairn.simulator.SimMachine;
import io.cairn.simulator.disk.CrashLoss;
import io.cairn.simulator.disk.DiskOperation;
import io.cairn.simulator.disk.DiskTap;
import io.cairn.simulator.engine.EngineTap;
import io.cairn.simulator.mark.Mark;
import io.cairn.simulator.mark.Marks;
import io.cairn.simulator.schedule.SimProcess;
import io.cairn.simulator.schedule.SimProcessKilled;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** Knows where one node is, in all its lives, and takes its power away at the place it is armed for. */
public final class CrashWatch implements DiskTap, EngineTap {
  private static final String LOG_FOLDER = "/data/log";
  private static final String SEGMENT = ".seg";
  /** What clean-up reads of a segment at once, and nobody else. */
  private static final int CLEAN_READ_BYTES = 248 * 512;

  private final SimMachine machine;
  private final Marks marks;
  private final Map<CrashPoint, Long> passed = new EnumMap<>(CrashPoint.class);
  private final Map<CrashPoint, Long> crashed = new EnumMap<>(CrashPoint.class);
  private final Map<Death, Long> deaths = new TreeMap<>();
  private final List<Replica> replicas = new ArrayList<>();
  private CrashPoint armed;
  /** The role it has to be in; null for any. */
  private CrashRole armedFor;
  private CrashLoss loss;
  private boolean opened;
  private boolean looked;
  private int installing;
  /** The segment that clean-up reads, in which event of the world it read last, and whether what it wrote again waits for its sync. */
  private String cleaned;
  private long cleaningEvent = -1;
  private boolean rewritten;

  public CrashWatch(SimMachine machine, Marks marks) {
    this.machine = machine;
    this.marks = marks;
    machine.disk().tap(this);
    machine.engineDisk().tap(this);
  }

  /** The next time the node comes by there it loses its power. One place at a time; null for none. */
  public void arm(CrashPoint point, CrashLoss withLoss) {
    arm(point, null, withLoss);
  }

  /** As {@link #arm(CrashPoint, CrashLoss)}, when it is in this role there. */
  public void arm(CrashPoint point, CrashRole role, CrashLoss withLoss) {
    armed = point;
    armedFor = role;
    loss = withLoss;
  }

  /** How often the node came by each place. */
  public Map<CrashPoint, Long> passed() {
    return passed;
  }

  /** How often it lost its power there. */
  public Map<CrashPoint, Long> crashed() {
    return crashed;
  }

  /** In which role it did, and how often. */
  public Map<Death, Long> deaths() {
    return deaths;
  }

  /** At a place of the whole node. */
  private void at(CrashPoint point) {
    boolean leads = false;
    for (Replica replica : replicas) {
      leads |= replica.isLeader();
    }
    at(point, point.isAtBoot() ? CrashRole.STARTING : leads && point.roles().contains(CrashRole.LEADING) ? CrashRole.LEADING : CrashRole.FOLLOWING);
  }

  private void at(CrashPoint point, Replica replica) {
    at(point, replica.isLeader() ? CrashRole.LEADING : CrashRole.FOLLOWING);
  }

  private void at(CrashPoint point, CrashRole role) {
    passed.merge(point, 1L, Long::sum);
    if (armed == point && (armedFor == null || armedFor == role) && machine.running()) {
      armed = null;
      crashed.merge(point, 1L, Long::sum);
      deaths.merge(new Death(point, role), 1L, Long::sum);
      marks.reach(Mark.DIED_AT_A_CRASH_POINT);
      marks.reachIf(!opened, Mark.DIED_DURING_BOOT);
      SimProcess process = machine.process();
      machine.losePower(loss);
      throw new SimProcessKilled(process.describe());
    }
  }

  // ---- the disk

  @Override
  public void before(DiskOperation operation, String path, long offset, int length) {
    if (!looked) {
      looked = true;
      at(CrashPoint.BOOT_BEFORE_FIRST_LOOK);
    }
    if (!path.startsWith(LOG_FOLDER)) {
      return;
    }
    if (operation == DiskOperation.SYNC_DIRECTORY) {
      at(CrashPoint.LOG_FOLDER_BEFORE_SYNC);
    } else if (path.endsWith(SEGMENT)) {
      cleaning(operation, path, offset, length);
      segment(operation, offset);
    } else {
      temporary(operation);
    }
  }

  /** Clean-up writes again what it has just read, in the same turn. */
  private void cleaning(DiskOperation operation, String path, long offset, int length) {
    if (!opened) {
      return;
    }
    switch (operation) {
      case READ -> {
        if (length == CLEAN_READ_BYTES) {
          cleaned = path;
          cleaningEvent = machine.world().scheduler().events();
        }
      }
      case WRITE -> {
        if (offset > 0 && cleaningEvent == machine.world().scheduler().events()) {
          cleaningEvent = -1;
          rewritten = true;
          at(CrashPoint.CLEAN_BEFORE_REWRITING);
        }
      }
      case SYNC -> {
        if (rewritten) {
          rewritten = false;
          at(CrashPoint.CLEAN_REWRITTEN_BEFORE_SYNC);
        }
      }
      case RENAME, DELETE -> {
        if (path.equals(cleaned)) {
          cleaned = null;
          at(CrashPoint.CLEAN_REWRITTEN_BEFORE_FREEING);
        }
      }
      default -> { }
    }
  }

  private void segment(DiskOperation operation, long offset) {
    switch (operation) {
      case WRITE -> {
        if (!opened) {
          at(CrashPoint.BOOT_BEFORE_FIRST_LOG_WRITE);
        } else if (offset == 0) {
          at(CrashPoint.SEGMENT_BEFORE_HEADER);
        } else {
          at(installing > 0 ? CrashPoint.SNAPSHOT_INSTALLING_BEFORE_LOG_WRITE : CrashPoint.LOG_BEFORE_WRITE);
        }
      }
      case SYNC -> at(installing > 0 ? CrashPoint.SNAPSHOT_INSTALLING_BEFORE_LOG_SYNC : CrashPoint.LOG_WRITTEN_BEFORE_SYNC);
      case RENAME -> {
        marks.reach(Mark.LOG_SEGMENT_REUSED);
        at(CrashPoint.SEGMENT_BEFORE_RENAME);
      }
      case DELETE -> at(CrashPoint.SEGMENT_BEFORE_DELETE);
      default -> { }
    }
  }

  private void temporary(DiskOperation operation) {
    switch (operation) {
      case CREATE -> {
        marks.reach(Mark.LOG_SEGMENT_MADE);
        at(CrashPoint.SEGMENT_BEFORE_CREATE);
      }
      case WRITE -> at(CrashPoint.SEGMENT_BEFORE_FILLING);
      case SYNC -> at(CrashPoint.SEGMENT_FILLED_BEFORE_SYNC);
      case RENAME -> at(CrashPoint.SEGMENT_BEFORE_RENAME);
      default -> { }
    }
  }

  // ---- the engine

  @Override
  public void at(Moment moment) {
    switch (moment) {
      case OPENED -> at(CrashPoint.BOOT_ENGINE_OPENED);
      case BEFORE_DROPPING_FILES -> at(CrashPoint.COMPACTION_BEFORE_DROPPING_FILES);
      case BEFORE_WRITE -> at(installing > 0 ? CrashPoint.SNAPSHOT_INSTALLING_BEFORE_ENGINE_WRITE : CrashPoint.ENGINE_BEFORE_WRITE);
      case BEFORE_FLUSH -> at(installing > 0 ? CrashPoint.SNAPSHOT_INSTALLING_BEFORE_FLUSH : CrashPoint.FLUSH_BEFORE);
      case AFTER_FLUSH -> at(installing > 0 ? CrashPoint.SNAPSHOT_INSTALLING_FLUSHED : CrashPoint.FLUSH_DONE_BEFORE_TELLING);
    }
  }

  // ---- the replicas

  /** A life begins; {@code then} hears everything as well, and first. */
  public ReplicaTap tap(ReplicaTap then) {
    opened = false;
    looked = false;
    installing = 0;
    replicas.clear();
    cleaned = null;
    cleaningEvent = -1;
    rewritten = false;
    return new LifeTap(then);
  }

  private static boolean holds(List<RaftMessage> messages, Class<? extends RaftMessage> kind) {
    for (RaftMessage message : messages) {
      if (kind.isInstance(message)) {
        return true;
      }
    }
    return false;
  }

  private void rare(List<Entry> entries, Function<RareEntries, CrashPoint> place, Replica replica) {
    for (RareEntries rare : RareEntries.values()) {
      if (rare.among(entries)) {
        at(place.apply(rare), replica);
      }
    }
  }

  private final class LifeTap implements ReplicaTap {
    private final ReplicaTap then;
    /** The last index that Raft has asked to be written, by shard. */
    private final Map<Integer, Long> lastTaken = new TreeMap<>();

    LifeTap(ReplicaTap then) {
      this.then = then;
    }

    @Override
    public void opened(Replica replica, Raft raft, HardState hardState, StableLog log) {
      then.opened(replica, raft, hardState, log);
      opened = true;
      if (replica != null) { // Where a log runs alone there is none.
        replicas.add(replica);
      }
      at(CrashPoint.BOOT_REPLICA_OPENED);
    }

    @Override
    public void ready(Replica replica, Ready ready) {
      if (!ready.entries().isEmpty()) {
        long first = ready.entries().getFirst().index();
        Long before = lastTaken.put(replica.descriptor().id(), ready.entries().getLast().index());
        boolean cuts = !replica.isLeader() && before != null && first <= before;
        at(cuts ? CrashPoint.FOLLOWER_BEFORE_CUTTING_A_CONFLICT
            : replica.isLeader() ? CrashPoint.LEADER_BEFORE_SENDING_AND_WRITING : CrashPoint.FOLLOWER_BEFORE_WRITING, replica);
        rare(ready.entries(), rare -> rare.writing, replica);
      } else if (holds(ready.messagesAfterPersist(), RaftMessage.RequestVote.class)) {
        at(CrashPoint.CANDIDATE_BEFORE_WRITING, CrashRole.CAMPAIGNING);
      } else if (holds(ready.messagesAfterPersist(), RaftMessage.VoteResponse.class)) {
        at(CrashPoint.VOTE_BEFORE_WRITING, CrashRole.FOLLOWING);
      }
      if (!ready.committed().isEmpty()) {
        at(CrashPoint.COMMITTED_BEFORE_APPLYING, replica);
        rare(ready.committed(), rare -> rare.applying, replica);
      }
      if (!ready.snapshotsWanted().isEmpty()) {
        at(CrashPoint.SNAPSHOT_BEFORE_SENDING, replica);
      }
      if (ready.install().isPresent()) {
        at(CrashPoint.SNAPSHOT_BEFORE_INSTALLING, replica);
        installing++;
      }
      then.ready(replica, ready);
    }

    @Override
    public void persisted(Replica replica, Ready ready) {
      then.persisted(replica, ready);
      if (holds(ready.messagesAfterPersist(), RaftMessage.RequestVote.class)) {
        at(CrashPoint.CANDIDATE_DURABLE_BEFORE_ASKING, CrashRole.CAMPAIGNING);
      } else if (holds(ready.messagesAfterPersist(), RaftMessage.VoteResponse.class)) {
        at(CrashPoint.VOTE_DURABLE_BEFORE_SENDING, CrashRole.FOLLOWING);
      } else if (holds(ready.messagesAfterPersist(), RaftMessage.AppendEntriesResponse.class)) {
        at(CrashPoint.FOLLOWER_DURABLE_BEFORE_ACKNOWLEDGING, CrashRole.FOLLOWING);
      } else {
        at(CrashPoint.LOG_SYNCED_BEFORE_TELLING, replica);
      }
    }

    @Override
    public void applied(Replica replica, List<Entry> entries, List<EntryEffect> effects) {
      then.applied(replica, entries, effects);
      at(CrashPoint.APPLIED_BEFORE_ANSWERING, replica);
      rare(entries, rare -> rare.applied, replica);
    }

    @Override
    public void installed(Replica replica, SnapshotMeta snapshot) {
      then.installed(replica, snapshot);
      installing--;
      at(CrashPoint.SNAPSHOT_INSTALLED, replica);
    }

    @Override
    public void handsOut(long first, long last) {
      then.handsOut(first, last);
    }

    @Override
    public void turned(Replica replica) {
      then.turned(replica);
      at(CrashPoint.TURN_ENDED, replica);
    }
  }
}
