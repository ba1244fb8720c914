package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.client.ByteSeq;
import io.cairn.client.KeyRange;
import io.cairn.client.KvClient;
import io.cairn.client.KvLock;
import io.cairn.client.LeaderElection.Leadership;
import io.cairn.client.LockOptions;
import io.cairn.client.OpenWatch;
import io.cairn.client.PutOptions;
import io.cairn.client.Watch;
import io.cairn.client.WatchOptions;
import io.cairn.client.who.LeaseTable;
import io.cairn.client.who.LockQueue;
import io.cairn.client.who.LockTable;
import io.cairn.client.who.QueuedPlace;
import io.cairn.jepsen.cluster.Await;
import io.cairn.jepsen.cluster.KvdNode;
import io.cairn.jepsen.cluster.LocalCluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Issue 6: {@code kvctl who} and {@code kvctl elect --listen}, and what they stand on, against three real nodes. */
final class WhoTest {
  private static final Duration MOST = Duration.ofSeconds(30);

  @RegisterExtension
  static final ClusterExtension EXTENSION = new ClusterExtension(() -> LocalCluster.builder().build());

  private final LocalCluster cluster = EXTENSION.cluster();
  private final Kvctl kvctl = new Kvctl(cluster);

  @TempDir
  private Path folder;

  private static LockOptions owner(String name) {
    return LockOptions.DEFAULT.withOwner(name);
  }

  private static CompletableFuture<Boolean> waits(KvLock lock) {
    var over = new CompletableFuture<Boolean>();
    Thread.ofVirtual().start(() -> {
      try {
        over.complete(lock.tryLock(30, TimeUnit.SECONDS));
      } catch (InterruptedException | RuntimeException e) {
        over.completeExceptionally(e);
      }
    });
    return over;
  }

  @Test
  @DisplayName("who holds and who waits, under which lease and for how long it lives; two that wait for each other are shown, and no more once they do not")
  void locking() throws Exception {
    try (KvClient one = cluster.client(MOST); KvClient two = cluster.client(MOST)) {
      KvLock oneA = one.lock("who-a", owner("one"));
      KvLock twoB = two.lock("who-b", owner("two\n"));
      oneA.lock();
      twoB.lock();
      one.put("{who-a}/data/1", "no place");
      Kvctl.Ended before = kvctl.run("who", "--locking", "who-");
      assertThat(before.status()).as(before.err()).isZero();
      assertThat(before.out()).doesNotContain("wait for one another");

      CompletableFuture<Boolean> second = waits(two.lock("who-a", owner("two\n")));
      Await.until("two waits for a", MOST, () -> one.who().locking("who-a", 10).queues().get(0).places().size() == 2);
      CompletableFuture<Boolean> first = waits(one.lock("who-b", owner("one")));
      Await.until("one waits for b", MOST, () -> one.who().locking("who-b", 10).queues().get(0).places().size() == 2);

      LockTable table = one.who().locking("who-", 10);
      assertThat(table.queues()).extracting(queue -> queue.name().utf8()).containsExactly("who-a", "who-b");
      assertThat(table.queues().get(0).places()).extracting(QueuedPlace::granted).containsExactly(true, false);
      assertThat(table.queues().get(0).places()).extracting(place -> place.owner().utf8()).containsExactly("one", "two\n");
      assertThat(table.leases()).hasSize(2).allSatisfy((id, lease) -> assertThat(lease.remaining()).isPositive().isLessThanOrEqualTo(Duration.ofSeconds(10)));
      assertThat(table.cycles()).singleElement().satisfies(cycle -> assertThat(cycle.waits()).hasSize(2));
      assertThat(table.more()).isFalse();
      LockTable cut = one.who().locking("who-", 1);
      assertThat(cut.more()).isTrue();
      assertThat(cut.queues().get(0).places()).extracting(QueuedPlace::granted).containsExactly(true);

      Kvctl.Ended shown = kvctl.run("who", "--locking", "who-");
      assertThat(shown.status()).as(shown.err()).isZero();
      String mine = Long.toHexString(oneA.hold().orElseThrow().session().lease());
      String other = Long.toHexString(twoB.hold().orElseThrow().session().lease());
      assertThat(shown.lines().get(1)).matches("who-a +lock +holds +exclusive +" + mine + " +[0-9.]+s +[0-9]+ +one");
      assertThat(shown.lines().get(2)).matches("who-a +lock +waits 1 +exclusive +" + other + " +[0-9.]+s +[0-9]+ +two\\\\n");
      assertThat(shown.out()).contains("they wait for one another:",
          "lease " + other + " (two\\n) waits for lock who-a, which lease " + mine + " (one) holds",
          "lease " + mine + " (one) waits for lock who-b, which lease " + other + " (two\\n) holds");
      assertThat(kvctl.run("who", "--locking", "who-", "-w", "json").out()).contains("\"cycles\":[[{", "\"waitsFor\":\"who-a\"", "\"holds\":true");

      oneA.unlock();
      assertThat(second.get(30, TimeUnit.SECONDS)).isTrue();
      twoB.unlock();
      assertThat(first.get(30, TimeUnit.SECONDS)).isTrue();
      assertThat(one.who().locking("who-", 10).cycles()).isEmpty();
    }
  }

  @Test
  @DisplayName("kinds of locks are told apart, and a key that somebody put into a queue is seen to hold it")
  void kinds() throws Exception {
    try (KvClient client = cluster.client(MOST)) {
      try (Leadership _ = client.election("kind", owner("chief")).campaign("chief")) {
        client.put("{kind}/lock/stray", "no place");
        LockTable table = client.who().locking("kind", 10);
        assertThat(table.queues()).extracting(LockQueue::kind).containsExactly(LockQueue.Kind.ELECTION, LockQueue.Kind.LOCK);
        assertThat(table.queues().get(1).places()).singleElement().satisfies(place -> assertThat(place.lease()).isZero());
        Kvctl.Ended shown = kvctl.run("who", "--locking", "kind");
        assertThat(shown.lines().get(1)).matches("kind +election +holds +exclusive .* chief");
        assertThat(shown.lines().get(2)).matches("kind +lock +holds +exclusive +- +- +[0-9]+ +-");
        client.delete("{kind}/lock/stray");
      }
    }
  }

  @Test
  @DisplayName("leases that have keys below a prefix, of sessions and of puts with a TTL, with the keys")
  void leasing() throws Exception {
    try (KvClient client = cluster.client(MOST)) {
      long lease = client.leases().grant(Duration.ofMinutes(5)).id();
      client.put(ByteSeq.utf8("leased/1"), ByteSeq.utf8("x"), PutOptions.DEFAULT.withLease(lease));
      client.put(ByteSeq.utf8("leased/2"), ByteSeq.utf8("x"), PutOptions.DEFAULT.withLease(lease));
      client.put("leased/3", "of no lease");
      long own = client.put(ByteSeq.utf8("leased/4"), ByteSeq.utf8("x"), Duration.ofMinutes(1)).lease();

      LeaseTable table = client.who().leasing(KeyRange.prefix("leased/"), 10);
      assertThat(table.leases()).extracting(LeaseTable.Entry::lease).containsExactly(lease, own);
      assertThat(table.leases().get(0).keys()).extracting(ByteSeq::utf8).containsExactly("leased/1", "leased/2");
      assertThat(table.leases().get(1).details().orElseThrow().remaining()).isPositive().isLessThanOrEqualTo(Duration.ofMinutes(1));
      assertThat(client.who().leasing(KeyRange.prefix("leased/"), 2)).satisfies(cut -> assertThat(cut.more()).isTrue());

      Kvctl.Ended shown = kvctl.run("who", "--leasing", "leased/", "--limit", "2");
      assertThat(shown.status()).as(shown.err()).isZero();
      assertThat(shown.lines().get(1)).matches(Long.toHexString(lease) + " +300.000s +[0-9.]+s +leased/1");
      assertThat(shown.lines()).hasSize(3);
      assertThat(shown.err()).contains("there are more keys than 2");
    }
  }

  @Test
  @DisplayName("watches of whatever client on ranges that meet the prefix, from the node that serves each; a node that is down is named")
  void watching() throws Exception {
    try (KvClient client = cluster.client(MOST); KvClient other = cluster.client(MOST);
        Watch _ = other.watch(KeyRange.prefix("seen/"), WatchOptions.fromNow()); Watch _ = client.watch(KeyRange.all(), WatchOptions.fromNow());
        Watch _ = other.watch(KeyRange.prefix("unseen/"), WatchOptions.fromNow())) {
      List<OpenWatch> found = new ArrayList<>();
      Await.until("both are open", MOST, () -> {
        found.clear();
        cluster.nodes().forEach(node -> found.addAll(client.who().watching(node.name(), KeyRange.prefix("seen/x"), 10).watches()));
        return found.size() == 2;
      });
      assertThat(found).extracting(watch -> watch.range().start().utf8()).containsExactlyInAnyOrder("seen/", "");
      long put = client.put("seen/x1", "1").revision();
      Await.until("the put is sent", MOST, () -> client.who().watching(found.get(0).node(), KeyRange.prefix("seen/x"), 10).watches().stream()
          .allMatch(watch -> watch.revision() >= put && watch.lag() == 0));

      Kvctl.Ended shown = kvctl.run("who", "--watching", "seen/x");
      assertThat(shown.status()).as(shown.err()).isZero();
      assertThat(shown.lines()).hasSize(3);
      assertThat(shown.out()).containsPattern("(?m)^n[123] +127.0.0.1:[0-9]+ +'seen/' +'seen0' +[0-9.]+s +[0-9]+ +[0-9]+ +follows$");
      assertThat(kvctl.run("who", "--watching", "", "-w", "json").out()).contains("\"from\":\"unseen/\"", "\"lag\":0");

      KvdNode down = cluster.nodes().get(2);
      down.kill();
      try {
        Kvctl.Ended partly = kvctl.run("who", "--watching", "seen/x");
        assertThat(partly.status()).isEqualTo(2);
        assertThat(partly.err()).contains("not all nodes were asked: " + down.name());
      } finally {
        down.start();
        cluster.awaitReady();
      }
    }
  }

  @Test
  @DisplayName("kvctl elect --listen shows who leads, and each change: none, the first, the next")
  void listening() throws Exception {
    Path out = folder.resolve("out.txt");
    Path err = folder.resolve("err.txt");
    Process listener = kvctl.start(out, err, "elect", "heard", "--listen");
    try (KvClient client = cluster.client(MOST)) {
      var expected = new ArrayList<>(List.of("none"));
      awaitLines(out, err, expected);
      for (String value : List.of("ada", "bob")) {
        try (Leadership leadership = client.election("heard", LockOptions.DEFAULT).campaign(value)) {
          expected.add(leadership.term() + "\t" + value);
          awaitLines(out, err, expected);
        }
        expected.add("none");
        awaitLines(out, err, expected);
      }
      Kvctl.Ended both = kvctl.run("elect", "heard", "me", "--listen");
      assertThat(both.status()).isEqualTo(4);
      assertThat(both.err()).contains("give VALUE to stand in the election, or --listen");
    } finally {
      listener.destroyForcibly().waitFor();
    }
  }

  private static void awaitLines(Path out, Path err, List<String> lines) {
    Await.until("the listener shows " + lines, MOST, () -> {
      try {
        return Files.readAllLines(out).equals(lines) ? Optional.of(true) : Optional.empty();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }, () -> {
      try {
        return "but " + Files.readAllLines(out) + ", and said " + Files.readString(err);
      } catch (IOException e) {
        return e.toString();
      }
    });
  }
}
