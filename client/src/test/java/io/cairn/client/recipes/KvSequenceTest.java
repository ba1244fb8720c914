package io.cairn.client.recipes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.client.ByteSeq;
import io.cairn.client.RefusedException;
import io.cairn.client.seams.VirtualMachine;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Sequences in virtual time, against a store that loses answers. */
class KvSequenceTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final ByteSeq KEY = ByteSeq.utf8("ids");

  private final VirtualMachine machine = new VirtualMachine(5);
  private final FakeStore store = new FakeStore(machine);

  @Test
  @DisplayName("no id twice, through lost answers, restarts and several clients; one request for a block, and ids of one client grow")
  void neverTwice() {
    List<CompletableFuture<Long>> all = new ArrayList<>();
    for (int life = 0; life < 5; life++) {
      List<KvSequence> clients = List.of(new KvSequence(store, KEY, 10), new KvSequence(store, KEY, 7));
      for (KvSequence client : clients) {
        List<CompletableFuture<Long>> mine = new ArrayList<>();
        for (int i = 0; i < 25; i++) {
          if (i == 12) {
            store.losesAnswers = 1;
          }
          mine.add(client.nextAsync().toCompletableFuture());
          machine.runFor(i % 3 * FakeStore.CALL_NANOS);
        }
        machine.runFor(SECOND);
        assertThat(mine.stream().filter(id -> !id.isCompletedExceptionally()).map(CompletableFuture::join)).isSorted();
        all.addAll(mine);
      }
    }
    assertThat(all.stream().filter(id -> !id.isCompletedExceptionally()).map(CompletableFuture::join)).doesNotHaveDuplicates().hasSizeGreaterThan(200)
        .allMatch(id -> id >= 1);
    assertThat(all.stream().filter(CompletableFuture::isCompletedExceptionally).count()).as("those that waited for a lost answer").isBetween(1L, 40L);
    assertThat(store.calls.stream().filter("txn"::equals).count()).isLessThan(60);
  }

  @Test
  void aHundredAtOnceWaitForOneAnswer() {
    KvSequence sequence = new KvSequence(store, KEY, 3);
    List<CompletableFuture<Long>> ids = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      ids.add(sequence.nextAsync().toCompletableFuture());
    }
    machine.runFor(SECOND);
    assertThat(ids).extracting(CompletableFuture::join).isSorted().doesNotHaveDuplicates().endsWith(100L);
    assertThat(store.calls).as("a block, then as many as waited").hasSize(2);
    assertThatThrownBy(() -> new KvSequence(store, KEY, 0)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("1 to 1000000");
  }

  @Test
  @DisplayName("who is told of an id may wait for the next one then and there: others that wait are served meanwhile")
  void askedForWithinAnAnswer() {
    KvSequence sequence = new KvSequence(store, KEY, 1);
    List<Long> ids = new ArrayList<>();
    CompletableFuture<Void> first = sequence.nextAsync().thenAccept(id -> {
      ids.add(id);
      machine.turnInside(SECOND); // It stands still, while others go on.
      assertThat(ids).as("the one behind it has its own").containsExactly(1L, 2L);
    }).toCompletableFuture();
    sequence.nextAsync().thenAccept(ids::add);
    machine.runFor(2 * SECOND);
    first.join();
  }

  @Test
  void whatIsNoNumberIsSaidAndLeft() {
    store.txn(io.cairn.client.Txn.of(io.cairn.client.TxnOp.put("ids", "many")));
    CompletableFuture<Long> id = new KvSequence(store, KEY, 3).nextAsync().toCompletableFuture();
    machine.runFor(SECOND);
    assertThatThrownBy(id::join).hasCauseInstanceOf(RefusedException.class);
    assertThat(store.keys.get(KEY).valueUtf8()).isEqualTo("many");
  }
}
