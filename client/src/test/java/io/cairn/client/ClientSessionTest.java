package io.cairn.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.client.fake.FakeCluster;
import io.cairn.client.fake.FakeNode;
import io.cairn.protocol.transport.netty.NettyTransport;
import io.cairn.protocol.wire.LeaseKeepAliveAnswer;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A session with the client's real threads and sockets. */
class ClientSessionTest {
  private final NettyTransport transport = new NettyTransport("fake", 1, Throwable::printStackTrace);
  private FakeCluster cluster;
  private volatile boolean silent;
  private volatile int ttlMillis = 1_500;

  @BeforeEach
  void start() throws IOException {
    cluster = new FakeCluster("m").start(transport, 3, 0);
    for (String node : new String[] {"n1", "n2", "n3"}) {
      cluster.node(node).script(this::answer);
    }
  }

  @AfterEach
  void stop() {
    transport.close();
  }

  private Response answer(Request request) {
    if (!request.hasLeaseKeepAlive()) {
      return null;
    }
    LeaseKeepAliveAnswer.Builder told = LeaseKeepAliveAnswer.newBuilder();
    request.getLeaseKeepAlive().getIdsList().forEach(id -> told.addTtlMillis(ttlMillis));
    return silent ? FakeNode.SILENCE : Response.newBuilder().setLeaseKeepAlive(told).build();
  }

  @Test
  @DisplayName("a listener that throws silences neither the others nor what comes later")
  void aListenerThatThrowsSilencesNothing() throws InterruptedException {
    var heard = new LinkedBlockingQueue<SessionState>();
    try (KvClient client = KvClient.builder().endpoints(cluster.endpoints()).deadline(Duration.ofSeconds(20)).build()) {
      Session session = client.openSession(7);
      assertThat(session.lease()).isEqualTo(7);
      assertThat(session.ttl()).isEqualTo(Duration.ofMillis(1_500));
      session.addListener((of, now) -> {
        throw new IllegalStateException("thrown on purpose: " + now);
      });
      session.addListener((of, now) -> heard.add(now));
      silent = true;
      assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo(SessionState.AT_RISK);
      silent = false;
      ttlMillis = 0;
      assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo(SessionState.LOST);
      assertThatThrownBy(() -> client.openSession(7)).isInstanceOfSatisfying(RefusedException.class,
          refused -> assertThat(refused.code()).isEqualTo(RefusedCode.LEASE_NOT_FOUND));
    }
  }
}
