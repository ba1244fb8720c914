package io.cairn.simulator.space;

import io.cairn.raft.ReplicaId;
import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.EntryKind;
import io.cairn.raft.log.HardState;
import io.cairn.server.replica.ReplicaTap;
import io.cairn.simulator.SimMachine;
import io.cairn.simulator.SimWorld;
import io.cairn.simulator.crash.CrashPoint;
import io.cairn.simulator.crash.CrashWatch;
import io.cairn.simulator.disk.CrashLoss;
import io.cairn.simulator.disk.DiskSettings;
import io.cairn.simulator.mark.Marks;
import io.cairn.simulator.schedule.SimProcessKilled;
import io.cairn.storage.log.LogFloor;
import io.cairn.storage.log.LogSettings;
import io.cairn.storage.log.LogWrite;
import io.cairn.storage.log.ReplicaKey;
import io.cairn.storage.log.SharedLog;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * The log of one node on a simulated disk, by chance from a seed: replicas append, replace, apply and are made anew, but some apply
 * nothing for long; the log is cleaned over their heads, the disk is full for a while, and the power fails where clean-up is.
 */
final class CleaningSeeds {
  private static final int STEPS = 400;
  private static final int SEGMENT = 16 << 10;
  private static final int KEEP = 2 * SEGMENT;
  private static final int REPLICAS = 5;
  /** Besides its payload, of an entry in a record of its own. */
  private static final int ENTRY_COST = 72;
  private static final int SEGMENTS_MORE = 7;
  private static final List<CrashPoint> PLACES = List.of(CrashPoint.CLEAN_BEFORE_REWRITING, CrashPoint.CLEAN_REWRITTEN_BEFORE_SYNC,
      CrashPoint.CLEAN_REWRITTEN_BEFORE_FREEING, CrashPoint.SEGMENT_BEFORE_HEADER, CrashPoint.SEGMENT_BEFORE_RENAME,
      CrashPoint.SEGMENT_BEFORE_DELETE, CrashPoint.LOG_FOLDER_BEFORE_SYNC, CrashPoint.LOG_BEFORE_WRITE, CrashPoint.LOG_WRITTEN_BEFORE_SYNC);

  /** What one replica has written, and how much of it its engine holds. */
  private record Held(EntryId base, List<Entry> entries, HardState state, long applied) {
    static final Held NOTHING = new Held(EntryId.ZERO, List.of(), HardState.INITIAL, 0);

    EntryId last() {
      return entries.isEmpty() ? base : entries.getLast().id();
    }

    Entry entry(long index) {
      return entries.get((int) (index - base.index() - 1));
    }

    Held with(LogWrite write) {
      List<Entry> kept = new ArrayList<>(write.restart().isPresent() ? List.of() : entries);
      EntryId from = write.restart().orElse(base);
      if (!write.entries().isEmpty()) {
        kept.subList((int) (write.entries().getFirst().index() - from.index() - 1), kept.size()).clear();
        kept.addAll(write.entries());
      }
      return new Held(from, kept, write.hardState().orElse(state), Math.max(applied, from.index()));
    }

    Held applied(long index) {
      return new Held(base, entries, state, index);
    }

    long needed() {
      return entries.stream().filter(entry -> entry.index() > applied).mapToLong(entry -> entry.payload().length + ENTRY_COST).sum();
    }
  }

  private final SplittableRandom random;
  private final SimMachine machine;
  private final CrashWatch watch;
  private final int slow;
  private final List<ReplicaKey> keys = new ArrayList<>();
  private Map<ReplicaKey, Held> model = new TreeMap<>();
  /** What the model becomes when the call under way takes effect. */
  private Map<ReplicaKey, Held> next = model;
  private SharedLog log;
  private long nextReplica = 1;
  private long mostNeeded;
  /** What was appended since the last cleaning, and between that and the one before it. */
  private long sinceCleaned;
  private long roundBefore;

  private CleaningSeeds(long seed) {
    random = new SplittableRandom(seed);
    machine = new SimWorld(seed).machine("n1");
    watch = new CrashWatch(machine, new Marks());
    slow = 1 + random.nextInt(2);
    for (int shard = 0; shard < REPLICAS; shard++) {
      keys.add(new ReplicaKey(shard, new ReplicaId(nextReplica++)));
    }
  }

  /** Null when all is right, else which rule was broken, and how. */
  static String failureOf(long seed) {
    return failureOf(seed, new EnumMap<>(CrashPoint.class));
  }

  /** @param died is told at which places the power failed, and how often */
  static String failureOf(long seed, Map<CrashPoint, Long> died) {
    var run = new CleaningSeeds(seed);
    String failure;
    try {
      failure = run.run();
    } catch (RuntimeException broken) {
      failure = "log-works: " + broken.getMessage();
    }
    run.watch.crashed().forEach((point, count) -> died.merge(point, count, Long::sum));
    return failure == null ? null : failure + " [seed " + seed + "]";
  }

  private String run() {
    open();
    for (int step = 0; step < STEPS; step++) {
      if (random.nextInt(12) == 0) {
        watch.arm(PLACES.get(random.nextInt(PLACES.size())), CrashLoss.values()[random.nextInt(CrashLoss.values().length)]);
      }
      next = new TreeMap<>(model);
      String failure = null;
      try {
        failure = step();
        model = next;
      } catch (SimProcessKilled powerLost) {
        failure = comeBack();
      }
      if (failure != null) {
        return failure + " [step " + step + "]";
      }
    }
    watch.arm(null, null);
    log.close();
    open();
    String difference = difference(model);
    log.close();
    return difference == null ? null : "log-equals-its-model: " + difference;
  }

  private void open() {
    if (!machine.running()) {
      machine.boot();
    }
    ReplicaTap tap = watch.tap(ReplicaTap.NONE);
    log = SharedLog.open(machine.files(), "/data/log", new LogSettings(SEGMENT, KEEP, "c", random.nextBoolean() ? 0 : 8 << 10));
    tap.opened(null, null, null, null);
    sinceCleaned += SEGMENT; // It goes on in a new segment.
  }

  private String comeBack() {
    watch.arm(null, null);
    machine.disk().settings(DiskSettings.NVME);
    open();
    String before = difference(model);
    String after = difference(next);
    if (before != null && after != null) {
      return "log-equals-its-model: neither what was acknowledged: " + before + "; nor what was under way: " + after;
    }
    model = after == null ? next : model;
    return null;
  }

  private String step() {
    switch (random.nextInt(10)) {
      case 0 -> {
        if (random.nextInt(4) == 0) {
          destroy();
        }
      }
      case 1, 2, 3 -> {
        return clean();
      }
      default -> append();
    }
    return null;
  }

  private void append() {
    List<LogWrite> writes = new ArrayList<>();
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      ReplicaKey key = keys.get(random.nextInt(4) == 0 ? random.nextInt(slow) : slow + random.nextInt(REPLICAS - slow));
      LogWrite write = write(key, next.getOrDefault(key, Held.NOTHING));
      next.put(key, next.getOrDefault(key, Held.NOTHING).with(write));
      writes.add(write);
      sinceCleaned += write.entries().stream().mapToLong(entry -> entry.payload().length + ENTRY_COST).sum();
    }
    sinceCleaned += 4096 + 512;
    mostNeeded = Math.max(mostNeeded, next.values().stream().mapToLong(Held::needed).sum());
    log.append(writes);
  }

  private LogWrite write(ReplicaKey key, Held held) {
    long term = Math.max(1, Math.max(held.state().term(), held.last().term()));
    Optional<EntryId> restart = Optional.empty();
    long from = held.last().index() + 1;
    if (random.nextInt(60) == 0) {
      restart = Optional.of(new EntryId(term, from + random.nextInt(100)));
      from = restart.get().index() + 1;
    } else if (random.nextInt(8) == 0) {
      long lowest = Math.max(held.base().index(), held.applied()) + 1;
      from = lowest + random.nextLong(from - lowest + 1);
      term++;
    }
    Optional<HardState> state = term > held.state().term() || restart.isPresent()
        ? Optional.of(new HardState(term, term > held.state().term() ? random.nextInt(3) : held.state().vote(), held.applied()))
        : Optional.empty();
    List<Entry> entries = new ArrayList<>();
    for (int i = random.nextInt(5); i >= 0; i--) {
      byte[] payload = new byte[random.nextInt(400)];
      random.nextBytes(payload);
      entries.add(new Entry(term, from + entries.size(), EntryKind.COMMAND, payload));
    }
    return new LogWrite(key, state, entries, restart);
  }

  private String clean() {
    List<LogFloor> floors = new ArrayList<>();
    for (Map.Entry<ReplicaKey, Held> known : next.entrySet()) {
      Held held = known.getValue();
      long last = held.last().index();
      boolean applies = keys.indexOf(known.getKey()) >= slow ? random.nextInt(3) > 0 : random.nextInt(40) == 0;
      known.setValue(held.applied(applies ? held.applied() + random.nextLong(last - held.applied() + 1) : held.applied()));
      floors.add(new LogFloor(known.getKey(), known.getValue().applied(), 1 + random.nextLong(last + 1)));
    }
    model = next; // What is applied stays, whatever becomes of the call.
    boolean full = random.nextInt(6) == 0;
    if (full) {
      machine.disk().settings(DiskSettings.NVME.withCapacity(DiskSettings.NVME.capacityBytes() - machine.disk().freeBytes()));
    }
    log.clean(floors);
    machine.disk().settings(DiskSettings.NVME);
    long max = Math.max(KEEP, 2 * mostNeeded) + mostNeeded / 4 + SEGMENTS_MORE * SEGMENT + sinceCleaned + roundBefore;
    roundBefore = sinceCleaned;
    sinceCleaned = 0;
    return log.diskBytes() <= max ? null : "log-is-bounded: it takes " + log.diskBytes() + " bytes, at most it may " + max + " with " + mostNeeded + " needed";
  }

  private void destroy() {
    int which = random.nextInt(REPLICAS);
    ReplicaKey key = keys.get(which);
    if (next.remove(key) != null) {
      keys.set(which, new ReplicaKey(key.shard(), new ReplicaId(nextReplica++)));
      log.destroy(key);
    }
  }

  private String difference(Map<ReplicaKey, Held> expected) {
    if (!log.replicas().equals(expected.keySet())) {
      return "replicas " + log.replicas() + " instead of " + expected.keySet();
    }
    for (Map.Entry<ReplicaKey, Held> known : expected.entrySet()) {
      String difference = difference(known.getKey(), known.getValue());
      if (difference != null) {
        return known.getKey() + ": " + difference;
      }
    }
    return null;
  }

  private String difference(ReplicaKey key, Held held) {
    var view = log.view(key);
    long base = view.base().index();
    if (!log.hardState(key).equals(held.state()) || !view.last().equals(held.last())) {
      return log.hardState(key) + ", last " + view.last() + " instead of " + held.state() + ", last " + held.last();
    }
    if (base < held.base().index() || base > Math.max(held.base().index(), held.applied())) {
      return "base " + base + " instead of " + held.base() + " to " + held.applied();
    }
    for (long index = base + 1; index <= held.last().index(); index++) {
      Entry found = view.entries(index, index, 1).getFirst();
      if (!found.id().equals(held.entry(index).id()) || !Arrays.equals(found.payload(), held.entry(index).payload())) {
        return found + " instead of " + held.entry(index);
      }
    }
    return null;
  }
}
