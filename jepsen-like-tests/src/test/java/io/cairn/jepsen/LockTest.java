package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.client.ByteSeq;
import io.cairn.client.KeyRange;
import io.cairn.client.KvClient;
import io.cairn.client.KvLock;
import io.cairn.client.LockOptions;
import io.cairn.client.Session;
import io.cairn.jepsen.cluster.Await;
import io.cairn.jepsen.cluster.KvdNode;
import io.cairn.jepsen.cluster.LocalCluster;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Issue 6, "Locks", through the public client against three real nodes: what docs/locks.md promises. */
final class LockTest {
  private static final Duration MOST = Duration.ofSeconds(30);

  @RegisterExtension
  static final ClusterExtension EXTENSION = new ClusterExtension(() -> LocalCluster.builder().build());

  private final LocalCluster cluster = EXTENSION.cluster();

  private static int places(KvClient client, String name) {
    return client.range(KeyRange.prefix(ByteSeq.utf8("{" + name + "}/lock/"))).keyValues().size();
  }

  private static void awaitPlaces(KvClient client, String name, int count) {
    Await.until(count + " places in the queue of " + name, MOST, () -> places(client, name) == count);
  }

  private static int shardOf(KvClient client, String key) {
    return client.clusterMap().shardOf(ByteSeq.utf8(key)).orElseThrow().id();
  }

  /** Locks on a thread of its own, notes the token, and unlocks at once. */
  private static CompletableFuture<Long> lockAndUnlock(KvLock lock) {
    return CompletableFuture.supplyAsync(() -> {
      long token = lock.lockAndGetToken();
      lock.unlock();
      return token;
    }, command -> Thread.ofVirtual().start(command));
  }

  @Test
  @DisplayName("a lock is granted to one after the other, in the order in which they asked, with tokens that only grow")
  void firstComeFirstServed() throws Exception {
    try (KvClient client = cluster.client(MOST); KvClient other = cluster.client(MOST)) {
      KvLock mine = client.lock("orders");
      long first = mine.lockAndGetToken();
      assertThat(mine.isHeld()).isTrue();
      assertThat(other.lock("orders").tryLock()).isFalse();
      awaitPlaces(client, "orders", 1);

      List<CompletableFuture<Long>> waiting = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        waiting.add(lockAndUnlock((i % 2 == 0 ? client : other).lock("orders")));
        awaitPlaces(client, "orders", i + 2);
      }
      assertThat(waiting).noneMatch(CompletableFuture::isDone);
      mine.unlock();
      assertThat(mine.isHeld()).isFalse();
      var tokens = new ArrayList<Long>(List.of(first));
      for (CompletableFuture<Long> each : waiting) {
        tokens.add(each.get(30, TimeUnit.SECONDS));
      }
      assertThat(tokens).isSorted().doesNotHaveDuplicates();
      awaitPlaces(client, "orders", 0);
      assertThatThrownBy(mine::unlock).isInstanceOf(IllegalMonitorStateException.class);
      assertThatThrownBy(mine::newCondition).isInstanceOf(UnsupportedOperationException.class).hasMessageContaining("watch");
    }
  }

  @Test
  @DisplayName("U27 a waiter whose time is over is out of the queue before it is told so, and never gets the lock")
  void whoTimedOutNeverGetsIt() throws Exception {
    try (KvClient client = cluster.client(MOST); KvClient other = cluster.client(MOST)) {
      KvLock mine = client.lock("timed");
      mine.lock();
      assertThat(other.lock("timed").tryLock(300, TimeUnit.MILLISECONDS)).isFalse();
      assertThat(places(client, "timed")).isEqualTo(1);
      CompletableFuture<Long> next = lockAndUnlock(other.lock("timed"));
      awaitPlaces(client, "timed", 2);
      mine.unlock();
      next.get(30, TimeUnit.SECONDS);
      assertThat(other.lock("timed").tryLock(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  @DisplayName("LL-10 who is interrupted while waiting, and who is killed while holding, leaves nothing behind that others wait for")
  void nothingIsLeftBehind() throws Exception {
    try (KvClient client = cluster.client(MOST)) {
      KvLock mine = client.lock("left");
      mine.lock();
      var interrupted = new CompletableFuture<Boolean>();
      Thread waiter = Thread.ofVirtual().start(() -> {
        try {
          client.lock("left").lockInterruptibly();
          interrupted.complete(false);
        } catch (InterruptedException e) {
          interrupted.complete(true);
        }
      });
      awaitPlaces(client, "left", 2);
      waiter.interrupt();
      assertThat(interrupted.get(10, TimeUnit.SECONDS)).isTrue();
      awaitPlaces(client, "left", 1);
      mine.unlock();

      Duration ttl = Duration.ofSeconds(2);
      try (KvClient dying = cluster.client(MOST)) {
        dying.lock("left", LockOptions.DEFAULT.withTtl(ttl)).lock();
      }
      long began = System.nanoTime();
      client.lock("left").lock();
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(ttl.plusSeconds(8));
    }
  }

  @Test
  @DisplayName("LL-09 a lock is never taken for one of an earlier session, and LL-01 a waiter's lease is alive when it is granted")
  void placesNameTheirSession() throws Exception {
    try (KvClient client = cluster.client(MOST); KvClient other = cluster.client(MOST)) {
      Session first = client.openSession(Duration.ofSeconds(6)); // Renewed, and so found gone, every 2 s.
      Session second = client.openSession(Duration.ofMinutes(1));
      long one = client.lock("own", LockOptions.DEFAULT.withSession(first)).lockAndGetToken();
      assertThat(client.lock("own", LockOptions.DEFAULT.withSession(second)).tryLock()).as("the first session's place is not adopted").isFalse();
      CompletableFuture<Long> waiter = lockAndUnlock(other.lock("own"));
      awaitPlaces(client, "own", 2);
      var lost = new CountDownLatch(1);
      KvLock held = client.lock("gone", LockOptions.DEFAULT.withSession(first));
      held.onLost(lost::countDown);
      held.lock();
      client.leases().revoke(first.lease());
      assertThat(lost.await(30, TimeUnit.SECONDS)).isTrue();
      assertThat(held.isHeld()).isFalse();
      held.unlock();
      assertThat(waiter.get(30, TimeUnit.SECONDS)).isGreaterThan(one);
      second.close();
    }
  }

  @Test
  @DisplayName("waiters and the holder keep their places when the node that leads the lock's shard is killed; one at a time all get it")
  void theLeaderIsKilled() throws Exception {
    try (KvClient client = cluster.client(MOST); KvClient other = cluster.client(MOST)) {
      KvLock mine = client.lock("kill");
      long first = mine.lockAndGetToken();
      var inside = new AtomicInteger();
      var most = new AtomicInteger();
      List<CompletableFuture<Long>> waiting = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        KvLock lock = (i % 2 == 0 ? client : other).lock("kill");
        waiting.add(CompletableFuture.supplyAsync(() -> {
          long token = lock.lockAndGetToken();
          most.accumulateAndGet(inside.incrementAndGet(), Math::max);
          Thread.yield();
          inside.decrementAndGet();
          lock.unlock();
          return token;
        }, command -> Thread.ofVirtual().start(command)));
        awaitPlaces(client, "kill", i + 2);
      }
      KvdNode leader = cluster.leaderOf(shardOf(client, "{kill}/lock/"));
      leader.kill();
      try {
        assertThat(other.lock("kill").tryLock(200, TimeUnit.MILLISECONDS)).isFalse();
        assertThat(mine.isHeld()).as("held on through the change of leader").isTrue();
        mine.unlock();
        var tokens = new ArrayList<Long>(List.of(first));
        for (CompletableFuture<Long> each : waiting) {
          tokens.add(each.get(60, TimeUnit.SECONDS));
        }
        assertThat(tokens).isSorted().doesNotHaveDuplicates();
        assertThat(most).hasValue(1);
        awaitPlaces(client, "kill", 0);
      } finally {
        leader.start();
        cluster.awaitReady();
      }
    }
  }

  @Test
  @DisplayName("kvctl lock runs a command while it holds, with key, token and status; it gives up in time, holds on through a kill of "
      + "the leader, and ends the command when the lock is lost")
  void aCommandUnderALock() throws Exception {
    var kvctl = new Kvctl(cluster);
    try (KvClient client = cluster.client(MOST)) {
      Kvctl.Ended ran = kvctl.run("lock", "nightly", "--", "sh", "-c", "echo $CAIRN_LOCK_TOKEN $CAIRN_LOCK_KEY; exit 7");
      assertThat(ran.status()).as(ran.err()).isEqualTo(7);
      assertThat(ran.out().trim()).matches("[0-9]+ \\{nightly}/lock/[0-9a-f]{16}-[0-9a-f]{16}");
      KvLock lock = client.lock("nightly");
      assertThat(lock.tryLock()).as("free before kvctl has ended").isTrue();
      Kvctl.Ended late = kvctl.run("lock", "--timeout", "3s", "nightly", "--", "true");
      assertThat(late.status()).as(late.err()).isEqualTo(3);
      assertThat(late.err()).contains("was not free within 3000 ms");
      lock.unlock();
      awaitPlaces(client, "nightly", 0); // The server is told in the background: the next place is to be kvctl's.

      var held = CompletableFuture.supplyAsync(() -> {
        try {
          return kvctl.run("lock", "nightly", "--", "sleep", "50");
        } catch (IOException | InterruptedException e) {
          throw new IllegalStateException(e);
        }
      });
      awaitPlaces(client, "nightly", 1);
      cluster.withoutLeader("{nightly}/lock/", () ->
          assertThat(client.lock("nightly").tryLock(1, TimeUnit.SECONDS)).as("kvctl holds it, as the next leader sees it").isFalse());
      assertThat(held).isNotDone();
      awaitPlaces(client, "nightly", 1);
      client.leases().revoke(client.range(KeyRange.prefix(ByteSeq.utf8("{nightly}/lock/"))).keyValues().get(0).lease());
      Kvctl.Ended ended = held.get(45, TimeUnit.SECONDS);
      assertThat(ended.err()).contains("lock nightly was lost");
      assertThat(ended.status()).isNotZero();
    }
  }

  @Test
  @DisplayName("a lock is reentrant by choice")
  void reentrance() throws Exception {
    try (KvClient client = cluster.client(MOST)) {
      KvLock plain = client.lock("once");
      plain.lock();
      assertThatThrownBy(plain::lock).isInstanceOf(IllegalStateException.class).hasMessageContaining("withReentrance");
      plain.unlock();
      KvLock again = client.lock("twice", LockOptions.DEFAULT.withReentrance());
      long token = again.lockAndGetToken();
      assertThat(again.tryLock(Duration.ZERO)).isEqualTo(OptionalLong.of(token));
      again.unlock();
      assertThat(again.isHeld()).isTrue();
      again.unlock();
      assertThat(again.isHeld()).isFalse();
      awaitPlaces(client, "twice", 0);
    }
  }
}
