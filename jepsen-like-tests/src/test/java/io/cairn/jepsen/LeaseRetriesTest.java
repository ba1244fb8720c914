package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.cairn.client.ByteSeq;
import io.cairn.client.Compare;
import io.cairn.client.KvClient;
import io.cairn.client.KvException;
import io.cairn.client.Lease;
import io.cairn.client.LeaseDetails;
import io.cairn.client.LeaseRenewal;
import io.cairn.client.NodeStatus;
import io.cairn.client.PutOptions;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.Txn;
import io.cairn.client.TxnOp;
import io.cairn.client.UnknownOutcomeException;
import io.cairn.jepsen.cluster.Await;
import io.cairn.jepsen.cluster.KvdNode;
import io.cairn.jepsen.cluster.LocalCluster;
import io.cairn.jepsen.raw.RawWrites;
import io.cairn.protocol.wire.LeaseGrant;
import io.cairn.protocol.wire.LeaseRevoke;
import io.cairn.protocol.wire.Put;
import io.cairn.protocol.wire.Response;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Issue 5, "Leases" and "Retries": what is asked of leases happens once, or is said to be unknown, whatever becomes of the leaders. */
final class LeaseRetriesTest {
  private static final Duration MOST = Duration.ofSeconds(30);
  private static final Duration LONG = Duration.ofMinutes(10);

  @RegisterExtension
  static final ClusterExtension EXTENSION = new ClusterExtension(() -> LocalCluster.builder().build());

  private final LocalCluster cluster = EXTENSION.cluster();

  private static Put.Builder put(String key) {
    return Put.newBuilder().setKey(ByteString.copyFromUtf8(key)).setValue(ByteString.copyFromUtf8("v"));
  }

  private byte[] bytes(io.cairn.protocol.wire.Command.Builder command) {
    return RawRetries.bytes(RawWrites.request(command));
  }

  private Response send(byte[] bytes) {
    return RawRetries.sendToLeader(cluster, bytes);
  }

  private void assertRepeats(byte[] bytes, Response first) {
    RawRetries.assertRepeats(send(bytes), first);
  }

  @Test
  @DisplayName("A-11 grant, put under a lease, put with a TTL and revoke: the same bytes again, after kills of the leaders and a restart, get the same answer")
  void theSameBytesGetTheSameAnswer() {
    var client = new RawWrites();
    byte[] grant = bytes(client.command(0).setLeaseGrant(LeaseGrant.newBuilder().setTtlMillis(LONG.toMillis())));
    byte[] doomed = bytes(new RawWrites().command(0).setLeaseGrant(LeaseGrant.newBuilder().setTtlMillis(LONG.toMillis())));
    Response granted = send(grant);
    long lease = granted.getWrite().getLease().getId();
    Response doomedGranted = send(doomed);
    long doomedLease = doomedGranted.getWrite().getLease().getId();
    assertThat(lease).isPositive().isNotEqualTo(doomedLease);
    byte[] under = bytes(new RawWrites().command(0).setPut(put("k/under").setLease(lease)));
    Response putUnder = RawRetries.firstAnswer(send(under));
    byte[] withTtl = bytes(new RawWrites().command(0).setPut(put("k/ttl").setTtlMillis(LONG.toMillis()).setPrevious(true)));
    Response putWithTtl = RawRetries.firstAnswer(send(withTtl));
    assertThat(putWithTtl.getWrite().getLease().getTtlMillis()).isEqualTo(LONG.toMillis());
    send(bytes(new RawWrites().command(0).setPut(put("k/doomed").setLease(doomedLease))));
    byte[] revoke = bytes(new RawWrites().command(0).setLeaseRevoke(LeaseRevoke.newBuilder().setId(doomedLease)));
    Response revoked = send(revoke);
    assertThat(revoked.getWrite().getLease().getId()).isEqualTo(doomedLease);

    KvdNode leader = cluster.leaderOf(0);
    leader.kill();
    assertRepeats(grant, granted);
    assertRepeats(under, putUnder);
    assertRepeats(withTtl, putWithTtl);
    assertRepeats(revoke, revoked);
    leader.start();
    cluster.awaitReady();
    KvdNode next = cluster.leaderOf(0);
    next.kill();
    assertRepeats(withTtl, putWithTtl);
    assertRepeats(revoke, revoked);
    assertRepeats(grant, granted);
    assertRepeats(doomed, doomedGranted);
    next.start();
    cluster.awaitReady();

    RawRetries.assertPut(cluster, "k/under", putUnder.getRevision(), 1);
    RawRetries.assertPut(cluster, "k/ttl", putWithTtl.getRevision(), 1);
    try (KvClient reader = cluster.client(MOST)) {
      assertThat(reader.leases().list()).extracting(LeaseDetails::id).contains(lease).doesNotContain(doomedLease);
      assertThat(reader.get("k/doomed").found()).isEmpty();
      assertThat(reader.leases().timeToLive(putWithTtl.getWrite().getLease().getId(), true).keys()).containsExactly(ByteSeq.utf8("k/ttl"));
      reader.leases().revoke(lease);
      reader.leases().revoke(putWithTtl.getWrite().getLease().getId());
      assertThat(reader.get("k/under").found().isPresent() || reader.get("k/ttl").found().isPresent()).isFalse();
    }
  }

  @Test
  @DisplayName("a put of a transaction under a lease: known, not yet known in its shard, gone, and in a branch that is not taken; the leader killed in the middle")
  void aTransactionPutsUnderALease() {
    try (KvClient client = cluster.client(MOST)) {
      Lease lease = client.leases().grant(LONG);
      Lease gone = client.leases().grant(LONG);
      client.leases().revoke(gone.id());
      client.delete("k/t1");
      Txn txn = Txn.ifAll(Compare.missing("k/t1")).then(TxnOp.put("k/t1", "a").withLease(lease.id()), TxnOp.put("k/t2", "a").withLease(lease.id()))
          .otherwise(TxnOp.put("k/t3", "b").withLease(gone.id()), TxnOp.put("k/t4", "b"));
      KvdNode leader = cluster.leaderOf("k/t1");
      leader.kill();
      assertThat(client.txn(txn).succeeded()).as("the other branch names a lease that is gone, and is not taken").isTrue();
      assertThatThrownBy(() -> client.txn(txn)).isInstanceOfSatisfying(RefusedException.class,
          refused -> assertThat(refused.code()).isEqualTo(RefusedCode.LEASE_NOT_FOUND));
      assertThat(client.get("k/t4").found()).as("refused whole").isEmpty();
      leader.start();
      cluster.awaitReady();
      assertThat(client.leases().timeToLive(lease.id(), true).keys()).containsExactlyInAnyOrder(ByteSeq.utf8("k/t1"), ByteSeq.utf8("k/t2"));
      assertThat(client.txn(Txn.ifAll(Compare.lease("k/t1").equalTo(lease.id())).then(TxnOp.put("k/t1", "stays"))).succeeded()).isTrue();
      client.leases().revoke(lease.id());
      assertThat(client.get("k/t1").valueUtf8()).contains("stays");
      assertThat(client.get("k/t2").found()).isEmpty();
      client.delete("k/t1");
    }
  }

  @Test
  @DisplayName("without a majority a grant, a put under a lease and a revoke are OUTCOME_UNKNOWN, not refused and not done; each was done once or never")
  void whatCannotBeKnownIsUnknown() {
    long id = 4711;
    try (KvClient client = cluster.client(MOST); KvClient hasty = cluster.client(Duration.ofSeconds(2))) {
      Lease lease = client.leases().grant(LONG);
      ByteSeq held = ByteSeq.utf8("k/held");
      client.put(held, ByteSeq.utf8("v"), PutOptions.DEFAULT.withLease(lease.id()));
      hasty.get("k/held");
      KvdNode leader = cluster.leaderOf(0);
      List<KvdNode> others = cluster.others(leader);
      others.forEach(KvdNode::pause);
      try {
        // All at once: soon the leader knows that it has no majority, and refuses what comes then.
        var grant = CompletableFuture.supplyAsync(() -> failure(() -> hasty.leases().grant(id, LONG)));
        var revoke = CompletableFuture.supplyAsync(() -> failure(() -> hasty.leases().revoke(lease.id())));
        var put = CompletableFuture.supplyAsync(() -> failure(() -> hasty.put(held, held, PutOptions.DEFAULT.withLease(lease.id()))));
        assertThat(List.of(grant.join(), revoke.join(), put.join())).allSatisfy(
            each -> assertThat(each).isInstanceOf(UnknownOutcomeException.class));
      } finally {
        others.forEach(KvdNode::resume);
      }
      cluster.awaitReady();
      boolean was = client.leases().keepAlive(id).isAlive();
      if (was) {
        assertThatThrownBy(() -> client.leases().grant(id, LONG)).isInstanceOfSatisfying(RefusedException.class,
            refused -> assertThat(refused.code()).isEqualTo(RefusedCode.LEASE_EXISTS));
      } else {
        client.leases().grant(id, LONG);
      }
      client.leases().revoke(id);
      boolean revoked = !client.leases().keepAlive(lease.id()).isAlive();
      if (revoked) {
        Await.until("its keys are gone, since its end has begun", MOST, () -> client.get("k/held").found().isEmpty());
      } else {
        assertThat(client.get("k/held").found()).isPresent();
        client.leases().revoke(lease.id());
      }
    }
  }

  @Test
  @DisplayName("LL-05 the lease of a put with a TTL, renewed, outlives a kill of its shard's leader; not renewed its key goes in time, and never early")
  void aPutWithATtlThroughAKill() {
    Duration ttl = Duration.ofSeconds(3);
    try (KvClient client = cluster.client(MOST)) {
      ByteSeq key = ByteSeq.utf8("z/ttl-killed");
      long lease = client.put(key, key, ttl).lease();
      KvdNode leader = cluster.leaderOf("z/ttl-killed");
      leader.kill();
      long began = System.nanoTime();
      long sent = began;
      while (sent - began < ttl.toNanos() * 3 / 2) {
        sent = System.nanoTime();
        assertThat(client.async().leases().keepAlive(List.of(lease, 7L)).toCompletableFuture().join())
            .extracting(LeaseRenewal::isAlive).containsExactly(true, false);
        assertThat(client.get(key).found()).hasValueSatisfying(found -> assertThat(found.lease()).isEqualTo(lease));
      }
      long acknowledged = System.nanoTime();
      Await.until("the key is gone", MOST, () -> client.get(key).found().isEmpty());
      long gone = System.nanoTime();
      assertThat(gone - sent).as("never early").isGreaterThanOrEqualTo(ttl.toNanos());
      assertThat(gone - acknowledged).as("not late").isLessThan(ttl.plusSeconds(1).toNanos());
      assertThat(client.leases().keepAlive(lease).isAlive()).isFalse();
      leader.start();
    }
    cluster.awaitReady();
  }

  private static KvException failure(Runnable call) {
    try {
      call.run();
    } catch (KvException e) {
      return e;
    }
    throw new AssertionError("it was done, without a majority");
  }

  @Test
  @DisplayName("LL-05 LL-06 four changes of leader, without a restart: what is left only falls, the lease does not end early, and not later than TTL + 1 s + an election each")
  void changesOfLeaderAddNothing() {
    Duration ttl = Duration.ofSeconds(4);
    int changes = 4;
    try (KvClient client = cluster.client(MOST)) {
      ByteSeq key = ByteSeq.utf8("k/changes");
      long sent = System.nanoTime();
      Lease lease = client.leases().grant(ttl);
      long acknowledged = System.nanoTime();
      client.put(key, key, PutOptions.DEFAULT.withLease(lease.id()));
      Duration last = ttl;
      for (int i = 0; i < changes; i++) {
        KvdNode leader = cluster.leaderOf(0);
        client.transferLeader(0, cluster.others(leader).get(i % 2).name());
        Duration left = client.leases().timeToLive(lease.id(), false).remaining();
        long elapsed = System.nanoTime() - sent;
        assertThat(left).as("after %d changes", i + 1).isBetween(Duration.ZERO, last.plusMillis(500));
        assertThat(left.toNanos() + TimeUnit.MILLISECONDS.toNanos(2)).as("not shortened").isGreaterThanOrEqualTo(ttl.toNanos() - elapsed);
        last = left;
      }
      assertThat(System.nanoTime() - sent).as("all within the TTL").isLessThan(ttl.toNanos());
      Await.until("the key is gone", MOST, () -> client.get(key).found().isEmpty());
      long gone = System.nanoTime();
      assertThat(gone - sent).as("never early").isGreaterThanOrEqualTo(ttl.toNanos());
      assertThat(gone - acknowledged).as("not late").isLessThan(ttl.plusSeconds(1 + changes).toNanos());
      assertThat(client.status("n1").limits()).extracting(NodeStatus.Limit::name)
          .contains("leasesMax", "leaseKeysMax", "leasesNamedMax", "leaseTtlMillisMin", "leaseTtlMillisMax");
    }
  }
}
