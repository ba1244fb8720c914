package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.client.ByteSeq;
import io.cairn.client.KvClient;
import io.cairn.client.KvReadWriteLock;
import io.cairn.client.KvSemaphore;
import io.cairn.client.LeaderElection;
import io.cairn.client.LeaderElection.Leader;
import io.cairn.client.LeaderElection.Leadership;
import io.cairn.client.LockHold;
import io.cairn.client.LockOptions;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.jepsen.cluster.Await;
import io.cairn.jepsen.cluster.LocalCluster;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Issue 6: elections, read-write locks and semaphores on places in a queue, through the public client against three real nodes. */
final class ElectionTest {
  private static final Duration MOST = Duration.ofSeconds(30);
  private static final LockOptions USUAL = LockOptions.DEFAULT;

  @RegisterExtension
  static final ClusterExtension EXTENSION = new ClusterExtension(() -> LocalCluster.builder().build());

  private final LocalCluster cluster = EXTENSION.cluster();

  private static CompletableFuture<Leadership> campaign(LeaderElection election, String value) {
    var elected = new CompletableFuture<Leadership>();
    Thread.ofVirtual().start(() -> {
      try {
        elected.complete(election.campaign(value));
      } catch (InterruptedException | RuntimeException e) {
        elected.completeExceptionally(e);
      }
    });
    return elected;
  }

  @Test
  @DisplayName("U30 one leads at a time, through a kill of the node that decides; terms only grow; who led before can proclaim and write no more")
  void oneLeadsAtATime() throws Exception {
    try (KvClient client = cluster.client(MOST); KvClient other = cluster.client(MOST)) {
      var seen = new CopyOnWriteArrayList<Optional<Leader>>();
      LeaderElection election = client.election("chief", USUAL);
      assertThat(election.leader()).isEmpty();
      try (AutoCloseable _ = election.observe(seen::add)) {
        Leadership first = election.campaign("one");
        assertThat(election.leader()).contains(new Leader(first.term(), ByteSeq.utf8("one")));
        first.proclaim("one, at work");
        assertThat(election.leader()).contains(new Leader(first.term(), ByteSeq.utf8("one, at work")));
        first.kv().put("a/chief", "first");
        CompletableFuture<Leadership> next = campaign(other.election("chief", USUAL), "two");
        assertThat(other.election("chief", USUAL).campaign("three", Duration.ofMillis(200))).isEmpty();

        cluster.withoutLeader("{chief}/", () -> {
          assertThat(first.isLeader()).isTrue();
          assertThat(next).isNotDone();
          first.resign();
          Leadership second = next.get(60, TimeUnit.SECONDS);
          assertThat(second.term()).isGreaterThan(first.term());
          for (Runnable late : List.<Runnable>of(() -> first.proclaim("still me"), () -> first.kv().put("a/chief", "late"))) {
            assertThatThrownBy(late::run).isInstanceOfSatisfying(RefusedException.class,
                refused -> assertThat(refused.code()).isEqualTo(RefusedCode.GUARD_PASSED));
          }
          second.kv().put("a/chief", "second");
          assertThat(client.get("a/chief").valueUtf8()).contains("second");
          Await.until("the second is heard of", MOST, () -> seen.contains(Optional.of(new Leader(second.term(), ByteSeq.utf8("two")))));
          second.resign();
          Await.until("nobody leads", MOST, () -> election.leader().isEmpty() && seen.get(seen.size() - 1).isEmpty());
          assertThat(seen.stream().flatMap(Optional::stream).map(Leader::term)).isSorted();
        });
      }
    }
  }

  @Test
  @DisplayName("kvctl elect runs a command while it leads, and shows who leads")
  void aCommandThatLeads() throws Exception {
    var kvctl = new Kvctl(cluster);
    Kvctl.Ended ran = kvctl.run("elect", "boss", "host-3", "--", "sh", "-c", "echo $CAIRN_ELECTION_TERM; exit 9");
    assertThat(ran.status()).as(ran.err()).isEqualTo(9);
    assertThat(Long.parseLong(ran.out().trim())).isPositive();
    try (KvClient client = cluster.client(MOST)) {
      assertThat(client.election("boss", USUAL).leader()).as("resigned before kvctl has ended").isEmpty();
    }
    assertThat(kvctl.run("elect", "boss").status()).isEqualTo(4);
  }

  @Test
  @DisplayName("readers share, a writer is alone, and a reader that comes after a waiting writer waits behind it, also at the next leader")
  void readersAndWriters() throws Exception {
    try (KvClient client = cluster.client(MOST); KvClient other = cluster.client(MOST)) {
      KvReadWriteLock mine = client.readWriteLock("book", USUAL);
      KvReadWriteLock theirs = other.readWriteLock("book", USUAL);
      mine.readLock().lock();
      assertThat(theirs.readLock().tryLock()).isTrue();
      assertThat(theirs.writeLock().tryLock()).isFalse();
      var writer = new CompletableFuture<Long>();
      Thread.ofVirtual().start(() -> {
        long token = other.readWriteLock("book", USUAL).writeLock().lockAndGetToken();
        writer.complete(token);
      });
      Await.until("the writer waits", MOST, () -> client.range(io.cairn.client.KeyRange.prefix("{book}/rw/")).keyValues().size() == 3);
      assertThat(client.readWriteLock("book", USUAL).readLock().tryLock(200, TimeUnit.MILLISECONDS)).as("behind the writer").isFalse();
      cluster.withoutLeader("{book}/", () -> {
        mine.readLock().unlock();
        assertThat(mine.readLock().tryLock(1, TimeUnit.SECONDS)).as("still behind the writer, as the next leader sees it").isFalse();
        assertThat(writer).isNotDone();
        theirs.readLock().unlock();
        assertThat(writer.get(30, TimeUnit.SECONDS)).isPositive();
        assertThat(mine.readLock().tryLock()).isFalse();
      });
    }
  }

  @Test
  @DisplayName("a semaphore never gives more than it has, through a kill of its leader, and what a client took that is closed comes back")
  void permits() throws Exception {
    try (KvClient client = cluster.client(MOST)) {
      KvSemaphore semaphore = client.semaphore("pool", 3, USUAL);
      LockHold two = semaphore.acquire(2);
      LockHold one = semaphore.acquire();
      assertThat(semaphore.tryAcquire(1, Duration.ofMillis(100))).isEmpty();
      one.close();
      assertThat(semaphore.tryAcquire(2, Duration.ofMillis(100))).isEmpty();
      assertThat(semaphore.tryAcquire(1, MOST)).isPresent();
      cluster.withoutLeader("{pool}/", () -> {
        assertThat(semaphore.tryAcquire(1, Duration.ofSeconds(1))).as("the next leader knows what is taken").isEmpty();
        two.close();
        two.close();
        assertThat(semaphore.tryAcquire(1, MOST)).isPresent().get().satisfies(LockHold::close);
      });
      try (KvClient dying = cluster.client(MOST)) {
        assertThat(dying.semaphore("pool", 3, USUAL.withTtl(Duration.ofSeconds(2))).tryAcquire(2, MOST)).isPresent();
        assertThat(semaphore.tryAcquire(1, Duration.ZERO)).isEmpty();
      }
      assertThat(semaphore.tryAcquire(2, MOST)).isPresent();
      assertThatThrownBy(() -> semaphore.acquire(4)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("1 to 3");
    }
  }
}
