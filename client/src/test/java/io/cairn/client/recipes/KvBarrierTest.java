package io.cairn.client.recipes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.UnknownOutcomeException;
import io.cairn.client.seams.VirtualMachine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A barrier in virtual time, whose participants die. */
class KvBarrierTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final Duration LONG = Duration.ofHours(2);

  private final VirtualMachine machine = new VirtualMachine(5);
  private final FakeStore store = new FakeStore(machine);
  private final KvBarrier barrier = new KvBarrier(store, machine.seams(), "step", 3);

  private CompletableFuture<Optional<KvBarrier.Entry>> enter(String participant, long lease, Duration most) {
    CompletableFuture<Optional<KvBarrier.Entry>> entering = barrier.entering(participant, lease, most).future();
    machine.runFor(SECOND);
    return entering;
  }

  private List<KvBarrier.Entry> allEnter(long... leases) {
    List<CompletableFuture<Optional<KvBarrier.Entry>>> entering = new ArrayList<>();
    for (int i = 0; i < leases.length; i++) {
      entering.add(barrier.entering("p" + i, leases[i], LONG).future());
    }
    machine.runFor(SECOND);
    return entering.stream().map(each -> each.join().orElseThrow()).toList();
  }

  private void assertRefused(CompletionStage<?> stage, RefusedCode code) {
    machine.runFor(SECOND);
    assertThatThrownBy(stage.toCompletableFuture()::join).cause().isInstanceOfSatisfying(RefusedException.class,
        refused -> assertThat(refused.code()).isEqualTo(code));
  }

  @Test
  @DisplayName("all begin together and end together, round after round; one that is fast waits for the next round until all have left")
  void roundAfterRound() {
    long[] leases = {store.session(), store.session(), store.session()};
    CompletableFuture<Optional<KvBarrier.Entry>> first = enter("p0", leases[0], LONG);
    CompletableFuture<Optional<KvBarrier.Entry>> second = enter("p1", leases[1], LONG);
    int calls = store.calls.size();
    machine.runFor(3_600 * SECOND);
    assertThat(store.calls).as("nothing is asked while nobody comes").hasSize(calls);
    assertThat(List.of(first, second)).noneMatch(CompletableFuture::isDone);
    CompletableFuture<Optional<KvBarrier.Entry>> third = enter("p2", leases[2], LONG);
    for (int round = 1; round <= 3; round++) {
      List<KvBarrier.Entry> entries = round == 1 ? List.of(first, second, third).stream().map(each -> each.join().orElseThrow()).toList() : allEnter(leases);
      assertThat(entries).extracting(KvBarrier.Entry::round).containsOnly((long) round);
      CompletionStage<Boolean> fast = entries.get(0).leaveAsync(LONG);
      CompletableFuture<Optional<KvBarrier.Entry>> tooEarly = enter("p0", leases[0], Duration.ofSeconds(5));
      machine.runFor(5 * SECOND);
      assertThat(tooEarly.join()).as("the round is not over").isEmpty();
      assertThat(fast.toCompletableFuture()).isNotDone();
      CompletionStage<Boolean> next = entries.get(1).leaveAsync(Duration.ZERO);
      machine.runFor(SECOND);
      assertThat(next.toCompletableFuture().join()).as("one is inside").isFalse();
      CompletionStage<Boolean> last = entries.get(2).leaveAsync(LONG);
      machine.runFor(SECOND);
      assertThat(List.of(fast, last)).allMatch(each -> each.toCompletableFuture().join());
    }
  }

  @Test
  @DisplayName("one that dies while others come is not counted, and its place is free; one that dies inside counts as having left")
  void whoDies() {
    long dying = store.session();
    CompletableFuture<Optional<KvBarrier.Entry>> dead = enter("p0", dying, LONG);
    CompletableFuture<Optional<KvBarrier.Entry>> waiting = enter("p1", store.session(), LONG);
    store.endLease(dying);
    assertRefused(dead, RefusedCode.LEASE_NOT_FOUND);
    CompletableFuture<Optional<KvBarrier.Entry>> other = enter("p2", store.session(), LONG);
    assertThat(waiting).as("two of three").isNotDone();
    long next = store.session();
    KvBarrier.Entry entry = enter("p0", next, LONG).join().orElseThrow();
    CompletionStage<Boolean> one = waiting.join().orElseThrow().leaveAsync(LONG);
    CompletionStage<Boolean> two = other.join().orElseThrow().leaveAsync(LONG);
    machine.runFor(SECOND);
    assertThat(List.of(one, two)).noneMatch(each -> each.toCompletableFuture().isDone());
    store.endLease(next);
    machine.runFor(SECOND);
    assertThat(List.of(one, two)).allMatch(each -> each.toCompletableFuture().join());
    assertRefused(entry.leaveAsync(LONG), RefusedCode.LEASE_NOT_FOUND);
    assertThat(allEnter(store.session(), store.session(), store.session())).extracting(KvBarrier.Entry::round).containsOnly(2L);
  }

  @Test
  @DisplayName("LL-09 a restarted participant waits for its earlier life to end; the same session enters once; who gives up is out; another count is refused")
  void comesAndGoes() {
    long earlier = store.session();
    enter("p0", earlier, LONG);
    CompletableFuture<Optional<KvBarrier.Entry>> restarted = enter("p0", store.session(), LONG);
    CompletableFuture<Optional<KvBarrier.Entry>> gone = enter("p1", store.session(), Duration.ofSeconds(3));
    machine.runFor(3 * SECOND);
    assertThat(gone.join()).isEmpty();
    store.endLease(earlier);
    enter("p2", store.session(), LONG);
    assertThat(restarted).as("the one that gave up is out").isNotDone();
    long mine = store.session();
    CompletableFuture<Optional<KvBarrier.Entry>> third = enter("p3", mine, LONG);
    assertThat(restarted.join()).isPresent();
    assertThat(enter("p3", mine, LONG).join().orElseThrow().round()).isEqualTo(third.join().orElseThrow().round());
    assertRefused(new KvBarrier(store, machine.seams(), "step", 4).entering("p9", store.session(), LONG).future(), RefusedCode.BAD_REQUEST);

    Waiter.Waiting<Optional<KvBarrier.Entry>> interrupted = new KvBarrier(store, machine.seams(), "other", 2).entering("x", store.session(), LONG);
    machine.runFor(SECOND);
    interrupted.giveUp();
    machine.runFor(SECOND);
    assertThat(store.keys.keySet()).noneMatch(key -> key.utf8().startsWith("{other}/barrier/in/"));
  }

  @Test
  @DisplayName("with the store away as the time ends, one that is inside is not told that certainly nothing was done; one that is outside is")
  void awayAtTheEnd() {
    long lease = store.session();
    CompletableFuture<Optional<KvBarrier.Entry>> inside = enter("p0", lease, Duration.ofSeconds(30));
    store.away = true;
    store.failWatches(RefusedCode.COMPACTED);
    CompletableFuture<Optional<KvBarrier.Entry>> outside = enter("p1", store.session(), Duration.ofSeconds(20));
    machine.runFor(60 * SECOND);
    assertThatThrownBy(inside::join).hasCauseInstanceOf(UnknownOutcomeException.class);
    assertRefused(outside, RefusedCode.DEADLINE);
    store.away = false;
    CompletableFuture<Optional<KvBarrier.Entry>> again = enter("p0", lease, Duration.ofSeconds(10));
    store.away = true;
    store.failWatches(RefusedCode.COMPACTED);
    machine.runFor(SECOND);
    assertThat(again).isNotDone();
    machine.runFor(6 * SECOND); // A look is under way as the time ends.
    store.away = false;
    machine.runFor(10 * SECOND);
    assertThat(again.join()).as("out again").isEmpty();
    assertThat(store.keys.keySet()).noneMatch(key -> key.utf8().contains("/in/"));
  }
}
