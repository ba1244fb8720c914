package io.cairn.client.services;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.client.ByteSeq;
import io.cairn.client.KeyValue;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.seams.VirtualMachine;
import io.cairn.client.services.health.HealthCheck;
import io.cairn.client.services.health.HealthSchedule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A registration in virtual time, against a store that is away, loses answers and ends leases. */
class RegisteringTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final ByteSeq KEY = ServiceKeys.key("s", "i1");

  private final VirtualMachine machine = new VirtualMachine(11);
  private final FakeStore store = new FakeStore(machine);
  private final List<RegistrationState> told = new ArrayList<>();

  private Registration register(RegistrationOptions options) {
    return register("10.0.0.1:80", options);
  }

  private Registration register(String address, RegistrationOptions options) {
    Registration registration = new Registration(store, machine.seams(), "s", ServiceInstance.of("i1", address), options);
    registration.addListener((of, now) -> told.add(now));
    registration.begin();
    return registration;
  }

  private Registration registered() {
    Registration registration = register(RegistrationOptions.DEFAULT);
    machine.runFor(SECOND);
    assertThat(registration.state()).isEqualTo(RegistrationState.REGISTERED);
    return registration;
  }

  private ServiceEntry entry() {
    return EntryText.read("i1", store.keys.get(KEY).value());
  }

  private FakeStore.FakeHold lastHold() {
    return store.holds.get(store.holds.size() - 1);
  }

  @Test
  @DisplayName("a lost lease: another one, the next generation, under the new lease; the entry is not away in between")
  void aLostLease() {
    Registration registration = registered();
    assertThat(registration.generation()).isEqualTo(1);
    lastHold().lose();
    assertThat(registration.state()).isEqualTo(RegistrationState.REGISTERING);
    assertThat(store.keys).as("the server has not ended it yet").containsKey(KEY);
    machine.runFor(SECOND);
    assertThat(registration.state()).isEqualTo(RegistrationState.REGISTERED);
    assertThat(store.keys.get(KEY).lease()).isEqualTo(lastHold().lease());
    assertThat(entry().generation()).isEqualTo(registration.generation()).isEqualTo(2);
    assertThat(told).containsExactly(RegistrationState.REGISTERED, RegistrationState.REGISTERING, RegistrationState.REGISTERED);
    store.endLease(store.holds.get(0).lease());
    machine.runFor(SECOND);
    assertThat(store.keys).as("it moved to the new lease").containsKey(KEY);
  }

  @Test
  @DisplayName("CL-06 it tries for ever while the store is away, and few times; when the store is back it registers within 11 s")
  void awayForLong() {
    Registration registration = registered();
    store.connected(false);
    lastHold().lose();
    store.calls.clear();
    machine.runFor(3_600 * SECOND);
    assertThat(store.calls).as("calls of 5 s with up to 5 s between them").hasSizeBetween(300, 750).containsOnly("hold");
    assertThat(registration.state()).isEqualTo(RegistrationState.REGISTERING);
    assertThat(registration.cause()).isPresent();
    store.endLease(store.holds.get(0).lease());
    store.connected(true);
    machine.runFor(11 * SECOND);
    assertThat(registration.state()).isEqualTo(RegistrationState.REGISTERED);
    assertThat(registration.cause()).isEmpty();
    assertThat(entry().generation()).isEqualTo(2);
  }

  @Test
  @DisplayName("a thousand that lose their leases at once do not come back at once")
  void aStormIsSpread() {
    for (int i = 0; i < 1_000; i++) {
      new Registration(store, machine.seams(), "s", ServiceInstance.of("n" + i, "h", 80), RegistrationOptions.DEFAULT).begin();
    }
    machine.runFor(SECOND);
    store.calls.clear();
    List.copyOf(store.holds).forEach(FakeStore.FakeHold::lose);
    long most = 0;
    for (int i = 0; i < 60; i++) {
      int before = store.calls.size();
      machine.runFor(SECOND / 100);
      most = Math.max(most, store.calls.subList(before, store.calls.size()).stream().filter("hold"::equals).count());
    }
    assertThat(most).as("in any 10 ms, of 1000 spread over half a second").isBetween(10L, 50L);
    assertThat(store.calls.stream().filter("hold"::equals)).hasSize(1_000);
  }

  @Test
  void anEntryThatWasDeletedByHandIsMadeAnew() {
    Registration registration = registered();
    store.delete(KEY);
    machine.runFor(SECOND);
    assertThat(entry().generation()).isEqualTo(registration.generation()).isEqualTo(2);
    store.put(KEY, ByteSeq.utf8("by hand, without a lease"), 0);
    machine.runFor(SECOND);
    assertThat(entry().generation()).isEqualTo(3);
  }

  @Test
  void lostAnswersCostNoGeneration() {
    store.losesAnswers = true;
    Registration registration = register(RegistrationOptions.DEFAULT);
    machine.runFor(20 * SECOND);
    assertThat(registration.state()).isEqualTo(RegistrationState.REGISTERED);
    assertThat(registration.generation()).isEqualTo(entry().generation()).isEqualTo(1);
    assertThat(store.calls.stream().filter("put"::equals)).hasSize(1);
  }

  @Test
  @DisplayName("an id that another address holds is left in peace while it lives; the same address is taken over at once")
  void whoHoldsTheId() {
    FakeStore.FakeHold other = store.new FakeHold(state -> { });
    ServiceEntry theirs = new ServiceEntry(ServiceInstance.of("i1", "10.0.0.9:80"), Lifecycle.UP, ServiceHealth.PASSING, 7);
    store.put(KEY, EntryText.write(theirs), other.lease);
    Registration registration = register(RegistrationOptions.DEFAULT);
    machine.runFor(60 * SECOND);
    assertThat(registration.state()).isEqualTo(RegistrationState.REGISTERING);
    assertThat(registration.cause().orElseThrow()).hasMessageContaining("another address");
    assertThat(entry()).isEqualTo(theirs);
    store.endLease(other.lease);
    machine.runFor(SECOND / 10);
    assertThat(registration.state()).as("as soon as it is gone").isEqualTo(RegistrationState.REGISTERED);

    Registration restarted = register("10.0.0.1:80", RegistrationOptions.DEFAULT);
    machine.runFor(SECOND);
    assertThat(restarted.state()).isEqualTo(RegistrationState.REGISTERED);
    assertThat(restarted.generation()).isEqualTo(2);
    int puts = store.calls.size();
    machine.runFor(60 * SECOND);
    assertThat(entry().generation()).as("the earlier one does not fight").isEqualTo(2);
    assertThat(store.calls.size() - puts).isLessThan(60);
    assertThat(registration.state()).isEqualTo(RegistrationState.REGISTERING);
    restarted.stop(Duration.ZERO);
    machine.runFor(10 * SECOND);
    assertThat(restarted.state()).isEqualTo(RegistrationState.ENDED);
    assertThat(registration.state()).as("it comes back when the other has gone").isEqualTo(RegistrationState.REGISTERED);
  }

  @Test
  @DisplayName("drained by somebody else: it is told, stays so over a lost lease, and can be resumed from either side")
  void drainedFromOutside() {
    Registration registration = registered();
    KeyValue kv = store.keys.get(KEY);
    store.put(KEY, EntryText.write(entry().with(Lifecycle.DRAINING)), kv.lease());
    machine.runFor(SECOND);
    assertThat(registration.isDraining()).isTrue();
    registration.update(registration.instance().withWeight(3));
    machine.runFor(SECOND);
    assertThat(entry()).isEqualTo(new ServiceEntry(registration.instance(), Lifecycle.DRAINING, ServiceHealth.PASSING, 1));
    lastHold().lose();
    store.endLease(lastHold().lease());
    machine.runFor(2 * SECOND);
    assertThat(entry().lifecycle()).isEqualTo(Lifecycle.DRAINING);
    registration.resume();
    machine.runFor(SECOND);
    assertThat(entry().lifecycle()).isEqualTo(Lifecycle.UP);
    assertThat(registration.isDraining()).isFalse();
  }

  @Test
  @DisplayName("a graceful stop drains for its time, marks that it leaves, then its lease ends")
  void aGracefulStop() {
    Registration registration = registered();
    CompletionStage<Void> stopped = registration.stop(Duration.ofSeconds(30));
    machine.runFor(29 * SECOND);
    assertThat(entry().lifecycle()).isEqualTo(Lifecycle.DRAINING);
    assertThat(stopped.toCompletableFuture()).isNotDone();
    List<Lifecycle> seen = new ArrayList<>();
    ServiceView view = new ServiceView(store, machine.seams(), "s", DiscoveryOptions.DEFAULT);
    view.listen((before, now) -> seen.addAll(now.instances().stream().map(KnownInstance::lifecycle).toList()));
    view.begin();
    machine.runFor(2 * SECOND);
    assertThat(stopped.toCompletableFuture()).isCompleted();
    assertThat(store.keys).isEmpty();
    assertThat(seen).containsExactly(Lifecycle.DRAINING);
    assertThat(view.now().isPanicking()).isFalse();
    assertThat(registration.state()).isEqualTo(RegistrationState.ENDED);
    assertThat(store.watches()).as("the view's alone").isEqualTo(1);
    int calls = store.calls.size();
    machine.runFor(600 * SECOND);
    assertThat(store.calls).hasSize(calls);
  }

  @Test
  void closedWhileTheStoreIsAwayItEndsAndNothingIsTriedAnyMore() {
    Registration registration = registered();
    store.connected(false);
    CompletionStage<Void> stopped = registration.stop(Duration.ZERO);
    machine.runFor(20 * SECOND);
    assertThat(stopped.toCompletableFuture()).isCompleted();
    int calls = store.calls.size();
    machine.runFor(600 * SECOND);
    assertThat(store.calls).hasSize(calls);
  }

  @Test
  void aClosedClientEndsItsRegistrations() {
    Registration registration = registered();
    lastHold().cause = new RefusedException(RefusedCode.CLOSED, "the client was closed");
    lastHold().lose();
    machine.settle();
    assertThat(registration.state()).isEqualTo(RegistrationState.ENDED);
    assertThat(told).containsExactly(RegistrationState.REGISTERED, RegistrationState.ENDED);
  }

  @Test
  void drainedWhileItsLeaseWasLost() {
    Registration registration = registered();
    store.connected(false);
    lastHold().lose();
    machine.runFor(10 * SECOND);
    store.put(KEY, EntryText.write(entry().with(Lifecycle.DRAINING)), lastHold().lease);
    store.connected(true);
    machine.runFor(20 * SECOND);
    assertThat(registration.state()).isEqualTo(RegistrationState.REGISTERED);
    assertThat(entry().lifecycle()).isEqualTo(Lifecycle.DRAINING);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  @DisplayName("whatever is lost and changed in whatever order, what is wanted last stands in the end")
  void whateverHappens(long seed) {
    var chance = new java.util.Random(seed);
    Registration registration = register(RegistrationOptions.DEFAULT);
    for (int i = 0; i < 60; i++) {
      switch (chance.nextInt(9)) {
        case 0 -> store.connected(chance.nextBoolean());
        case 1 -> store.losesAnswers = chance.nextBoolean();
        case 2 -> store.holds.stream().filter(hold -> !hold.state.isFinal()).forEach(FakeStore.FakeHold::lose);
        case 3 -> store.holds.forEach(hold -> store.endLease(hold.lease));
        case 4 -> store.delete(KEY);
        case 5 -> registration.update(registration.instance().withWeight(chance.nextInt(100)));
        case 6 -> registration.setHealth(chance.nextBoolean() ? ServiceHealth.PASSING : ServiceHealth.FAILING);
        case 7 -> store.failWatches();
        default -> {
          registration.drain();
          machine.runFor(chance.nextLong(SECOND / 2));
          registration.resume();
        }
      }
      machine.runFor(chance.nextLong(3 * SECOND));
    }
    store.connected(true);
    store.losesAnswers = false;
    machine.runFor(30 * SECOND);
    assertThat(registration.state()).isEqualTo(RegistrationState.REGISTERED);
    assertThat(entry()).isEqualTo(new ServiceEntry(registration.instance(), Lifecycle.UP, registration.health(), registration.generation()));
    assertThat(store.keys.get(KEY).lease()).isEqualTo(lastHold().lease);
  }

  @Test
  @DisplayName("a check: failing until it first passes; fall and rise count; what takes too long has failed")
  void aCheckSaysHowItFares() {
    var results = new ArrayList<CompletionStage<Void>>();
    HealthCheck check = () -> {
      results.add(new CompletableFuture<>());
      return results.get(results.size() - 1);
    };
    HealthSchedule schedule = HealthSchedule.DEFAULT.every(Duration.ofSeconds(10)).within(Duration.ofSeconds(1)).after(3, 2);
    Registration registration = register(RegistrationOptions.DEFAULT.withCheck(check, schedule));
    machine.runFor(SECOND / 2);
    assertThat(entry().health()).isEqualTo(ServiceHealth.FAILING);
    pass(results, 1);
    assertThat(entry().health()).isEqualTo(ServiceHealth.PASSING);
    machine.runFor(10 * SECOND);
    assertThat(results).hasSize(2);
    machine.runFor(20 * SECOND);
    assertThat(entry().health()).as("two took too long").isEqualTo(ServiceHealth.PASSING);
    assertThat(results.get(1).toCompletableFuture()).as("nobody waits for it").isCancelled();
    machine.runFor(15 * SECOND);
    assertThat(entry().health()).as("three did").isEqualTo(ServiceHealth.FAILING);
    pass(results, results.size());
    assertThat(entry().health()).isEqualTo(ServiceHealth.FAILING);
    machine.runFor(10 * SECOND);
    pass(results, results.size());
    assertThat(entry().health()).isEqualTo(ServiceHealth.PASSING);
    registration.stop(Duration.ZERO);
    machine.runFor(5 * SECOND);
    int made = results.size();
    machine.runFor(100 * SECOND);
    assertThat(results).hasSize(made);
  }

  @Test
  void aCheckThatThrowsHasFailedAndIsMadeAgain() {
    var made = new ArrayList<Long>();
    HealthCheck check = () -> {
      made.add(machine.now());
      if (made.size() % 2 == 0) {
        return null;
      }
      throw new IllegalStateException("no check");
    };
    register(RegistrationOptions.DEFAULT.withCheck(check, HealthSchedule.DEFAULT));
    machine.runFor(60 * SECOND);
    assertThat(made).hasSizeGreaterThan(10);
    assertThat(entry().health()).isEqualTo(ServiceHealth.FAILING);
  }

  private void pass(List<CompletionStage<Void>> results, int count) {
    while (results.size() < count || results.get(results.size() - 1).toCompletableFuture().isDone()) {
      machine.runFor(SECOND / 4);
    }
    results.get(results.size() - 1).toCompletableFuture().complete(null);
    machine.runFor(SECOND / 4);
  }
}
