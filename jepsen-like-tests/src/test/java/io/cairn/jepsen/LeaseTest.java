package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.client.ByteSeq;
import io.cairn.client.KvClient;
import io.cairn.client.Lease;
import io.cairn.client.LeaseDetails;
import io.cairn.client.LeaseRenewal;
import io.cairn.client.Leases;
import io.cairn.client.PutOptions;
import io.cairn.client.PutResult;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.Session;
import io.cairn.client.SessionState;
import io.cairn.jepsen.cluster.Await;
import io.cairn.jepsen.cluster.KvdNode;
import io.cairn.jepsen.cluster.LocalCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Issue 5, "Leases", through the public client against three real nodes: what docs/leases.md promises. */
final class LeaseTest {
  private static final Duration MOST = Duration.ofSeconds(30);
  private static final Duration LONG = Duration.ofMinutes(10);
  /** How often a node is restarted until it is quick enough to lead before the lease is over. */
  private static final int RESTARTS_MOST = 5;
  /** Leases whose ends take long enough to be seen under way. */
  private static final int METERED = 2_000;
  /** A key in each of the three shards. */
  private static final List<String> KEYS = List.of("a/lease/", "k/lease/", "z/lease/");

  @RegisterExtension
  static final ClusterExtension EXTENSION = new ClusterExtension(() -> LocalCluster.builder().build());

  private final LocalCluster cluster = EXTENSION.cluster();

  private static List<ByteSeq> putUnder(KvClient client, Lease lease, String name) {
    var keys = new ArrayList<ByteSeq>();
    for (String prefix : KEYS) {
      ByteSeq key = ByteSeq.utf8(prefix + name);
      client.put(key, ByteSeq.utf8("held"), PutOptions.DEFAULT.withLease(lease.id()));
      keys.add(key);
    }
    return keys;
  }

  private static void assertPresent(KvClient client, List<ByteSeq> keys, Lease lease) {
    for (ByteSeq key : keys) {
      assertThat(client.get(key).found()).as("%s", key).hasValueSatisfying(found -> assertThat(found.lease()).isEqualTo(lease.id()));
    }
  }

  private static boolean isGone(KvClient client, List<ByteSeq> keys) {
    return keys.stream().allMatch(key -> client.get(key).found().isEmpty());
  }

  private static void assertNotFound(Runnable call) {
    assertThatThrownBy(call::run).isInstanceOfSatisfying(RefusedException.class,
        refused -> assertThat(refused.code()).isEqualTo(RefusedCode.LEASE_NOT_FOUND));
  }

  @Test
  @DisplayName("LL-13 a revoke returns when the keys of the lease are gone from every shard; nothing is added to it any more")
  void revokeTakesAllKeysAlong() {
    try (KvClient client = cluster.client(MOST)) {
      Lease lease = client.leases().grant(LONG);
      List<ByteSeq> keys = putUnder(client, lease, "revoked");
      assertPresent(client, keys, lease);
      LeaseDetails details = client.leases().timeToLive(lease.id(), true);
      assertThat(Set.copyOf(details.keys())).isEqualTo(Set.copyOf(keys));
      assertThat(details.remaining()).isBetween(Duration.ofMinutes(9), LONG);
      assertThat(client.leases().list()).extracting(LeaseDetails::id).contains(lease.id());

      ByteSeq taken = ByteSeq.utf8(KEYS.getFirst() + "revoked");
      client.put(taken, ByteSeq.utf8("mine now"));
      client.leases().revoke(lease.id());

      assertThat(client.get(taken).valueUtf8()).as("a put without a lease takes the key off it").contains("mine now");
      assertThat(isGone(client, keys.subList(1, 3))).isTrue();
      assertNotFound(() -> client.leases().timeToLive(lease.id(), false));
      assertNotFound(() -> client.put(taken, taken, PutOptions.DEFAULT.withLease(lease.id())));
      assertNotFound(() -> client.leases().revoke(lease.id()));
      assertThat(client.leases().keepAlive(lease.id()).isAlive()).as("LL-03").isFalse();
      assertThat(client.get(taken).valueUtf8()).contains("mine now");
    }
  }

  @Test
  @DisplayName("LL-04 boundary values of ids and times are refused, with what would be right")
  void boundaryValues() {
    try (KvClient client = cluster.client(MOST)) {
      for (Duration ttl : List.of(Duration.ZERO, Duration.ofSeconds(-1), Duration.ofMillis(999), Duration.ofDays(366), Duration.ofSeconds(Long.MAX_VALUE))) {
        assertThatThrownBy(() -> client.leases().grant(ttl)).isInstanceOf(RefusedException.class).hasMessageContaining("365 days");
      }
      for (long id : new long[] {0, -1, Long.MIN_VALUE}) {
        assertThatThrownBy(() -> client.leases().grant(id, LONG)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> client.leases().revoke(id)).isInstanceOf(RefusedException.class);
        assertThatThrownBy(() -> client.leases().keepAlive(id)).isInstanceOf(RefusedException.class);
      }
      for (long id : new long[] {Leases.GRANTED_ID_MAX + 1, Long.MAX_VALUE}) {
        assertThatThrownBy(() -> client.leases().grant(id, LONG)).isInstanceOf(IllegalArgumentException.class);
        assertNotFound(() -> client.leases().revoke(id));
        assertNotFound(() -> client.leases().timeToLive(id, true));
        assertNotFound(() -> client.put(ByteSeq.utf8("k"), ByteSeq.utf8("v"), PutOptions.DEFAULT.withLease(id)));
        assertThat(client.leases().keepAlive(id).isAlive()).isFalse();
      }
      Lease largest = client.leases().grant(Leases.GRANTED_ID_MAX, Duration.ofDays(365));
      List<ByteSeq> keys = putUnder(client, largest, "largest");
      assertPresent(client, keys, largest);
      assertThatThrownBy(() -> client.leases().grant(Leases.GRANTED_ID_MAX, LONG)).isInstanceOfSatisfying(RefusedException.class,
          refused -> assertThat(refused.code()).isEqualTo(RefusedCode.LEASE_EXISTS));
      client.leases().revoke(largest.id());
      assertThat(isGone(client, keys)).isTrue();
      Lease again = client.leases().grant(Leases.GRANTED_ID_MAX, LONG);
      List<ByteSeq> anew = putUnder(client, again, "largest");
      assertPresent(client, anew, again);
      client.leases().revoke(again.id());
    }
  }

  @Test
  @DisplayName("LL-05 renewed a lease lives through a kill of the node that leads shard 0; not renewed it ends, never early, and not late")
  void livesAndEndsThroughAKill() {
    Duration ttl = Duration.ofSeconds(4);
    try (KvClient client = cluster.client(MOST)) {
      Lease lease = client.leases().grant(ttl);
      List<ByteSeq> keys = putUnder(client, lease, "renewed");
      KvdNode leader = cluster.leaderOf(0);
      leader.kill();
      long sent = 0;
      for (int i = 0; i < 3; i++) {
        long from = System.nanoTime();
        assertThat(client.leases().keepAlive(lease.id()).isAlive()).isTrue();
        sent = from;
        assertPresent(client, keys, lease);
        long until = from + TimeUnit.SECONDS.toNanos(2);
        Await.until("two seconds later", MOST, () -> System.nanoTime() - until > 0);
      }
      assertPresent(client, keys, lease);
      long acknowledged = System.nanoTime();
      Set<ByteSeq> left = new HashSet<>(keys);
      long last = sent;
      Await.until("the keys are gone", MOST, () -> {
        left.removeIf(key -> {
          boolean gone = client.get(key).found().isEmpty();
          if (gone) {
            assertThat(System.nanoTime() - last).as("never early").isGreaterThanOrEqualTo(ttl.toNanos());
          }
          return gone;
        });
        return left.isEmpty();
      });
      assertThat(System.nanoTime() - acknowledged).as("gone within TTL + 1 s").isLessThan(ttl.plusSeconds(1).toNanos());
      leader.start();
    }
    cluster.awaitReady();
  }

  @Test
  @DisplayName("a put under a lease that is sent again after it ended is answered as at first, and does nothing more")
  void retriedAfterTheEnd() {
    // The client's own retries are those of every write; what is new is that the lease is looked at only where a put is new.
    try (KvClient client = cluster.client(MOST)) {
      Lease lease = client.leases().grant(Duration.ofSeconds(1));
      List<ByteSeq> keys = putUnder(client, lease, "short");
      Await.until("the lease has ended", MOST, () -> isGone(client, keys));
      Await.until("it is forgotten", MOST, () -> client.leases().list().stream().noneMatch(each -> each.id() == lease.id()));
      assertNotFound(() -> client.put(keys.getFirst(), keys.getFirst(), PutOptions.DEFAULT.withLease(lease.id())));
    }
  }

  @Test
  @DisplayName("a put with a TTL goes by itself, not early; put again it stays")
  void putsWithATtl() {
    Duration ttl = Duration.ofSeconds(2);
    try (KvClient client = cluster.client(MOST)) {
      for (String prefix : KEYS) {
        ByteSeq goes = ByteSeq.utf8(prefix + "goes");
        ByteSeq stays = ByteSeq.utf8(prefix + "stays");
        client.put(stays, goes, ttl);
        client.put(stays, stays);
        long sent = System.nanoTime();
        client.put(goes, goes, ttl);
        assertThat(client.get(goes).found()).hasValueSatisfying(found -> assertThat(found.lease()).isPositive());
        Await.until("it is gone", MOST, () -> client.get(goes).found().isEmpty());
        assertThat(System.nanoTime() - sent).isBetween(ttl.toNanos(), ttl.plusSeconds(2).toNanos());
        assertThat(client.get(stays).found()).hasValueSatisfying(found -> assertThat(found.lease()).isZero());
      }
      assertThatThrownBy(() -> client.put(ByteSeq.utf8("k"), ByteSeq.utf8("v"), Duration.ofMillis(999))).hasMessageContaining("365 days");
    }
  }

  @Test
  @DisplayName("grant-and-put: the lease of a put with a TTL is renewed, looked at and revoked by its id, in whichever shard it is, and keys of its shard may join it")
  void theLeaseOfAPutWithATtl() {
    Duration ttl = Duration.ofSeconds(2);
    try (KvClient client = cluster.client(MOST)) {
      var ids = new ArrayList<Long>();
      var keys = new ArrayList<ByteSeq>();
      for (String prefix : KEYS) {
        ByteSeq key = ByteSeq.utf8(prefix + "own");
        keys.add(key);
        ids.add(client.put(key, key, ttl).lease());
        assertThat(client.get(key).found()).hasValueSatisfying(found -> assertThat(found.lease()).isEqualTo(ids.getLast()));
      }
      Lease granted = client.leases().grant(LONG);
      ids.add(granted.id());
      assertThat(ids).doesNotHaveDuplicates();
      assertThatThrownBy(() -> client.put(keys.get(1), keys.get(1), PutOptions.DEFAULT.withLease(ids.getFirst())))
          .isInstanceOf(RefusedException.class).hasMessageContaining("only keys of that shard");
      ByteSeq joined = ByteSeq.utf8(KEYS.getFirst() + "joined");
      client.put(joined, joined, PutOptions.DEFAULT.withLease(ids.getFirst()));
      assertThat(client.leases().timeToLive(ids.getFirst(), true).keys()).containsExactlyInAnyOrder(keys.getFirst(), joined);

      long until = System.nanoTime() + 2 * ttl.toNanos();
      while (System.nanoTime() - until < 0) {
        assertThat(client.leases().keepAlive(ids)).extracting(LeaseRenewal::id).isEqualTo(ids);
        assertThat(client.leases().keepAlive(ids)).allMatch(LeaseRenewal::isAlive);
        assertThat(client.leases().timeToLive(ids.get(1), false).remaining()).isBetween(Duration.ofMillis(1), ttl);
      }
      assertThat(keys).allMatch(key -> client.get(key).found().isPresent());

      client.leases().revoke(ids.getFirst());
      assertThat(client.get(joined).found()).isEmpty();
      assertThat(client.get(keys.getFirst()).found()).isEmpty();
      assertNotFound(() -> client.leases().timeToLive(ids.getFirst(), false));
      assertNotFound(() -> client.leases().revoke(ids.getFirst()));
      assertThat(client.leases().keepAlive(ids)).extracting(LeaseRenewal::isAlive).containsExactly(false, true, true, true);
      try (Session kept = client.openSession(ids.get(1))) {
        Await.until("what nobody renews is gone", MOST, () -> client.get(keys.getLast()).found().isEmpty());
        assertThat(kept.state()).isEqualTo(SessionState.ACTIVE);
        assertThat(client.get(keys.get(1)).found()).isPresent();
      }
      assertThat(client.get(keys.get(1)).found()).isEmpty();
      client.leases().revoke(granted.id());
    }
  }

  /** When the first of the keys was found gone, and the last, in nanoseconds after {@code from}. */
  private record Gone(long first, long last) {
    static Gone of(KvClient client, List<ByteSeq> keys, long from) {
      Set<ByteSeq> left = new HashSet<>(keys);
      long[] first = {0};
      Await.until("the keys are gone", MOST, () -> {
        left.removeIf(key -> client.get(key).found().isEmpty());
        first[0] = first[0] == 0 && left.size() < keys.size() ? System.nanoTime() : first[0];
        return left.isEmpty();
      });
      return new Gone(first[0] - from, System.nanoTime() - from);
    }
  }

  @Test
  @DisplayName("LL-05 a node that was restarted and then leads does not end a lease early, and adds at most one TTL")
  void aRestartedNodeAddsAtMostOneTtl() {
    Duration ttl = Duration.ofSeconds(3);
    try (KvClient client = cluster.client(MOST)) {
      boolean met = false;
      for (int round = 0; round < RESTARTS_MOST && !met; round++) {
        KvdNode leader = cluster.leaderOf(0);
        KvdNode restarted = cluster.others(leader).getFirst();
        Lease lease = client.leases().grant(ttl);
        List<ByteSeq> keys = putUnder(client, lease, "restarted" + round);
        restarted.kill();
        long sent = System.nanoTime();
        assertThat(client.leases().keepAlive(lease.id()).isAlive()).isTrue();
        long acknowledged = System.nanoTime();
        restarted.start();
        // Its life begins after the renewal: it does not know when that was, and counts from its start.
        met = leadsWithin(client, restarted, sent + ttl.toNanos());
        Gone gone = Gone.of(client, keys, acknowledged);
        assertThat(gone.first + acknowledged - sent).as("never early").isGreaterThanOrEqualTo(ttl.toNanos());
        assertThat(gone.last).as("gone within 2 TTL + 1 s").isLessThan(2 * ttl.toNanos() + TimeUnit.SECONDS.toNanos(1));
        assertThat(client.leases().keepAlive(lease.id()).isAlive()).isFalse();
        cluster.awaitReady();
      }
      assertThat(met).as("a restarted node led before the lease was over").isTrue();
    }
  }

  /** Whether the node leads shard 0 by then. */
  private boolean leadsWithin(KvClient client, KvdNode node, long until) {
    while (System.nanoTime() - until < 0) {
      try {
        client.transferLeader(0, node.name());
        return System.nanoTime() - until < 0;
      } catch (RefusedException e) {
        // It is not up yet, or lacks entries.
        assertThat(e.code()).isIn(RefusedCode.LEADER_STAYS, RefusedCode.UNAVAILABLE);
      }
    }
    return false;
  }

  @Test
  @DisplayName("the meters of leases: how many there are, are ending, were renewed, and how late they ended")
  void metersOfLeases() {
    try (KvClient client = cluster.client(MOST)) {
      cluster.awaitReady();
      double renewed = MetricsPage.sum(cluster.nodes(), "kvd_lease_renewals_total");
      double ended = MetricsPage.sum(cluster.nodes(), "kvd_lease_end_delay_seconds_count");
      double late = MetricsPage.sum(cluster.nodes(), "kvd_lease_end_delay_seconds_sum");
      double before = MetricsPage.sum(cluster.nodes(), "kvd_leases");
      Lease lease = client.leases().grant(LONG);
      for (int i = 0; i < 3; i++) {
        client.leases().keepAlive(lease.id());
      }
      Await.until("renewals are counted", MOST, () -> MetricsPage.sum(cluster.nodes(), "kvd_lease_renewals_total") >= renewed + 3);
      var puts = new ArrayList<CompletableFuture<PutResult>>();
      for (int i = 0; i < METERED; i++) {
        puts.add(client.async().put(ByteSeq.utf8("k/metered/" + i), ByteSeq.utf8("v"), PutOptions.DEFAULT.withTtl(Duration.ofSeconds(2))).toCompletableFuture());
      }
      puts.forEach(CompletableFuture::join);
      Await.until("leases are counted", MOST, () -> MetricsPage.sum(cluster.nodes(), "kvd_leases") >= before + 1 + METERED / 2);
      KvdNode home = cluster.leaderOf("k/metered/");
      Await.until("some are ending", MOST, () -> MetricsPage.of(home).value("kvd_leases_ending") > 0);
      Await.until("their ends are counted", MOST, () -> MetricsPage.sum(cluster.nodes(), "kvd_lease_end_delay_seconds_count") >= ended + METERED);
      assertThat(MetricsPage.sum(cluster.nodes(), "kvd_lease_end_delay_seconds_sum")).isGreaterThan(late);
      Await.until("none is ending any more", MOST, () -> MetricsPage.sum(cluster.nodes(), "kvd_leases_ending") == 0);
      client.leases().revoke(lease.id());
      Await.until("as many as before", MOST, () -> MetricsPage.sum(cluster.nodes(), "kvd_leases") <= before);
    }
  }

  @Test
  @DisplayName("kvctl grants, shows, renews, lists and revokes leases")
  void byHand() throws Exception {
    var kvctl = new Kvctl(cluster);
    Kvctl.Ended grant = kvctl.run("lease", "grant", "90s", "-w", "raw");
    assertThat(grant.status()).as("%s", grant).isZero();
    String id = grant.out().strip();
    assertThat(kvctl.run("put", "k/by-hand", "v", "--lease", id).status()).isZero();
    assertThat(kvctl.run("lease", "ttl", id, "--keys").out()).contains(id, "90.000s", "alive", "k/by-hand");
    assertThat(kvctl.run("lease", "keep-alive", id, "--once").out()).contains("renewed", "90.000s");
    assertThat(kvctl.run("lease", "list").out()).contains(id);
    assertThat(kvctl.run("lease", "revoke", id).status()).isZero();
    assertThat(kvctl.run("get", "k/by-hand").status()).isEqualTo(1);
    assertThat(kvctl.run("lease", "ttl", id).status()).isEqualTo(1);
    assertThat(kvctl.run("lease", "keep-alive", id, "--once").status()).isEqualTo(1);
    Kvctl.Ended put = kvctl.run("put", "k/by-hand", "v", "--ttl", "80s", "-w", "raw");
    assertThat(put.status()).isZero();
    String own = put.out().strip();
    assertThat(kvctl.run("lease", "ttl", own, "--keys").out()).contains(own, "80.000s", "alive", "k/by-hand");
    assertThat(kvctl.run("lease", "keep-alive", own, "--once").out()).contains("renewed", "80.000s");
    assertThat(kvctl.run("lease", "revoke", own).status()).isZero();
    assertThat(kvctl.run("get", "k/by-hand").status()).isEqualTo(1);
    assertThat(kvctl.run("lease", "keep-alive", own).status()).isEqualTo(1);
    assertThat(kvctl.run("lease", "grant", "100ms").err()).contains("1 s to 365 days");
    assertThat(kvctl.run("lease", "revoke", "0").status()).isEqualTo(4);
  }
}
