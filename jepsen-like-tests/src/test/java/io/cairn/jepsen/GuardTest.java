package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.client.ByteSeq;
import io.cairn.client.Compare;
import io.cairn.client.DeleteRangeOptions;
import io.cairn.client.KeyRange;
import io.cairn.client.KvClient;
import io.cairn.client.KvLock;
import io.cairn.client.LockOptions;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.Session;
import io.cairn.client.Txn;
import io.cairn.client.TxnOp;
import io.cairn.jepsen.cluster.KvdNode;
import io.cairn.jepsen.cluster.LocalCluster;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Issue 6, guarded writes, through the public client against three real nodes: the server refuses them once the lock has passed on. */
final class GuardTest {
  private static final Duration MOST = Duration.ofSeconds(30);
  /** A key in each of the three shards; locks lie in the last one, with keys that begin with a brace. */
  private static final List<String> KEYS = List.of("a/guarded/", "k/guarded/", "z/guarded/");

  @RegisterExtension
  static final ClusterExtension EXTENSION = new ClusterExtension(() -> LocalCluster.builder().build());

  private final LocalCluster cluster = EXTENSION.cluster();

  private static void assertWrites(KvClient guarded, String name) {
    for (String prefix : KEYS) {
      assertThat(guarded.put(prefix + name, "held").revision()).isPositive();
      assertThat(guarded.txn(Txn.ifAll(Compare.value(prefix + name).equalTo("held")).then(TxnOp.put(prefix + name, "still held"))).succeeded()).isTrue();
    }
  }

  private static void assertRefused(KvClient client, KvClient guarded, String name) {
    for (String prefix : KEYS) {
      ByteSeq key = ByteSeq.utf8(prefix + name);
      for (Runnable write : List.<Runnable>of(() -> guarded.put(prefix + name, "late"), () -> guarded.delete(prefix + name),
          () -> guarded.txn(Txn.of(TxnOp.put(prefix + name, "late"))), () -> guarded.add(prefix + name + "/count", 1),
          () -> guarded.deleteRange(KeyRange.prefix(key), DeleteRangeOptions.DEFAULT.withParts()))) {
        assertThatThrownBy(write::run).as("%s", key).isInstanceOfSatisfying(RefusedException.class,
            refused -> assertThat(refused.code()).isEqualTo(RefusedCode.GUARD_PASSED));
      }
      assertThat(guarded.get(key).valueUtf8()).as("reads are as ever").contains("still held");
      assertThat(client.get(prefix + name + "/count").found()).isEmpty();
    }
  }

  @Test
  @DisplayName("LL-08 after a release, a delete by anybody, or the end of its session, the lock's guarded writes are refused in every shard")
  void aGuardedWriteIsRefusedOnceTheLockHasPassedOn() throws Exception {
    try (KvClient client = cluster.client(MOST); KvClient other = cluster.client(MOST)) {
      KvLock released = client.lock("released");
      released.lock();
      KvClient late = released.kv();
      assertWrites(late, "released");
      released.unlock();
      other.lock("released").lock();
      assertRefused(other, late, "released");

      KvLock taken = client.lock("taken");
      taken.lock();
      late = taken.kv();
      assertWrites(late, "taken");
      other.deleteRange(KeyRange.prefix("{taken}/lock/"));
      assertRefused(other, late, "taken");

      Session session = client.openSession(Duration.ofMinutes(1));
      KvLock ended = client.lock("ended", LockOptions.DEFAULT.withSession(session));
      ended.lock();
      late = ended.kv();
      assertWrites(late, "ended");
      other.leases().revoke(session.lease());
      assertThat(other.lock("ended").tryLock(10, TimeUnit.SECONDS)).isTrue();
      assertRefused(other, late, "ended");
      assertThatThrownBy(() -> client.lock("never").kv()).isInstanceOf(IllegalMonitorStateException.class);
    }
  }

  @Test
  @DisplayName("LL-08 with nodes killed under it no write of a holder comes after one of the next: each shard's counter only grows by the holder's turn")
  void theNodesAreKilled() throws Exception {
    try (KvClient first = cluster.client(MOST); KvClient second = cluster.client(MOST)) {
      var failed = new AtomicInteger();
      var turns = List.of(first, second).stream().map(client -> CompletableFuture.runAsync(() -> {
        for (int turn = 0; turn < 12; turn++) {
          KvLock lock = client.lock("turns");
          long token = lock.lockAndGetToken();
          KvClient guarded = lock.kv();
          try {
            for (String prefix : KEYS) {
              long before = client.get(prefix + "turns").valueUtf8().map(Long::parseLong).orElse(0L);
              assertThat(before).as("nobody after this holder has written").isLessThan(token);
              guarded.put(prefix + "turns", Long.toString(token));
            }
          } catch (RefusedException e) {
            assertThat(e.code()).as(e.getMessage()).isEqualTo(RefusedCode.GUARD_PASSED);
            failed.incrementAndGet();
          } finally {
            lock.unlock();
          }
        }
      }, command -> Thread.ofVirtual().start(command))).toList();
      for (int shard : List.of(3, 1)) {
        KvdNode leader = cluster.leaderOf(shard);
        leader.kill();
        leader.start();
        cluster.awaitReady();
      }
      for (CompletableFuture<Void> each : turns) {
        each.get(90, TimeUnit.SECONDS);
      }
      assertThat(failed).as("nobody's lock was lost").hasValue(0);
    }
  }
}
