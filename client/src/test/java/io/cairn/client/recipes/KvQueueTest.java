package io.cairn.client.recipes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.client.ByteSeq;
import io.cairn.client.KeyRange;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.Txn;
import io.cairn.client.TxnOp;
import io.cairn.client.UnknownOutcomeException;
import io.cairn.client.seams.VirtualMachine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A queue in virtual time, against a store that is away, loses answers, fails watches and ends leases. */
class KvQueueTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final Duration VISIBILITY = Duration.ofSeconds(10);
  private static final Duration LONG = Duration.ofHours(2);

  private final VirtualMachine machine = new VirtualMachine(5);
  private final FakeStore store = new FakeStore(machine);
  private final QueueOptions options = QueueOptions.DEFAULT.withVisibility(VISIBILITY);
  private final KvQueue queue = queue(options);

  private KvQueue queue(QueueOptions with) {
    return new KvQueue(store, machine.seams(), "q", with);
  }

  private <T> T ended(CompletionStage<T> stage) {
    machine.runFor(SECOND);
    assertThat(stage.toCompletableFuture()).isDone();
    return stage.toCompletableFuture().join();
  }

  private RefusedCode refused(CompletionStage<?> stage) {
    machine.runFor(SECOND);
    assertThat(stage.toCompletableFuture()).isDone();
    try {
      stage.toCompletableFuture().join();
    } catch (CompletionException e) {
      return ((RefusedException) e.getCause()).code();
    }
    throw new AssertionError("it was done");
  }

  private long offer(String value) {
    return ended(queue.offerAsync(ByteSeq.utf8(value)));
  }

  private QueueMessage take() {
    return ended(queue.takeAsync(Duration.ZERO)).orElseThrow();
  }

  private boolean isEmpty() {
    return ended(queue.takeAsync(Duration.ZERO)).isEmpty();
  }

  /** The same under each key: a 1. */
  private void putAll(List<String> keys) {
    for (int i = 0; i < keys.size(); i += 400) {
      store.txn(Txn.of(keys.subList(i, Math.min(keys.size(), i + 400)).stream().map(key -> TxnOp.put(key, "1")).toArray(TxnOp[]::new)));
    }
    machine.runFor(SECOND);
  }

  @Test
  @DisplayName("first in, first out; what was acknowledged leaves nothing behind but the number")
  void firstInFirstOut() {
    assertThat(isEmpty()).isTrue();
    assertThat(List.of(offer("a"), offer("b"), offer("c"))).containsExactly(1L, 2L, 3L);
    for (String each : List.of("a", "b", "c")) {
      QueueMessage message = take();
      assertThat(message.valueUtf8()).isEqualTo(each);
      assertThat(message.deliveries()).isEqualTo(1);
      ended(message.acknowledgeAsync());
    }
    assertThat(isEmpty()).isTrue();
    assertThat(store.keys.keySet()).extracting(ByteSeq::utf8).containsExactly("{q}/queue/tail");
    assertThat(offer("d")).as("numbers go on in an empty queue").isEqualTo(4);
  }

  @Test
  @DisplayName("who waits asks nothing while nothing happens, and gets the next message without a delay")
  void waitingIsByWatch() {
    CompletionStage<Optional<QueueMessage>> waiting = queue.takeAsync(LONG);
    machine.runFor(SECOND);
    assertThat(store.calls).containsExactly("range", "watch");
    machine.runFor(3_600 * SECOND);
    assertThat(store.calls).as("an hour in which nothing happened").hasSize(2);
    queue.offerAsync(ByteSeq.utf8("a"));
    machine.runFor(20 * FakeStore.CALL_NANOS);
    assertThat(waiting.toCompletableFuture().join().orElseThrow().valueUtf8()).isEqualTo("a");
    assertThat(store.watches()).isZero();
  }

  @Test
  void theTimeIsOver() {
    CompletionStage<Optional<QueueMessage>> waiting = queue.takeAsync(Duration.ofSeconds(30));
    machine.runFor(29 * SECOND);
    assertThat(waiting.toCompletableFuture()).isNotDone();
    machine.runFor(SECOND + 1);
    assertThat(waiting.toCompletableFuture().join()).isEmpty();
    assertThat(store.watches()).isZero();
    offer("later");
    assertThat(store.keys.keySet()).as("nobody takes it").noneMatch(key -> key.utf8().endsWith("claim"));
  }

  @Test
  @DisplayName("what is not acknowledged in time is delivered again, in its old place and counted; the first taker's acknowledgement is refused and changes nothing")
  void deliveredAgain() {
    offer("a");
    offer("b");
    QueueMessage first = take();
    CompletionStage<Optional<QueueMessage>> second = queue.takeAsync(LONG);
    assertThat(ended(second).orElseThrow().valueUtf8()).as("a is somebody's").isEqualTo("b");
    CompletionStage<Optional<QueueMessage>> waiting = queue.takeAsync(LONG);
    machine.runFor(VISIBILITY.toNanos() - 4 * SECOND);
    assertThat(waiting.toCompletableFuture()).as("not before its time").isNotDone();
    machine.runFor(3 * SECOND);
    QueueMessage again = waiting.toCompletableFuture().join().orElseThrow();
    assertThat(again.valueUtf8()).isEqualTo("a");
    assertThat(again.number()).isEqualTo(first.number());
    assertThat(again.deliveries()).isEqualTo(2);
    assertThat(refused(first.acknowledgeAsync())).isEqualTo(RefusedCode.MESSAGE_PASSED);
    assertThat(refused(first.releaseAsync())).isEqualTo(RefusedCode.MESSAGE_PASSED);
    assertThat(refused(first.extendAsync())).isEqualTo(RefusedCode.MESSAGE_PASSED);
    ended(again.acknowledgeAsync());
    assertThat(refused(again.acknowledgeAsync())).as("it is gone").isEqualTo(RefusedCode.MESSAGE_PASSED);
  }

  @Test
  @DisplayName("an acknowledgement that is late, but before anybody else was given the message, is taken; extended, a message is kept from others")
  void lateButFirst() {
    offer("a");
    QueueMessage message = take();
    machine.runFor(8 * SECOND);
    ended(message.extendAsync());
    machine.runFor(8 * SECOND);
    assertThat(isEmpty()).isTrue();
    machine.runFor(8 * SECOND);
    ended(message.acknowledgeAsync());
    assertThat(isEmpty()).isTrue();
  }

  @Test
  @DisplayName("released, a message goes to who waits at once; after so many deliveries it is a dead letter, which can be revived or discarded")
  void deadLetters() {
    KvQueue strict = queue(options.withDeadLettersAfter(2));
    offer("poison");
    offer("good");
    for (int i = 1; i <= 2; i++) {
      QueueMessage message = ended(strict.takeAsync(Duration.ZERO)).orElseThrow();
      assertThat(message.valueUtf8()).isEqualTo("poison");
      assertThat(message.deliveries()).isEqualTo(i);
      ended(message.releaseAsync());
    }
    assertThat(ended(strict.takeAsync(Duration.ZERO)).orElseThrow().valueUtf8()).isEqualTo("good");
    assertThat(store.keys.keySet()).extracting(ByteSeq::utf8).contains("{q}/queue/dead/0000000000000001")
        .noneMatch(key -> key.startsWith("{q}/queue/items/0000000000000001"));
  }

  @Test
  @DisplayName("clients that offer at once run into each other and get in one behind the other; what one client offers meanwhile goes in together")
  void manyOffer() {
    List<KvQueue> clients = new ArrayList<>();
    List<CompletableFuture<Long>> offered = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      clients.add(queue(options));
      for (int j = 0; j < 20; j++) {
        offered.add(clients.get(i).offerAsync(ByteSeq.utf8(i + "/" + j)).toCompletableFuture());
      }
    }
    machine.runFor(5 * SECOND);
    assertThat(offered.stream().map(CompletableFuture::join)).hasSize(200).doesNotHaveDuplicates().allMatch(number -> number >= 1 && number <= 200);
    assertThat(store.calls.stream().filter("txn"::equals).count()).as("200 of 10 clients").isLessThan(150);
    int last = -1;
    for (var kv : store.keys.values()) {
      if (kv.keyUtf8().contains("items/") && kv.valueUtf8().startsWith("3/")) {
        int mine = Integer.parseInt(kv.valueUtf8().substring(2));
        assertThat(mine).as("a client's messages stay in order").isGreaterThan(last);
        last = mine;
      }
    }
  }

  @Test
  void whatIsOfferedTogetherIsBounded() {
    assertThatThrownBy(() -> queue.offerAll(java.util.Collections.nCopies(501, ByteSeq.EMPTY))).isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("500");
    assertThatThrownBy(() -> QueueOptions.DEFAULT.withVisibility(Duration.ofMillis(999))).hasMessageContaining("1 s to 365 days");
    assertThatThrownBy(() -> new KvQueue(store, machine.seams(), "a\u0007b", options)).hasMessageContaining("no control characters")
        .hasMessageNotContaining("\u0007");
    assertThatThrownBy(() -> new KvQueue(store, machine.seams(), "a}b", options)).hasMessageContaining("braces");
  }

  @Test
  @DisplayName("more messages in hand than a page has keys: the next one is found behind them, whatever is on which page")
  void pagesOfMessagesInHand() {
    for (int i = 0; i < 150; i++) {
      queue.offerAsync(ByteSeq.utf8("m" + i));
    }
    machine.runFor(SECOND);
    for (int i = 0; i < 150; i++) {
      CompletionStage<Optional<QueueMessage>> taken = queue.takeAsync(Duration.ZERO);
      machine.runFor(10 * FakeStore.CALL_NANOS);
      assertThat(taken.toCompletableFuture().join().orElseThrow().valueUtf8()).isEqualTo("m" + i);
    }
    assertThat(isEmpty()).isTrue();
  }

  @Test
  @DisplayName("the store away for a while, and watches that fail, end no waiting; a client that is closed does; an unknown claim is said, and its message comes again")
  void awayAndBack() {
    CompletionStage<Optional<QueueMessage>> waiting = queue.takeAsync(LONG);
    machine.runFor(SECOND);
    store.away = true;
    store.failWatches(RefusedCode.COMPACTED);
    machine.runFor(60 * SECOND);
    assertThat(store.calls.stream().filter("range"::equals).count()).as("tried again, and not often").isBetween(5L, 20L);
    store.away = false;
    machine.runFor(15 * SECOND);
    offer("a");
    ended(ended(waiting).orElseThrow().releaseAsync());

    CompletionStage<Optional<QueueMessage>> unknown = queue.takeAsync(LONG);
    machine.runFor(2 * FakeStore.CALL_NANOS);
    store.losesAnswers = 1; // The claim's.
    machine.runFor(SECOND);
    assertThat(unknown.toCompletableFuture()).isCompletedExceptionally();
    assertThatThrownBy(unknown.toCompletableFuture()::join).hasCauseInstanceOf(UnknownOutcomeException.class);
    CompletionStage<Optional<QueueMessage>> next = queue.takeAsync(LONG);
    machine.runFor(SECOND);
    assertThat(next.toCompletableFuture()).as("somebody has it, who does not know").isNotDone();
    machine.runFor(VISIBILITY.toNanos());
    QueueMessage again = next.toCompletableFuture().join().orElseThrow();
    assertThat(again.deliveries()).isEqualTo(3);
    ended(again.acknowledgeAsync());
    assertThat(store.keys.keySet()).as("no ticket stays").extracting(ByteSeq::utf8).containsExactly("{q}/queue/tail");

    CompletionStage<Optional<QueueMessage>> last = queue.takeAsync(LONG);
    machine.runFor(SECOND);
    store.failWatches(RefusedCode.CLOSED);
    assertThat(refused(last)).isEqualTo(RefusedCode.CLOSED);
  }

  @Test
  @DisplayName("a taker of before a message died and was revived changes nothing of its new life, though the count of deliveries is the same")
  void anEarlierLife() {
    KvQueue strict = queue(options.withDeadLettersAfter(1));
    offer("a");
    QueueMessage slow = ended(strict.takeAsync(Duration.ZERO)).orElseThrow();
    machine.runFor(VISIBILITY.toNanos());
    assertThat(ended(strict.takeAsync(Duration.ZERO))).isEmpty();
    assertThat(ended(queue.reviveAsync(new DeadLetter(slow.number(), slow.value())))).isTrue();
    QueueMessage message = take();
    assertThat(message.deliveries()).isEqualTo(slow.deliveries());
    assertThat(refused(slow.releaseAsync())).isEqualTo(RefusedCode.MESSAGE_PASSED);
    assertThat(isEmpty()).as("it is in hand").isTrue();
    assertThat(refused(slow.acknowledgeAsync())).isEqualTo(RefusedCode.MESSAGE_PASSED);
    ended(message.acknowledgeAsync());
  }

  @Test
  @DisplayName("thousands of messages that are due to die are moved by one take, which then gets the one behind them")
  void thousandsDie() {
    int poison = 1_500;
    for (int i = 0; i < poison; i++) {
      queue.offerAsync(ByteSeq.utf8("poison"));
    }
    queue.offerAsync(ByteSeq.utf8("good"));
    machine.runFor(SECOND);
    putAll(IntStream.rangeClosed(1, poison).mapToObj(i -> String.format("{q}/queue/items/%016x/deliveries", i)).toList());
    machine.runFor(SECOND);
    CompletionStage<Optional<QueueMessage>> taking = queue(options.withDeadLettersAfter(1)).takeAsync(LONG);
    machine.runFor(60 * SECOND);
    assertThat(taking.toCompletableFuture()).isDone();
    assertThat(taking.toCompletableFuture().join().orElseThrow().valueUtf8()).isEqualTo("good");
    assertThat(store.keys.keySet().stream().filter(key -> key.utf8().contains("/dead/"))).hasSize(poison);
  }

  @Test
  @DisplayName("a message that the store refuses for itself alone keeps out none of those that others offered at the same time")
  void oneIsRefused() {
    store.valueBytesMax = 10;
    CompletionStage<Long> first = queue.offerAsync(ByteSeq.utf8("first"));
    CompletionStage<Long> second = queue.offerAsync(ByteSeq.utf8("second"));
    CompletionStage<Long> large = queue.offerAsync(ByteSeq.utf8("larger than ten"));
    CompletionStage<Long> third = queue.offerAsync(ByteSeq.utf8("third"));
    assertThat(refused(large)).isEqualTo(RefusedCode.VALUE_TOO_LARGE);
    assertThat(List.of(ended(first), ended(second), ended(third))).as("in their order").isSorted().doesNotHaveDuplicates();
    assertThat(take().valueUtf8()).isEqualTo("first");
    assertThat(take().valueUtf8()).isEqualTo("second");
    assertThat(take().valueUtf8()).isEqualTo("third");
  }

  @Test
  @DisplayName("who cancels its asking takes nothing along, whenever it does, and leaves no watch")
  void cancelled() {
    CompletableFuture<Optional<QueueMessage>> waiting = queue.takeAsync(LONG).toCompletableFuture();
    machine.runFor(SECOND);
    waiting.cancel(false);
    machine.settle();
    assertThat(store.watches()).isZero();
    offer("a");
    for (int calls = 0; calls < 4; calls++) {
      CompletableFuture<Optional<QueueMessage>> taking = queue.takeAsync(LONG).toCompletableFuture();
      machine.runFor(calls * FakeStore.CALL_NANOS);
      boolean inTime = taking.cancel(false);
      machine.runFor(SECOND);
      assertThat(inTime).as("after %s calls", calls).isEqualTo(calls < 3);
      assertThat(store.keys.keySet().stream().anyMatch(key -> key.utf8().endsWith("/claim"))).as("after %s calls", calls).isEqualTo(calls == 3);
    }
  }

  @Test
  @DisplayName("a client that is closed while a look waits for its turn ends the waiting")
  void closedBetweenLooks() {
    store.away = true;
    CompletionStage<Optional<QueueMessage>> waiting = queue.takeAsync(LONG);
    machine.runFor(FakeStore.DEADLINE_NANOS + FakeStore.CALL_NANOS);
    store.calls.clear();
    machine.close();
    machine.settle();
    assertThat(waiting.toCompletableFuture()).isDone();
    assertThat(refused(waiting)).isEqualTo(RefusedCode.CLOSED);
    machine.runFor(60 * SECOND);
    assertThat(store.calls).as("asked of a client that is closed").isEmpty();
    store.away = false;
    assertThat(refused(queue.takeAsync(LONG))).as("asked for afterwards").isEqualTo(RefusedCode.CLOSED);
  }

  @Test
  @DisplayName("keys of somebody else among those of a queue end a call that would come upon them for ever")
  void keysOfOthers() {
    offer("a");
    putAll(IntStream.range(0, 12_000).mapToObj(i -> String.format("{q}/queue/items/~%06d", i)).toList());
    assertThat(refused(queue.takeAsync(Duration.ZERO))).isEqualTo(RefusedCode.BAD_REQUEST);
    assertThat(refused(queue.sizeAsync())).isEqualTo(RefusedCode.BAD_REQUEST);
    store.txn(Txn.of(TxnOp.deleteRange(KeyRange.prefix("{q}/queue/items/~"))));
    assertThat(take().valueUtf8()).isEqualTo("a");
    assertThat(ended(queue.sizeAsync())).isEqualTo(1);
  }

  @Test
  @DisplayName("the size of a queue of several pages, with what is in hand; as much as fits is offered together, and no byte more")
  void sizeAndBytes() {
    for (int i = 0; i < 8; i++) {
      ended(queue.offerAllAsync(java.util.Collections.nCopies(500, ByteSeq.EMPTY)));
    }
    putAll(IntStream.rangeClosed(1, 4_000).mapToObj(i -> String.format("{q}/queue/items/%016x/", i))
        .flatMap(item -> Stream.of(item + "claim", item + "deliveries")).toList());
    assertThat(ended(queue.sizeAsync())).as("12,000 keys").isEqualTo(4_000);
    ByteSeq half = ByteSeq.of(new byte[(768 << 10) / 2 - 1_200]);
    assertThat(ended(queue.offerAllAsync(List.of(half, half)))).containsExactly(4_001L, 4_002L);
    assertThatThrownBy(() -> queue.offerAllAsync(List.of(half, half.successor()))).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("786433 bytes");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  @DisplayName("whatever is lost and whoever dies: each message is acknowledged by exactly one, nothing is lost")
  void whateverHappens(long seed) {
    var chance = new Random(seed);
    int messages = 40;
    var acknowledged = new TreeMap<Long, Integer>();
    var alive = new ArrayList<CompletableFuture<Optional<QueueMessage>>>();
    for (int i = 0; i < messages; i++) {
      offer("m" + i);
    }
    for (int step = 0; step < 3_000 && acknowledged.size() < messages; step++) {
      if (alive.size() < 4) {
        alive.add(queue(options).takeAsync(Duration.ofSeconds(20)).toCompletableFuture());
      }
      if (chance.nextInt(25) == 0) {
        store.losesAnswers = 1;
      } else if (chance.nextInt(50) == 0) {
        store.failWatches(RefusedCode.WATCH_LIMIT);
      }
      machine.runFor(chance.nextLong(SECOND));
      for (CompletableFuture<Optional<QueueMessage>> each : List.copyOf(alive)) {
        if (each.isDone()) {
          alive.remove(each);
          if (!each.isCompletedExceptionally()) {
            each.join().ifPresent(message -> handle(message, chance, acknowledged));
          }
        }
      }
    }
    assertThat(acknowledged).hasSize(messages);
    assertThat(acknowledged.values()).as("each by exactly one").containsOnly(1);
  }

  private void handle(QueueMessage message, Random chance, TreeMap<Long, Integer> acknowledged) {
    assertThat(acknowledged).as("message %s is gone", message.number()).doesNotContainKey(message.number());
    if (chance.nextInt(3) == 0) {
      return; // Its taker dies.
    }
    message.acknowledgeAsync().whenComplete((done, why) -> {
      if (why == null) {
        acknowledged.merge(message.number(), 1, Integer::sum);
      } else if (!store.keys.containsKey(ByteSeq.utf8(String.format("{q}/queue/items/%016x", message.number())))) {
        acknowledged.putIfAbsent(message.number(), 1); // It was done, and nobody heard.
      }
    });
  }
}
