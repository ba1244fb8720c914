package io.cairn.storage.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.cairn.raft.ReplicaId;
import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.EntryKind;
import io.cairn.raft.log.HardState;
import io.cairn.storage.MemoryFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * Does to a log, by chance from a seed, what replicas do: append, overwrite, vote, restart after a snapshot, apply and clean,
 * be destroyed, while the machine stops now and then. After each opening the log must equal the model as it was before the call
 * that was cut short, or as it would have been after it.
 */
final class LogWorkload {
  private final SplittableRandom random;
  private final LogSettings settings;
  private final int replicaCount;
  /** How many replicas hardly ever apply anything: what the others write goes on over their heads. */
  private final int slowCount;
  private MemoryFiles files = new MemoryFiles();
  private SharedLog log;
  private LogModel model = new LogModel();
  /** What the model becomes if the call under way took effect. */
  private LogModel next;
  private long replicaId = 1;
  private final List<ReplicaKey> keys = new ArrayList<>();
  /** Is shown what the machine finds after each crash, before the log is opened. */
  Consumer<MemoryFiles> found = files -> { };
  // What has happened, so that a test can tell that the workload goes where it should.
  int crashes;
  int crashesWhileOpening;
  int keptOfWhatWasUnderWay;
  int lostOfWhatWasUnderWay;
  int baseMoved;
  int rewritten;

  LogWorkload(long seed) {
    this(seed, 1 + new SplittableRandom(seed).nextInt(seed % 8 == 0 ? 12 : 4));
  }

  LogWorkload(long seed, int replicaCount) {
    this.random = new SplittableRandom(seed);
    this.replicaCount = replicaCount;
    this.slowCount = seed % 2 == 0 ? 0 : Math.max(1, replicaCount / 2);
    this.settings = new LogSettings(16L << 10, random.nextInt(4) * (32L << 10), "c", random.nextBoolean() ? 0 : 8 << 10);
    for (int i = 0; i < replicaCount; i++) {
      keys.add(new ReplicaKey(i, new ReplicaId(replicaId++)));
    }
    log = SharedLog.open(files, "/log", settings);
  }

  /** @param crashChance per call, that the machine stops at one of its changes or soon after */
  void run(int steps, double crashChance) {
    for (int i = 0; i < steps; i++) {
      if (random.nextDouble() < crashChance) {
        files.crashAt(files.changes() + random.nextInt(6));
      }
      next = model.copy();
      try {
        long before = log.entriesRewritten();
        SharedLog same = log;
        step();
        rewritten += log == same ? log.entriesRewritten() - before : 0;
        model = next;
      } catch (MemoryFiles.Crashed crash) {
        recover();
      }
      if (random.nextInt(20) == 0) {
        check();
      }
    }
    files.crashAt(Integer.MAX_VALUE);
    check();
    log.close();
    open();
    check();
  }

  private void recover() {
    while (true) {
      files = files.crash(random.nextLong());
      found.accept(files);
      if (random.nextInt(4) == 0) {
        files.crashAt(files.changes() + random.nextInt(12)); // and once more while it comes up
      }
      try {
        open();
        break;
      } catch (MemoryFiles.Crashed again) {
        crashesWhileOpening++; // the next round finds what this one left
      }
    }
    String before = model.difference(log);
    String after = next.difference(log);
    if (before != null && after != null) {
      fail("neither what was acknowledged: " + before + "; nor what was under way: " + after);
    }
    crashes++;
    keptOfWhatWasUnderWay += before != null ? 1 : 0;
    lostOfWhatWasUnderWay += after != null ? 1 : 0;
    model = after == null ? next : model;
  }

  private void open() {
    log = SharedLog.open(files, "/log", settings);
  }

  private void check() {
    assertThat(model.difference(log)).isNull();
    model.replicas.forEach((key, replica) -> baseMoved += log.view(key).base().equals(replica.base) ? 0 : 1);
  }

  private void step() {
    switch (random.nextInt(12)) {
      case 0, 1, 2, 3, 4, 5, 6 -> append();
      case 7, 8, 9 -> clean();
      case 10 -> {
        log.close();
        open();
      }
      default -> {
        if (random.nextInt(4) == 0) {
          destroy();
        } else {
          append();
        }
      }
    }
  }

  private boolean isSlow(ReplicaKey key) {
    return keys.indexOf(key) < slowCount;
  }

  private void append() {
    List<LogWrite> writes = new ArrayList<>();
    int count = 1 + random.nextInt(replicaCount + 1);
    for (int i = 0; i < count; i++) {
      LogWrite write = write(keys.get(random.nextInt(replicaCount)));
      next.apply(List.of(write)); // so that a second write for the same replica follows the first
      writes.add(write);
    }
    log.append(writes);
  }

  private LogWrite write(ReplicaKey key) {
    LogModel.Replica replica = next.replica(key);
    Optional<EntryId> restart = Optional.empty();
    long term = Math.max(replica.hardState.term(), replica.last().term());
    EntryId last = replica.last();
    if (random.nextInt(isSlow(key) ? 90 : 15) == 0) {
      last = new EntryId(Math.max(1, last.term()), last.index() + 1 + random.nextInt(1000)); // LG-18
      restart = Optional.of(last);
    }
    long from = last.index() + 1;
    if (restart.isEmpty() && random.nextInt(4) == 0) {
      long lowest = Math.max(replica.base.index(), replica.applied) + 1;
      from = lowest + random.nextLong(Math.max(1, from - lowest + 1));
      term++;
    }
    Optional<HardState> state = Optional.empty();
    if (restart.isPresent() || random.nextInt(3) == 0) {
      long voteTerm = Math.max(1, term + random.nextInt(2));
      boolean sameTerm = voteTerm == replica.hardState.term() && replica.hardState.vote() != 0;
      state = Optional.of(new HardState(voteTerm, sameTerm ? replica.hardState.vote() : random.nextInt(3), replica.applied));
      term = voteTerm;
    }
    List<Entry> entries = new ArrayList<>();
    int entryCount = state.isPresent() && random.nextBoolean() ? 0 : 1 + random.nextInt(4);
    for (int i = 0; i < entryCount; i++) {
      byte[] payload = new byte[random.nextInt(10) == 0 ? random.nextInt(20_000) : random.nextInt(700)];
      random.nextBytes(payload);
      EntryKind kind = EntryKind.of(1 + random.nextInt(3));
      entries.add(new Entry(Math.max(1, term), from + i, kind, payload));
    }
    return new LogWrite(key, state, entries, restart);
  }

  private void clean() {
    List<LogFloor> floors = new ArrayList<>();
    for (var known : next.replicas.entrySet()) {
      LogModel.Replica replica = known.getValue();
      long last = replica.last().index();
      if (random.nextInt(isSlow(known.getKey()) ? 40 : 3) > 0 == !isSlow(known.getKey()) && last > replica.applied) {
        replica.applied = Math.max(replica.applied, replica.base.index());
        replica.applied += random.nextLong(last - replica.applied + 1);
      }
      floors.add(new LogFloor(known.getKey(), replica.applied, random.nextBoolean() ? last + 1 : 1 + random.nextLong(last + 1)));
    }
    model.replicas.forEach((key, replica) -> replica.applied = next.replica(key).applied);
    log.clean(floors);
  }

  /** Ends the workload, with some appends to the segment that is in use: the log is closed, and what it should hold is known. */
  /** The sequence of the last batch that is durable. */
  long lastBatch() {
    return log.lastBatch();
  }

  LogModel close() {
    for (int i = random.nextInt(12); i > 0; i--) {
      next = model.copy();
      append();
      model = next;
    }
    log.close();
    return model;
  }

  /** The segment that was written last. */
  String activeSegment() {
    return "/log/" + SegmentPool.nameOf(log.activeSegment());
  }

  MemoryFiles files() {
    return files;
  }

  LogSettings settings() {
    return settings;
  }

  List<ReplicaKey> keys() {
    return keys;
  }

  /** How many segments were begun in all. */
  int segments() {
    return files.list("/log").stream().filter(name -> !name.startsWith("reserve") && name.endsWith(".seg"))
        .mapToInt(name -> Integer.parseInt(name.substring(0, 10))).max().orElseThrow();
  }

  private void destroy() {
    int which = random.nextInt(replicaCount);
    ReplicaKey key = keys.get(which);
    if (next.replicas.containsKey(key)) {
      next.replicas.remove(key);
      keys.set(which, new ReplicaKey(key.shard(), new ReplicaId(replicaId++)));
      log.destroy(key);
    }
  }
}
