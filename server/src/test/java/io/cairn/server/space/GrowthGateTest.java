package io.cairn.server.space;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.protocol.wire.ErrorCode;
import io.cairn.raft.ReplicaId;
import io.cairn.server.command.SpaceUse;
import io.cairn.server.disk.EngineFlusher;
import io.cairn.server.outcome.Refusal;
import io.cairn.server.replica.Replicas;
import io.cairn.server.shard.ShardDescriptor;
import io.cairn.server.testing.MemoryEngine;
import io.cairn.server.testing.VirtualLoops;
import io.cairn.storage.engine.Family;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A disk of which less than 100 bytes should never be left. */
class GrowthGateTest {
  private static final ShardDescriptor SHARD = new ShardDescriptor(1, 1, 1, new byte[] {1}, new byte[] {2},
      new TreeMap<>(Map.of(new ReplicaId(1), "n1", new ReplicaId(2), "n2")));

  private final VirtualLoops loops = new VirtualLoops();
  private final VirtualLoops.VirtualLoop blocking = loops.loop("scan");
  private final MemoryEngine engine = new MemoryEngine();
  private final List<Long> spare = new ArrayList<>();
  private final List<LowSpace> told = new ArrayList<>();
  private long free = 1L << 30;
  private IOException failure;
  private final DiskSpace disk = new DiskSpace(this::free, "/data", spare::add, 100);
  private final GrowthGate gate = new GrowthGate(loops, "n1", disk, engine, new Replicas());
  private final EngineFlusher flusher = new EngineFlusher(engine, loops.loop("flush"), (what, cause) -> { }, 10, disk::freeBytes, () -> { }, () -> { });

  private long free() throws IOException {
    if (failure != null) {
      throw failure;
    }
    return free;
  }

  /** The disk has so much left, and is looked at. */
  private void left(long bytes) {
    if (told.isEmpty()) {
      gate.start(blocking, flusher, told::add);
    }
    free = bytes;
    loops.advance(2 * DiskSpace.LOOK_NANOS);
  }

  private Refusal refusal(SpaceUse use) {
    return gate.refusal(SHARD, use);
  }

  @Test
  void withRoomEnoughNothingIsRefused() {
    left(1_000);
    assertThat(refusal(SpaceUse.GROWS)).isNull();
    assertThat(told).containsOnlyNulls();
    assertThat(spare.getLast()).isEqualTo(875);
  }

  @Test
  @DisplayName("A-09 below the mark what grows is refused, and no earlier taken again than with a quarter more")
  void theMarkHasTwoSides() {
    left(100);
    assertThat(refusal(SpaceUse.GROWS)).isNull();
    left(99);
    Refusal refusal = refusal(SpaceUse.GROWS);
    assertThat(refusal.code()).isEqualTo(ErrorCode.NO_SPACE);
    assertThat(refusal.message()).isEqualTo("the disk of node n1 has 99 B free, less than it must have (storage.free-space-min, 100 B): "
        + "until 125 B are free what grows is refused; reads, deletes and compaction go on");
    assertThat(refusal(SpaceUse.REMOVES)).isNull();
    assertThat(refusal(SpaceUse.UPKEEP)).isNull();
    int seen = spare.size();
    left(124);
    assertThat(refusal(SpaceUse.GROWS)).isNotNull();
    assertThat(spare).hasSize(seen);
    left(125);
    assertThat(refusal(SpaceUse.GROWS)).isNull();
  }

  @Test
  @DisplayName("when what is applied cannot be flushed any more deletes are refused too, and upkeep goes on")
  void aHeldFlushStopsDeletes() {
    left(99);
    var batch = engine.newBatch();
    batch.put(Family.SMALL, new byte[] {1}, new byte[50]);
    engine.write(batch);
    flusher.applied();
    left(50);
    assertThat(refusal(SpaceUse.REMOVES).message()).contains("all writes are refused, since what was written cannot be flushed there");
    assertThat(refusal(SpaceUse.UPKEEP)).isNull();
    assertThat(told.getLast().held()).isTrue();

    left(1 << 30);
    assertThat(refusal(SpaceUse.GROWS)).isNull();
    assertThat(engine.flushes()).isEqualTo(1);
  }

  @Test
  void anotherHolderOfTheShardCountsAsLongAsItIsHeard() {
    gate.told("n2", new LowSpace(7, 20, 25, false));
    assertThat(refusal(SpaceUse.GROWS).message()).startsWith("the disk of node n2 has 7 B free");
    assertThat(refusal(SpaceUse.REMOVES)).isNull();
    gate.told("n2", new LowSpace(7, 20, 25, true));
    assertThat(refusal(SpaceUse.REMOVES)).isNotNull();
    gate.told("n2", null);
    assertThat(refusal(SpaceUse.GROWS)).isNull();

    gate.told("n2", new LowSpace(7, 20, 25, false));
    loops.advance(GrowthGate.HEARD_NANOS);
    assertThat(refusal(SpaceUse.GROWS)).isNull();
  }

  @Test
  void aNodeThatHoldsNothingOfTheShardDoesNotCount() {
    gate.told("n3", new LowSpace(7, 20, 25, true));
    assertThat(refusal(SpaceUse.GROWS)).isNull();
  }

  @Test
  void whatWasSeenLastCountsWhileTheDiskCannotBeAsked() {
    left(50);
    failure = new IOException("no such device");
    left(1_000);
    assertThat(refusal(SpaceUse.GROWS)).isNotNull();
    failure = null;
    left(1_000);
    assertThat(refusal(SpaceUse.GROWS)).isNull();
  }

  @Test
  void nobodyLooksAnyMoreAfterTheEnd() {
    left(1_000);
    disk.end();
    left(50);
    assertThat(refusal(SpaceUse.GROWS)).isNull();
  }
}
