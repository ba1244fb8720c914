package io.cairn.storage.catalog;

import static io.cairn.storage.mvcc.StoreScript.bytes;
import static io.cairn.storage.mvcc.StoreScript.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.storage.engine.EngineBatch;
import io.cairn.storage.engine.EngineView;
import io.cairn.storage.engine.Family;
import io.cairn.storage.engine.ScratchEngine;
import io.cairn.storage.mvcc.ApplyRound;
import io.cairn.storage.mvcc.RecentVersions;
import io.cairn.storage.mvcc.Applied;
import io.cairn.storage.mvcc.ShardStore;
import io.cairn.storage.mvcc.StoreScript;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReplicaCatalogTest {
  private ScratchEngine scratch;
  private ReplicaCatalog catalog;
  private EngineBatch batch;

  @BeforeEach
  void open() {
    scratch = new ScratchEngine();
    catalog = ReplicaCatalog.open(scratch.engine());
    batch = scratch.engine().newBatch();
  }

  @AfterEach
  void close() {
    scratch.close();
  }

  private static ReplicaRecord record(int shard, long... stores) {
    List<Piece> pieces = java.util.Arrays.stream(stores).mapToObj(store -> new Piece(store, bytes("a" + store), new byte[0])).toList();
    return new ReplicaRecord(shard, 1L << 40, 5, 6, bytes("a"), new byte[0], pieces, bytes("members"), bytes("nodes"));
  }

  private void write() {
    scratch.engine().write(batch);
    scratch.engine().flush();
  }

  @Test
  void replicasAreThereAfterARestart() {
    catalog.create(batch, record(300, catalog.newStore(batch)));
    catalog.create(batch, record(0, catalog.newStore(batch), catalog.newStore(batch)));
    assertThat(catalog.replicas()).isEmpty();
    write();
    catalog = ReplicaCatalog.open(scratch.crash());
    assertThat(catalog.replicas()).extracting(ReplicaRecord::shard).containsExactly(0, 300);
    assertThat(catalog.replica(0).orElseThrow()).usingRecursiveComparison().isEqualTo(record(0, 2, 3));
    assertThat(catalog.replica(1)).isEmpty();
    assertThatThrownBy(() -> catalog.replica(0).orElseThrow().store()).hasMessageContaining("2 pieces");
  }

  @Test
  void storeNumbersAreNeverGivenTwice() {
    long first = catalog.newStore(batch);
    catalog.create(batch, record(1, first));
    write();
    catalog.delete(batch, 1);
    ReplicaCatalog.deleteStore(batch, first);
    write();
    catalog = ReplicaCatalog.open(scratch.crash());
    assertThat(catalog.newStore(scratch.engine().newBatch())).isEqualTo(first + 1);
    assertThat(catalog.newStore(scratch.engine().newBatch())).isEqualTo(first + 2);
  }

  @Test
  void aShardHasOneReplicaHereAndItsEpochsDoNotGoBack() {
    catalog.create(batch, record(1, catalog.newStore(batch)));
    write();
    assertThatThrownBy(() -> catalog.create(batch, record(1, 9))).hasMessageContaining("shard 1 has no replica here yet");
    assertThatThrownBy(() -> catalog.replace(batch, record(2, 9))).hasMessageContaining("shard 2 has a replica here to replace");
    assertThatThrownBy(() -> catalog.replace(batch, record(1, 1).withMembership(5, bytes("x"), bytes("x")))).hasMessageContaining("do not go back");
    catalog.replace(batch, record(1, 1).withMembership(7, bytes("x"), bytes("y")));
    write();
    assertThat(catalog.replica(1).orElseThrow().membership()).isEqualTo(bytes("x"));
  }

  @Test
  void whatNoReplicaRefersToIsSweptAndTheRestStays() {
    long kept = catalog.newStore(batch);
    long unfinished = catalog.newStore(batch);
    long last = catalog.newStore(batch);
    catalog.create(batch, record(1, kept));
    catalog.create(batch, record(2, last));
    write();
    for (long store : new long[] {kept, unfinished, last}) {
      var script = new StoreScript(scratch.engine(), store);
      script.apply(put("a", "1"), put("b", "1"), StoreScript.delete("b"));
      var round = new ApplyRound(scratch.engine(), new RecentVersions(1 << 14));
      script.store.putRecord(round, "name", bytes("value"));
      round.commit();
    }
    long keptHash = ShardStore.open(scratch.engine(), kept).contentHash();
    long lastHash = ShardStore.open(scratch.engine(), last).contentHash();
    assertThat(catalog.sweep(batch)).containsExactly(unfinished);
    write();
    ShardStore swept = ShardStore.open(scratch.engine(), unfinished);
    assertThat(swept.applied()).isEqualTo(new Applied(0, 0, 1));
    assertThat(swept.records("")).isEmpty();
    assertThat(ShardStore.open(scratch.engine(), kept).contentHash()).isEqualTo(keptHash);
    assertThat(ShardStore.open(scratch.engine(), last).contentHash()).isEqualTo(lastHash);
    assertThat(catalog.sweep(batch)).isEmpty();
    try (EngineView view = scratch.engine().view();
        var cursor = view.cursor(Family.EVENTS, io.cairn.storage.OnDiskFormat.storePrefix(unfinished),
            io.cairn.storage.OnDiskFormat.storeEnd(unfinished))) {
      assertThat(cursor.valid()).isFalse();
    }
  }
}
