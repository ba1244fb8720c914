package io.cairn.server.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.raft.Raft;
import io.cairn.raft.RaftSettings;
import io.cairn.raft.ReplicaId;
import io.cairn.raft.SnapshotMeta;
import io.cairn.raft.log.HardState;
import io.cairn.raft.membership.Membership;
import io.cairn.server.apply.Applier;
import io.cairn.server.disk.LogWriter;
import io.cairn.server.oracle.Revisions;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.ReplicaPorts;
import io.cairn.server.replica.WriteBounds;
import io.cairn.server.shard.ShardDescriptor;
import io.cairn.server.testing.CountingOracle;
import io.cairn.server.testing.MemoryEngine;
import io.cairn.server.testing.MemoryLog;
import io.cairn.server.testing.SilentObserver;
import io.cairn.server.testing.VirtualLoops;
import io.cairn.storage.log.ReplicaKey;
import io.cairn.storage.mvcc.Op.Generation;
import io.cairn.storage.mvcc.ShardStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Ends of leases as they come to a shard, late and twice too. */
class ShardFencesTest {
  private static final long MILLI = 1_000_000L;
  private static final ReplicaId SELF = new ReplicaId(1);
  private static final RaftSettings SETTINGS = new RaftSettings(1_000 * MILLI, 500 * MILLI, 100 * MILLI, 1 << 20, 8 << 20, 256, 1 << 20,
      8 << 20);
  private static final Generation LEASE = new Generation(7, 70);

  private final VirtualLoops loops = new VirtualLoops();
  private final VirtualLoops.VirtualLoop net = loops.loop("net-0");
  private final MemoryEngine engine = new MemoryEngine();
  private final List<String> told = new ArrayList<>();
  private final Set<Long> open = new TreeSet<>();
  private final Replica replica = onlyReplica();
  private final ShardFences fences = new ShardFences(loops, replica, loops.loop("scan"), open::contains);

  private Replica onlyReplica() {
    var shard = new ShardDescriptor(1, 1, 1, new byte[] {1}, new byte[] {2}, new TreeMap<>(Map.of(SELF, "n1")));
    var log = new MemoryLog();
    var writer = new LogWriter(log, loops.loop("disk"), loops, (what, cause) -> told.add(what + cause), 8 << 20, (nanos, bytes, writes) -> { });
    var applier = new Applier(engine, 1 << 14, loops.loop("apply"), loops, (what, cause) -> told.add(what + cause), (nanos, commands) -> { });
    var ports = new ReplicaPorts(net, loops, writer, applier, new Revisions(net, new CountingOracle()), (from, message) -> { },
        new NoSnapshots(), new SilentObserver());
    var raft = new Raft(SELF, SETTINGS, HardState.INITIAL, Membership.of(new TreeSet<>(Set.of(SELF))), log.view(new ReplicaKey(1, SELF)), 0,
        term -> new byte[0], bound -> 0, loops.nanoTime());
    return new Replica(shard, SELF, raft, ShardStore.open(engine, 1, 1), ports, new WriteBounds(1 << 20, 1_000, 1 << 20, 10), 1);
  }

  private void lead() {
    for (int i = 0; i < 100 && !replica.leaderReady(); i++) {
      pass(100);
    }
    assertThat(replica.leaderReady()).isTrue();
    net.execute(fences::lead);
    loops.run();
  }

  private void pass(long millis) {
    loops.advance(millis * MILLI);
    net.execute(() -> {
      replica.tick(loops.nanoTime());
      if (replica.leaderReady()) {
        fences.tick();
      }
    });
    loops.run();
  }

  private void fence() {
    net.execute(() -> fences.fence(List.of(LEASE), taken -> told.add("fenced " + taken)));
    loops.run();
  }

  private void delete() {
    net.execute(() -> fences.delete(List.of(LEASE), loops.nanoTime() + 5_000 * MILLI, taken -> told.add("gone " + taken)));
    loops.run();
  }

  private void passSeconds(int seconds) {
    for (int i = 0; i < 10 * seconds; i++) {
      pass(100);
    }
  }

  @Test
  @DisplayName("a fence that an earlier leader of shard 0 asked for comes behind the delete: it does not stay for ever")
  void aLateFenceIsRemoved() {
    lead();
    fence();
    delete();
    fence();
    assertThat(told).containsExactly("fenced true", "gone true", "fenced true");
    assertThat(replica.store().leaseReads().known()).hasSize(1);
    passSeconds(15);
    assertThat(replica.store().leaseReads().known()).isEmpty();
  }

  @Test
  @DisplayName("while a registration of the lease is open, its fence stays, whatever comes twice; then it goes")
  void aFenceOutlastsAnOpenRegistration() {
    lead();
    open.add(LEASE.id());
    fence();
    delete();
    delete();
    fence();
    passSeconds(15);
    assertThat(replica.store().leaseReads().known()).singleElement().satisfies(lease -> assertThat(lease.fenced()).isTrue());
    open.clear();
    passSeconds(15);
    assertThat(replica.store().leaseReads().known()).isEmpty();
  }

  private static final class NoSnapshots implements ReplicaPorts.Snapshots {
    @Override
    public void send(Replica from, ReplicaId to, long term) {
      throw new AssertionError("it has no follower");
    }

    @Override
    public void install(Replica to, SnapshotMeta snapshot) {
      throw new AssertionError("it has no leader");
    }
  }
}
