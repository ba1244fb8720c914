package io.cairn.server.disk;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.raft.ReplicaId;
import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryKind;
import io.cairn.server.testing.MemoryLog;
import io.cairn.server.testing.VirtualLoops;
import io.cairn.storage.StorageFailure;
import io.cairn.storage.log.LogFloor;
import io.cairn.storage.log.LogWrite;
import io.cairn.storage.log.ReplicaKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LogWriterTest {
  private static final ReplicaKey A = new ReplicaKey(1, new ReplicaId(1));
  private static final ReplicaKey B = new ReplicaKey(2, new ReplicaId(1));

  private final VirtualLoops loops = new VirtualLoops();
  private final VirtualLoops.VirtualLoop disk = loops.loop("log-writer");
  private final VirtualLoops.VirtualLoop net = loops.loop("net-0");
  private final VirtualLoops.VirtualLoop otherNet = loops.loop("net-1");
  private final MemoryLog store = new MemoryLog();
  private final List<String> broken = new ArrayList<>();
  private final List<String> synced = new ArrayList<>();
  private final List<String> durable = new ArrayList<>();
  private final LogWriter writer = new LogWriter(store, disk, loops, (what, cause) -> broken.add(what + ": " + cause.getMessage()), 1_000,
      (nanos, bytes, writes) -> synced.add(writes + " writes"));

  private void submit(ReplicaKey key, long index, VirtualLoops.VirtualLoop reply) {
    var entry = new Entry(1, index, EntryKind.COMMAND, new byte[100]);
    writer.submit(LogWrite.of(key, Optional.empty(), List.of(entry)), reply, () -> {
      assertThat(reply.inLoop()).isTrue();
      durable.add(key.shard() + "/" + index);
    });
  }

  @Test
  void whatCameWhileTheLastSyncWasUnderWayShareTheNextOne() {
    submit(A, 1, net);
    disk.runAll();
    submit(A, 2, net);
    submit(B, 1, net);
    submit(A, 3, net);
    disk.runAll();

    assertThat(store.appends()).extracting(List::size).containsExactly(1, 3);
    assertThat(synced).containsExactly("1 writes", "3 writes");
  }

  @Test
  void whatComesAfterTheEndIsNeitherWrittenNorAnswered() {
    submit(A, 1, net);
    disk.execute(writer::end);
    disk.runAll();
    submit(A, 2, net);
    writer.clean(List.of(new LogFloor(A, 1, 1)));
    loops.run();

    assertThat(store.appends()).hasSize(1);
    assertThat(durable).containsExactly("1/1");
    assertThat(broken).isEmpty();
  }

  @Test
  void nobodyHearsOfDurabilityBeforeTheSyncAndEachInOrder() {
    submit(A, 1, net);
    submit(B, 1, otherNet);
    submit(A, 2, net);
    net.runAll();
    assertThat(durable).isEmpty();

    disk.runAll();
    net.runAll();
    assertThat(durable).containsExactly("1/1", "1/2");
    otherNet.runAll();

    assertThat(durable).containsExactly("1/1", "1/2", "2/1");
  }

  @Test
  @DisplayName("A-06 after a failed sync nothing is acknowledged and nothing is tried again, not even cleaning")
  void afterAFailureNothing() {
    store.failWith(new StorageFailure(StorageFailure.Kind.DISK, "no such luck"));
    submit(A, 1, net);
    loops.run();
    submit(A, 2, net);
    writer.clean(List.of(new LogFloor(A, 1, 1)));
    loops.run();

    assertThat(broken).containsExactly("writing the log: no such luck");
    assertThat(store.appends()).hasSize(1);
    assertThat(store.floors()).isEmpty();
    assertThat(durable).isEmpty();
    assertThat(synced).isEmpty();
  }

  @Test
  void itIsFullWhileTooMuchWaitsAndNotAfterwards() {
    for (int i = 1; i <= 6; i++) {
      submit(A, i, net);
    }
    assertThat(writer.full()).isTrue();
    assertThat(writer.queuedBytes()).isGreaterThan(1_000);

    loops.run();

    assertThat(writer.full()).isFalse();
    assertThat(writer.queuedBytes()).isZero();
  }

  @Test
  void cleaningTakesItsTurnBehindTheWrites() {
    submit(A, 1, net);
    writer.clean(List.of(new LogFloor(A, 1, 2)));
    loops.run();

    assertThat(store.floors()).containsExactly(new LogFloor(A, 1, 2));
  }
}
