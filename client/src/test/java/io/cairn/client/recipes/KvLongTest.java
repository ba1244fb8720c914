package io.cairn.client.recipes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.client.KvClient;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.fake.FakeCluster;
import io.cairn.protocol.transport.netty.NettyTransport;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A shared number against a fake cluster on real sockets. */
class KvLongTest {
  private final NettyTransport transport = new NettyTransport("fake", 1, Throwable::printStackTrace);
  private FakeCluster cluster;
  private KvClient client;

  @BeforeEach
  void start() throws IOException {
    cluster = new FakeCluster().start(transport, 3, 0);
    client = KvClient.builder().endpoints(cluster.endpoints()).deadline(Duration.ofSeconds(20)).build();
  }

  @AfterEach
  void stop() {
    client.close();
    transport.close();
  }

  @Test
  @DisplayName("a number is 0 before it is set, and what each call returns is what it was or came to")
  void eachCall() {
    KvLong number = client.recipes().atomicLong("n");
    assertThat(number.get()).isZero();
    assertThat(number.incrementAndGet()).isEqualTo(1);
    assertThat(number.getAndAdd(5)).isEqualTo(1);
    assertThat(number.addAndGet(-10)).isEqualTo(-4);
    assertThat(number.decrementAndGet()).isEqualTo(-5);
    assertThat(number.getAndSet(7)).isEqualTo(-5);
    number.set(Long.MIN_VALUE);
    assertThat(number.get()).isEqualTo(Long.MIN_VALUE);
    assertThat(cluster.value("n")).isEqualTo(Long.toString(Long.MIN_VALUE));
  }

  @Test
  @DisplayName("compare-and-set of one that is missing, of one that is written in another way, and of another one")
  void compareAndSet() {
    KvLong number = client.recipes().atomicLong("n");
    assertThat(number.compareAndSet(1, 2)).isFalse();
    assertThat(number.compareAndSet(0, 2)).isTrue();
    assertThat(number.compareAndSet(0, 3)).isFalse();
    client.put("n", "007");
    assertThat(number.compareAndSet(7, 8)).isTrue();
    assertThat(number.get()).isEqualTo(8);
    client.put("n", "many");
    assertThatThrownBy(() -> number.compareAndSet(8, 9)).isInstanceOfSatisfying(RefusedException.class,
        refused -> assertThat(refused.code()).isEqualTo(RefusedCode.NOT_A_NUMBER));
  }

  @Test
  @DisplayName("update calls its function again when others came between, so often and no more")
  void update() {
    KvLong number = client.recipes().atomicLong("n");
    AtomicInteger runs = new AtomicInteger();
    assertThat(number.update(was -> {
      if (runs.incrementAndGet() == 1) {
        number.set(10);
      }
      return was * 2 + 1;
    })).isEqualTo(21);
    assertThat(runs).hasValue(2);
    runs.set(0);
    assertThatThrownBy(() -> number.update(was -> {
      number.set(100 + runs.incrementAndGet());
      return 0;
    }, 3)).isInstanceOfSatisfying(RefusedException.class, refused -> assertThat(refused.code()).isEqualTo(RefusedCode.TXN_CONFLICT));
    assertThat(runs).hasValue(3);
    assertThat(number.get()).isEqualTo(103);
  }

  @Test
  @DisplayName("a refusal that names the key shows none of its control characters")
  void aKeyWithControlCharacters() {
    client.put("bell\u0007", "many");
    assertThatThrownBy(() -> client.recipes().atomicLong("bell\u0007").get()).hasMessageNotContaining("\u0007").hasMessageContaining("0x62656c6c07");
  }
}
