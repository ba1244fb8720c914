package io.cairn.storage.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.raft.log.EntryId;
import io.cairn.storage.MemoryFiles;
import io.cairn.storage.StorageFailure;
import io.cairn.storage.StorageFailure.Kind;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/** A log of which bytes have gone bad is mended: nothing that a replica lacks goes unsaid, no term and no vote changes. */
class LogSalvageProperties {
  /** What has happened, so that a test can tell that the damage went where it should. */
  private int mended;
  private int suspected;
  private int given;
  private int crashedWhileMending;
  private int lostAndWhole;
  private MemoryFiles disk;

  /** Remembers what it was told over crashes, as the engine would. */
  private static final class Node implements LogRepair {
    private final LogModel model;
    private final Set<ReplicaKey> replicas;
    final Set<ReplicaKey> suspects = new TreeSet<>();
    int mended;
    long lastBatch;

    Node(LogModel model, List<ReplicaKey> replicas) {
      this.model = model;
      this.replicas = new TreeSet<>(replicas);
      this.replicas.addAll(model.replicas.keySet()); // One whose end was cut short by a crash is there still.
    }

    @Override
    public Set<ReplicaKey> replicas() {
      return replicas;
    }

    @Override
    public long lastBatchKnown() {
      return lastBatch;
    }

    @Override
    public EntryId durablyApplied(ReplicaKey replica) {
      return model.replica(replica).durablyApplied();
    }

    @Override
    public void damaged(List<String> findings, Set<ReplicaKey> found) {
      assertThat(findings).isNotEmpty();
      suspects.addAll(found);
      mended++;
    }
  }

  /** ST-02, ST-03, ST-05: one bad sector, wherever it is. */
  @Property(tries = 200, shrinking = ShrinkingMode.OFF)
  void oneBadSectorLosesNoTermAndNoVote(@ForAll long seed) {
    run(seed, (random, bytes) -> {
      int sector = random.nextInt(bytes.length / 512);
      if (random.nextBoolean()) {
        bytes[sector * 512 + random.nextInt(512)] ^= (byte) (1 << random.nextInt(8));
      } else {
        Arrays.fill(bytes, sector * 512, sector * 512 + 512, (byte) 0);
      }
      return bytes;
    }, true);
  }

  /** ST-02, ST-05: a bad 4 KiB block, as disks lose them. */
  @Property(tries = 100, shrinking = ShrinkingMode.OFF)
  void oneBadBlockLosesNoTermAndNoVote(@ForAll long seed) {
    run(seed, (random, bytes) -> {
      int block = random.nextInt(bytes.length / 4096);
      random.nextBytes(bytes, block * 4096, 4096);
      return bytes;
    }, true);
  }

  /** ST-04, ST-05: more than that, and files that are cut off: mended, or refused with what to do. */
  @Property(tries = 200, shrinking = ShrinkingMode.OFF)
  void largerDamageIsMendedOrRefused(@ForAll long seed) {
    run(seed, (random, bytes) -> switch (random.nextInt(3)) {
      case 0 -> Arrays.copyOf(bytes, random.nextInt(bytes.length));
      case 1 -> {
        for (int i = 0; i < 5; i++) {
          bytes[random.nextInt(bytes.length)] ^= 4;
        }
        yield bytes;
      }
      default -> {
        int from = random.nextInt(bytes.length);
        Arrays.fill(bytes, from, Math.min(bytes.length, from + 1 + random.nextInt(16_384)), (byte) 0);
        yield bytes;
      }
    }, false);
  }

  /** What rotted in the reserve is of no consequence, also when the next start has to take it. */
  @Example
  void aRottenReserveLosesNothing() {
    oneBadBlockLosesNoTermAndNoVote(-12968);
  }

  @Example
  void theDamageGoesWhereItShould() {
    for (long seed = 1; seed <= 60; seed++) {
      oneBadSectorLosesNoTermAndNoVote(seed);
      largerDamageIsMendedOrRefused(seed);
    }
    assertThat(mended).as("logs mended").isGreaterThan(40);
    assertThat(suspected).as("suspects").isGreaterThan(20);
    assertThat(given).as("logs given up").isGreaterThan(2);
    assertThat(crashedWhileMending).as("crashes while mending").isGreaterThan(15);
    assertThat(lostAndWhole).as("replicas that lacked nothing in a mended log").isGreaterThan(20);
  }

  private interface Damage {
    byte[] on(Random random, byte[] bytes);
  }

  private record Random(SplittableRandom source) {
    int nextInt(int bound) {
      return source.nextInt(bound);
    }

    boolean nextBoolean() {
      return source.nextBoolean();
    }

    void nextBytes(byte[] bytes, int from, int length) {
      byte[] drawn = new byte[length];
      source.nextBytes(drawn);
      System.arraycopy(drawn, 0, bytes, from, length);
    }
  }

  private void run(long seed, Damage damage, boolean alwaysMended) {
    var random = new SplittableRandom(seed);
    var workload = new LogWorkload(seed);
    workload.run(20 + random.nextInt(80), 0.03);
    LogModel model = workload.close();
    disk = workload.files();
    MemoryFiles files = disk;
    List<String> names = files.list("/log").stream().filter(name -> name.endsWith(".seg")).toList();
    String path = random.nextBoolean() ? workload.activeSegment() : "/log/" + names.get(random.nextInt(names.size()));
    files.put(path, damage.on(new Random(random), files.bytes(path).clone()));
    var node = new Node(model, workload.keys());
    node.lastBatch = workload.lastBatch(); // As after an orderly end: the closest that can be known.
    try (SharedLog log = open(workload.settings(), node, random)) {
      check(log, model, node);
    } catch (StorageFailure failure) {
      assertThat(failure.kind()).as(failure.getMessage()).isEqualTo(Kind.UNMENDABLE);
      assertThat(failure.getMessage()).contains("cannot be mended", "Remove this node");
      assertThat(alwaysMended).as("seed %d, %s", seed, failure.getMessage()).isFalse();
      given++;
      return;
    }
    var suspects = Set.copyOf(node.suspects);
    // What waits to be used is looked at when it is: a reserve may have to be mended, but nothing can be lost by that.
    try (SharedLog again = SharedLog.open(disk, "/log", workload.settings(), Runnable::run, node)) {
      check(again, model, node);
    }
    assertThat(node.suspects).isEqualTo(suspects);
    mended += node.mended > 0 ? 1 : 0;
    suspected += node.suspects.size();
  }

  /** The machine may stop while it mends; what the node was told stays told. */
  private SharedLog open(LogSettings settings, Node node, SplittableRandom random) {
    if (random.nextInt(3) == 0) {
      disk.crashAt(disk.changes() + random.nextInt(30));
      try {
        SharedLog.open(disk, "/log", settings, Runnable::run, node).close();
      } catch (MemoryFiles.Crashed crash) {
        crashedWhileMending++;
      }
      disk = disk.crash(random.nextLong());
    }
    disk.crashAt(Integer.MAX_VALUE);
    return SharedLog.open(disk, "/log", settings, Runnable::run, node);
  }

  private void check(SharedLog log, LogModel model, Node node) {
    for (Map.Entry<ReplicaKey, LogModel.Replica> entry : new TreeMap<>(model.replicas).entrySet()) {
      ReplicaKey key = entry.getKey();
      LogModel.Replica expected = entry.getValue();
      assertThat(log.hardState(key).term()).as("term of %s", key).isEqualTo(expected.hardState.term());
      assertThat(log.hardState(key).vote()).as("vote of %s", key).isEqualTo(expected.hardState.vote());
      if (!node.suspects.contains(key)) {
        if (log.replicas().contains(key)) {
          var applied = expected.copy();
          applied.applied = expected.durablyApplied().index();
          assertThat(LogModel.difference(log, key, applied)).as("%s", key).isNull();
          lostAndWhole += node.mended > 0 ? 1 : 0;
        } else {
          assertThat(expected.last()).as("last of %s, of which nothing is left", key).isEqualTo(EntryId.ZERO);
        }
      } else {
        checkSuspect(log, key, expected);
      }
    }
  }

  /** It may lack what it had; what it has is what it had, and nothing behind what is applied passes for committed. */
  private static void checkSuspect(SharedLog log, ReplicaKey key, LogModel.Replica expected) {
    var view = log.view(key);
    EntryId applied = expected.durablyApplied();
    assertThat(view.base().index()).as("base of %s", key).isLessThanOrEqualTo(applied.index());
    assertThat(log.hardState(key).commit()).as("commit of %s", key).isLessThanOrEqualTo(applied.index());
    assertThat(view.term(applied.index())).as("what is applied, of %s", key).isEqualTo(applied.term());
    for (long index = view.base().index() + 1; index <= view.last().index(); index++) {
      long from = expected.base.index();
      if (index > from && index <= expected.last().index()) {
        var was = expected.entries.get((int) (index - from - 1));
        if (was.term() == view.term(index)) {
          assertThat(view.entries(index, index, 1).getFirst().payload()).isEqualTo(was.payload());
        }
      }
    }
  }
}
