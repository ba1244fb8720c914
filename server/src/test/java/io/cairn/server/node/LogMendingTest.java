package io.cairn.server.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.raft.ReplicaId;
import io.cairn.raft.log.EntryId;
import io.cairn.raft.membership.Membership;
import io.cairn.raft.membership.MembershipCodec;
import io.cairn.server.shard.DescriptorCodec;
import io.cairn.server.testing.MemoryEngine;
import io.cairn.storage.StorageFailure;
import io.cairn.storage.StorageFailure.Kind;
import io.cairn.storage.catalog.Piece;
import io.cairn.storage.catalog.ReplicaCatalog;
import io.cairn.storage.catalog.ReplicaRecord;
import io.cairn.storage.log.ReplicaKey;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LogMendingTest {
  private static final ReplicaId SELF = new ReplicaId(2);
  private static final ReplicaKey SUSPECT = new ReplicaKey(1, SELF);

  private final MemoryEngine engine = new MemoryEngine();
  private final ReplicaCatalog catalog = ReplicaCatalog.open(engine);
  private final LogMending mending = new LogMending(engine, catalog);

  private void shardOf(long... voters) {
    var ids = new TreeSet<ReplicaId>();
    var nodes = new TreeMap<ReplicaId, String>();
    for (long voter : voters) {
      ids.add(new ReplicaId(voter));
      nodes.put(new ReplicaId(voter), "n" + voter);
    }
    var batch = engine.newBatch();
    byte[] start = {1};
    byte[] end = {2};
    catalog.create(batch, new ReplicaRecord(1, SELF.value(), 1, 1, start, end, List.of(new Piece(catalog.newStore(batch), start, end)),
        MembershipCodec.encode(Membership.of(ids)), DescriptorCodec.encodeNodes(nodes)));
    engine.write(batch);
    engine.flush();
  }

  @Test
  @DisplayName("who is suspect is noted durably before the log is mended, and until it is taken back")
  void suspectsAreNotedDurably() {
    shardOf(1, 2, 3);
    assertThat(mending.replicas()).containsExactly(SUSPECT);
    assertThat(mending.durablyApplied(SUSPECT)).isEqualTo(EntryId.ZERO);

    mending.damaged(List.of("/data/log/0000000007.seg at byte 512: bad"), Set.of(SUSPECT));

    var afterCrash = ReplicaCatalog.open(engine.afterCrash());
    assertThat(afterCrash.isSuspect(1, SELF.value())).isTrue();
    assertThat(afterCrash.isSuspect(1, 7)).as("a later replica of that shard").isFalse();
    var batch = engine.newBatch();
    catalog.clearSuspect(batch, 1);
    engine.write(batch);
    assertThat(catalog.isSuspect(1, SELF.value())).isFalse();
  }

  @Test
  @DisplayName("ST-03 the only voter of a shard has nobody to be brought up by: the node does not start without what it acknowledged")
  void theOnlyVoterIsNotMended() {
    shardOf(2);

    assertThatThrownBy(() -> mending.damaged(List.of("/data/log/0000000007.seg at byte 512: bad"), Set.of(SUSPECT)))
        .isInstanceOfSatisfying(StorageFailure.class, failure -> assertThat(failure.kind()).isEqualTo(Kind.UNMENDABLE))
        .hasMessageContainingAll("/data/log/0000000007.seg at byte 512", "cannot be mended", "shard 1", "no other voter");
    assertThat(catalog.isSuspect(1, SELF.value())).isFalse();
    mending.damaged(List.of("/data/log/0000000007.seg at byte 512: bad"), Set.of()); // Nothing that it acknowledged was there.
  }
}
