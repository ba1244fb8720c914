package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.cairn.client.ByteSeq;
import io.cairn.client.KvClient;
import io.cairn.client.LeaseDetails;
import io.cairn.client.NodeStatus;
import io.cairn.jepsen.cluster.Await;
import io.cairn.jepsen.cluster.KvdNode;
import io.cairn.jepsen.cluster.LocalCluster;
import io.cairn.jepsen.raw.RawWrites;
import io.cairn.protocol.wire.LeaseGrant;
import io.cairn.protocol.wire.LeaseKeepAlive;
import io.cairn.protocol.wire.LeaseRevoke;
import io.cairn.protocol.wire.Put;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Retries at a replica that got what it remembers with a snapshot, never from its log. */
final class RetryAfterSnapshotTest {
  private static final Duration MOST = Duration.ofSeconds(60);
  private static final int VALUE_BYTES = 256 << 10;
  private static final long TTL_MILLIS = 3_600_000;
  private static final int LEASES_NAMED = 10_000;
  private static final long NOBODYS = 1L << 61;

  /** The smallest log there is, and little of it in memory: what a stopped node lacks is gone after some megabytes. */
  @RegisterExtension
  static final ClusterExtension EXTENSION = new ClusterExtension(() -> LocalCluster.builder()
      .set("log.segment-size", "1MiB").set("log.keep", "2MiB").set("engine.write-buffers", "4MiB")
      .set("limits.append-bytes", "64KiB").set("limits.inflight-append-bytes", "64KiB").build());

  private final LocalCluster cluster = EXTENSION.cluster();

  @Test
  @DisplayName("A-11 the same bytes to a leader that got them with a snapshot, shard 0 too: the first one's answer")
  void bytesSentAgainAfterASnapshotTakeEffectOnce() {
    int shard = cluster.shardOf("k/kept");
    KvdNode leader = cluster.leaderOf(shard);
    KvdNode lagging = cluster.others(leader, cluster.leaderOf(0)).getFirst();
    KvdNode third = cluster.others(leader, lagging).getFirst();
    lagging.kill();
    byte[] bytes = RawRetries.bytes(new RawWrites().put("k/kept", "v", 0));
    Response first = RawRetries.firstAnswer(RawRetries.sendToLeader(cluster, bytes));
    byte[] grantBytes = grant();
    Response grant = RawRetries.sendToLeader(cluster, grantBytes);
    byte[] leasedBytes = put(Put.newBuilder().setLease(leaseOf(grant)), "k/leased");
    Response leased = RawRetries.firstAnswer(RawRetries.sendToLeader(cluster, leasedBytes));
    byte[] ttlBytes = put(Put.newBuilder().setTtlMillis(TTL_MILLIS), "k/ttl");
    Response ttl = RawRetries.firstAnswer(RawRetries.sendToLeader(cluster, ttlBytes));
    byte[] revokeBytes = RawRetries.bytes(RawWrites.request(new RawWrites().command(0)
        .setLeaseRevoke(LeaseRevoke.newBuilder().setId(leaseOf(RawRetries.sendToLeader(cluster, grant()))))));
    Response revoke = RawRetries.sendToLeader(cluster, revokeBytes);
    long index = commit(shard);
    long systemIndex = commit(0);
    try (KvClient client = cluster.client(Duration.ofSeconds(20))) {
      leaveMemory();
      writeUntilGone(client, shard, index, systemIndex);
      lagging.start();
      awaitSnapshot(lagging, shard, index);
      awaitSnapshot(lagging, 0, systemIndex);
      onlyItCanLead(client, shard, lagging, leader, third);
    }
    RawRetries.assertRepeats(RawRetries.send(lagging, bytes).orElseThrow(), first);
    RawRetries.assertRepeats(RawRetries.send(lagging, leasedBytes).orElseThrow(), leased);
    RawRetries.assertRepeats(RawRetries.send(lagging, ttlBytes).orElseThrow(), ttl);
    RawRetries.assertRepeats(RawRetries.send(lagging, grantBytes).orElseThrow(), grant);
    RawRetries.assertRepeats(RawRetries.send(lagging, revokeBytes).orElseThrow(), revoke);
    leader.start();
    cluster.awaitReady();
    RawRetries.assertPut(cluster, "k/kept", first.getRevision(), 1);
    assertAlive(leaseOf(grant), leaseOf(revoke));
  }

  private void assertAlive(long lease, long revoked) {
    try (KvClient client = cluster.client(MOST)) {
      assertThat(client.leases().list()).extracting(LeaseDetails::id).contains(lease).doesNotContain(revoked);
      assertThat(client.leases().timeToLive(lease, true).keys()).containsExactly(ByteSeq.utf8("k/leased"));
    }
  }

  private static byte[] grant() {
    return RawRetries.bytes(RawWrites.request(
        new RawWrites().command(0).setLeaseGrant(LeaseGrant.newBuilder().setTtlMillis(TTL_MILLIS))));
  }

  private static long leaseOf(Response answer) {
    assertThat(answer.getWrite().getLease().getId()).as("done: %s", answer).isPositive();
    return answer.getWrite().getLease().getId();
  }

  private static byte[] put(Put.Builder put, String key) {
    put.setKey(ByteString.copyFromUtf8(key)).setValue(ByteString.copyFromUtf8("v"));
    return RawRetries.bytes(RawWrites.request(new RawWrites().command(0).setPut(put)));
  }

  private NodeStatus.Replica replica(KvdNode node, int shard) {
    return Await.until(node + " tells its status", MOST, () -> cluster.replica(node, shard));
  }

  private long commit(int shard) {
    return replica(cluster.leaderOf(shard), shard).commit();
  }

  /**
   * What a leader sent last stays in its memory ({@code limits.inflight-append-bytes}), whatever its log has dropped, and a follower is sent it
   * from there, without a snapshot. Entries of shard 0 are small: two that fill it are renewals of ten thousand leases that nobody has.
   */
  private void leaveMemory() {
    LeaseKeepAlive.Builder many = LeaseKeepAlive.newBuilder();
    for (long id = 0; id < LEASES_NAMED; id++) {
      many.addIds(NOBODYS + id);
    }
    byte[] bytes = RawRetries.bytes(Request.newBuilder().setKeyspace(1).setRemainingMillis((int) MOST.toMillis()).setLeaseKeepAlive(many).build());
    for (int i = 0; i < 2; i++) {
      Response answer = RawRetries.sendToLeader(cluster, bytes);
      assertThat(answer.getLeaseKeepAlive().getTtlMillisList()).as("%s", answer.getError()).hasSize(LEASES_NAMED).containsOnly(0L);
    }
  }

  /** Writes to the shard until no log that runs holds these entries of it and of shard 0 any more. */
  private void writeUntilGone(KvClient client, int shard, long index, long systemIndex) {
    ByteSeq large = ByteSeq.of(new byte[VALUE_BYTES]);
    int[] written = {0};
    Await.until("the entry is gone from the logs", MOST, () -> {
      client.put(ByteSeq.utf8("k/filling/" + written[0]++ % 8), large);
      return cluster.nodes().stream().filter(KvdNode::isAwake).allMatch(node ->
          replica(node, shard).first() > index && replica(node, 0).first() > systemIndex);
    });
  }

  private void awaitSnapshot(KvdNode lagging, int shard, long index) {
    lagging.awaitReady(MOST);
    assertThat(replica(lagging, shard).first()).as("where its log of shard %s begins", shard).isGreaterThan(index);
    assertThat(lagging.process().stderr()).contains("shard=" + shard + " installed a snapshot");
  }

  /** The third misses a write to each of the two shards that the lagging one has; then the leader dies: the third has no vote to win with. */
  private void onlyItCanLead(KvClient client, int shard, KvdNode lagging, KvdNode leader, KvdNode third) {
    third.kill();
    client.put("k/after", "the third does not have this");
    client.leases().grant(Duration.ofMillis(TTL_MILLIS));
    leader.kill();
    third.start();
    Await.until(lagging + " leads", MOST, () ->
        cluster.leaderOf(shard) == lagging && cluster.leaderOf(0) == lagging ? Optional.of(true) : Optional.empty());
    lagging.awaitReady(MOST);
  }
}
