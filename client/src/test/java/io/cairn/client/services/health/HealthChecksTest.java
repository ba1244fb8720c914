package io.cairn.client.services.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class HealthChecksTest {
  private static final long MOST_SECONDS = 20;

  private static boolean passes(HealthCheck check) {
    try {
      check.check().toCompletableFuture().get(MOST_SECONDS, TimeUnit.SECONDS);
      return true;
    } catch (java.util.concurrent.ExecutionException e) {
      return false;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void tcp() throws Exception {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    int port;
    try (ServerSocket server = new ServerSocket(0, 10, loopback)) {
      port = server.getLocalPort();
      assertThat(passes(new TcpCheck(loopback.getHostAddress(), port))).isTrue();
      assertThat(server.accept().getInputStream().read()).as("it closes what it has opened").isEqualTo(-1);
    }
    assertThat(passes(new TcpCheck(loopback.getHostAddress(), port))).isFalse();
    assertThat(passes(new TcpCheck("no.such.host.invalid", 80))).isFalse();
  }

  @Test
  void http() throws Exception {
    HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    AtomicInteger status = new AtomicInteger(204);
    server.createContext("/health", exchange -> {
      exchange.sendResponseHeaders(status.get(), -1);
      exchange.close();
    });
    server.start();
    URI address = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/health");
    HttpCheck check = new HttpCheck(address, Duration.ofSeconds(10));
    try {
      assertThat(passes(check)).isTrue();
      for (int bad : new int[] {302, 404, 503}) {
        status.set(bad);
        assertThat(passes(check)).as("%s", bad).isFalse();
      }
    } finally {
      server.stop(0);
    }
    assertThat(passes(check)).isFalse();
  }

  @Test
  void beats() {
    AtomicLong now = new AtomicLong(5);
    TtlCheck check = new TtlCheck(Duration.ofSeconds(3), now::get);
    assertThat(passes(check)).as("before the first").isFalse();
    check.beat();
    now.addAndGet(TimeUnit.SECONDS.toNanos(3));
    assertThat(passes(check)).isTrue();
    now.addAndGet(1);
    assertThat(passes(check)).isFalse();
    check.beat();
    assertThat(passes(check)).isTrue();
    assertThat(check.schedule().interval()).isEqualTo(Duration.ofSeconds(1));
    assertThatThrownBy(() -> new TtlCheck(Duration.ZERO, now::get)).hasMessageContaining("above 0");
    assertThatThrownBy(() -> HealthSchedule.DEFAULT.after(0, 1)).hasMessageContaining("1 or more");
    assertThatThrownBy(() -> HealthSchedule.DEFAULT.every(Duration.ZERO)).hasMessageContaining("10 ms");
  }
}
