package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.client.ByteSeq;
import io.cairn.client.GetOptions;
import io.cairn.client.KvClient;
import io.cairn.client.LeaseDetails;
import io.cairn.client.PutOptions;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.Session;
import io.cairn.client.SessionState;
import io.cairn.jepsen.cluster.Await;
import io.cairn.jepsen.cluster.KvdNode;
import io.cairn.jepsen.cluster.LocalCluster;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Issue 5, "Leases": a session of the public client against three real nodes, one of which stands still. */
final class SessionTest {
  private static final Duration MOST = Duration.ofSeconds(30);
  private static final List<ByteSeq> KEYS = List.of(ByteSeq.utf8("a/session"), ByteSeq.utf8("k/session"), ByteSeq.utf8("z/session"));

  @RegisterExtension
  static final ClusterExtension EXTENSION = new ClusterExtension(() -> LocalCluster.builder().build());

  private final LocalCluster cluster = EXTENSION.cluster();

  private static void put(KvClient client, Session session, String value) {
    for (ByteSeq key : KEYS) {
      client.put(key, ByteSeq.utf8(value), PutOptions.DEFAULT.withLease(session.lease()));
    }
  }

  private static void assertShown(KvClient client, GetOptions how, String value) {
    for (ByteSeq key : KEYS) {
      assertThat(client.get(key, how).valueUtf8()).as("%s", key).contains(value);
    }
  }

  @Test
  @DisplayName("LL-02 the node that leads shard 0 stands still for twice the TTL and goes on: no lease ends wrongly, and nothing stale is read")
  void aLeaderStandsStillForTwiceTheTtl() {
    Duration ttl = Duration.ofSeconds(4);
    var heard = new CopyOnWriteArrayList<SessionState>();
    try (KvClient client = cluster.client(MOST); Session session = client.openSession(ttl)) {
      session.addListener((_, now) -> heard.add(now));
      put(client, session, "before");
      KvdNode leader = cluster.leaderOf(0);
      leader.pause();
      long paused = System.nanoTime();
      try {
        put(client, session, "meanwhile");
        while (System.nanoTime() - paused < 2 * ttl.toNanos()) {
          assertShown(client, GetOptions.DEFAULT, "meanwhile");
        }
      } finally {
        leader.resume();
      }
      long resumed = System.nanoTime();
      GetOptions there = GetOptions.DEFAULT.withNode(leader.name());
      while (System.nanoTime() - resumed < ttl.toNanos()) {
        assertShown(client, there, "meanwhile");
      }
      assertThat(session.state()).isEqualTo(SessionState.ACTIVE);
      assertThat(heard).doesNotContain(SessionState.LOST);
    }
    try (KvClient client = cluster.client(MOST)) {
      assertThat(KEYS).allMatch(key -> client.get(key).found().isEmpty());
    }
    cluster.awaitReady();
  }

  @Test
  @DisplayName("LL-11 a closed session's lease is gone; a closed client's lease ends by itself; a revoked one's session is lost, and says why")
  void endsOfSessions() {
    var heard = new CopyOnWriteArrayList<SessionState>();
    try (KvClient watcher = cluster.client(MOST)) {
      Session left;
      try (KvClient client = cluster.client(MOST)) {
        Session closed = client.openSession(Duration.ofMinutes(1));
        put(client, closed, "closed");
        closed.close();
        assertThat(closed.state()).isEqualTo(SessionState.CLOSED);
        assertThat(KEYS).allMatch(key -> watcher.get(key).found().isEmpty());

        Session revoked = client.openSession(Duration.ofSeconds(1));
        revoked.addListener((_, now) -> heard.add(now));
        watcher.leases().revoke(revoked.lease());
        Await.until("it is heard of", MOST, () -> heard.contains(SessionState.LOST));
        assertThat(revoked.cause()).hasValueSatisfying(cause -> assertThat(((RefusedException) cause).code()).isEqualTo(RefusedCode.LEASE_NOT_FOUND));

        left = client.openSession(Duration.ofSeconds(2));
        put(client, left, "left");
      }
      assertThat(left.state()).isEqualTo(SessionState.LOST);
      Await.until("nobody renews it any more", MOST, () -> watcher.leases().list().stream().noneMatch(each -> each.id() == left.lease()));
      assertThat(KEYS).allMatch(key -> watcher.get(key).found().isEmpty());
      assertThat(watcher.leases().list()).extracting(LeaseDetails::id).doesNotContain(left.lease());
    }
  }
}
