package io.cairn.client.recipes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.client.KeyRange;
import io.cairn.client.RefusedException;
import io.cairn.client.Txn;
import io.cairn.client.TxnOp;
import io.cairn.client.seams.VirtualMachine;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A latch in virtual time. */
class KvLatchTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final Duration LONG = Duration.ofHours(2);

  private final VirtualMachine machine = new VirtualMachine(5);
  private final FakeStore store = new FakeStore(machine);
  private final KvLatch latch = new KvLatch(store, machine.seams(), "start");

  private <T> T ended(CompletionStage<T> stage) {
    machine.runFor(SECOND);
    assertThat(stage.toCompletableFuture()).isDone();
    return stage.toCompletableFuture().join();
  }

  @Test
  @DisplayName("it opens when so many different ones have counted down, each once however often; who waits asks nothing meanwhile, and it stays open")
  void opensOnce() {
    CompletionStage<Boolean> early = latch.awaitAsync(LONG);
    machine.runFor(SECOND);
    assertThat(ended(latch.createAsync(3))).isTrue();
    assertThat(ended(latch.createAsync(2))).as("it is there").isFalse();
    assertThat(ended(latch.remainingAsync())).isEqualTo(3);
    assertThat(ended(latch.countDownAsync("a"))).isEqualTo(2);
    assertThat(ended(latch.countDownAsync("a"))).isEqualTo(2);
    store.losesAnswers = 1;
    assertThat(latch.countDownAsync("b").toCompletableFuture()).isNotDone();
    machine.runFor(SECOND);
    assertThat(ended(latch.countDownAsync("b"))).as("again, since nobody heard of the first").isEqualTo(1);
    int calls = store.calls.size();
    machine.runFor(3_600 * SECOND);
    assertThat(store.calls).hasSize(calls);
    assertThat(early.toCompletableFuture()).isNotDone();
    assertThat(ended(latch.countDownAsync("c"))).isZero();
    assertThat(early.toCompletableFuture().join()).isTrue();
    assertThat(ended(latch.countDownAsync("d"))).as("more than there are").isZero();
    assertThat(ended(latch.remainingAsync())).isZero();
    assertThat(ended(latch.awaitAsync(Duration.ZERO))).isTrue();
  }

  @Test
  void whatCannotBe() {
    assertThat(ended(latch.awaitAsync(Duration.ZERO))).isFalse();
    CompletionStage<Long> none = latch.countDownAsync("a");
    machine.runFor(SECOND);
    assertThatThrownBy(none.toCompletableFuture()::join).hasCauseInstanceOf(RefusedException.class).hasMessageContaining("was not made yet");
    assertThatThrownBy(() -> latch.createAsync(4_001)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("0 to 4");
    assertThatThrownBy(() -> latch.countDownAsync("")).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("1 to 256 bytes");
    assertThat(ended(latch.createAsync(0))).isTrue();
    assertThat(ended(latch.awaitAsync(Duration.ZERO))).as("nobody is missing").isTrue();
  }

  @Test
  @DisplayName("what is missing is counted of one latch, not of the one before and its successor")
  void remainingOfOne() {
    ended(latch.createAsync(5));
    ended(latch.countDownAsync("a"));
    CompletionStage<Long> remaining = latch.remainingAsync();
    store.txn(Txn.of(TxnOp.deleteRange(KeyRange.prefix("{start}/latch/"))));
    assertThat(ended(remaining)).isEqualTo(4);
  }

  @Test
  @DisplayName("with the store away as the time ends nobody is told that it is closed")
  void awayAtTheEnd() {
    store.away = true;
    CompletionStage<Boolean> waiting = latch.awaitAsync(Duration.ofSeconds(30));
    machine.runFor(40 * SECOND);
    assertThatThrownBy(waiting.toCompletableFuture()::join).hasCauseInstanceOf(RefusedException.class);
  }
}
