package io.cairn.client.services;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.client.ByteSeq;
import io.cairn.client.seams.VirtualMachine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A view in virtual time. */
class ServiceViewTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final int COUNT = 5;

  private final VirtualMachine machine = new VirtualMachine(3);
  private final FakeStore store = new FakeStore(machine);
  private final List<Integer> sizes = new ArrayList<>();
  private ServiceView view;

  @BeforeEach
  void begin() {
    for (int i = 0; i < COUNT; i++) {
      put(i);
    }
    view = new ServiceView(store, machine.seams(), "s", DiscoveryOptions.DEFAULT);
    view.listen((before, now) -> sizes.add(now.candidates().size()));
    view.begin();
    assertThat(view.isSynced()).isFalse();
    machine.runFor(SECOND);
    assertThat(view.isSynced()).isTrue();
    assertThat(view.candidates()).hasSize(COUNT);
  }

  private void put(int number) {
    store.put(key(number), EntryText.write(new ServiceEntry(ServiceInstance.of("i" + number, "h", 80), Lifecycle.UP, ServiceHealth.PASSING, 1)), 1);
  }

  private static ByteSeq key(int number) {
    return ServiceKeys.key("s", "i" + number);
  }

  @Test
  @DisplayName("while the store is away it shows what it knew, and how old that is; suspected ones are kept for connected time alone")
  void awayAndBack() {
    store.connected(false);
    machine.runFor(3_600 * SECOND);
    assertThat(view.candidates()).hasSize(COUNT);
    assertThat(view.isConnected()).isFalse();
    assertThat(view.staleness()).isGreaterThan(Duration.ofMinutes(59));
    store.connected(true);
    for (int i = 0; i < COUNT; i++) {
      store.delete(key(i));
      machine.runFor(SECOND / 10);
    }
    assertThat(view.candidates()).hasSize(COUNT).allMatch(KnownInstance::isSuspected);
    assertThat(view.staleness()).isLessThan(Duration.ofSeconds(1));
    assertThat(sizes).allMatch(size -> size > COUNT / 2);
    machine.runFor(100 * SECOND);
    store.connected(false);
    machine.runFor(3_600 * SECOND);
    assertThat(view.candidates()).as("nobody could come back meanwhile").hasSize(COUNT);
    store.connected(true);
    machine.runFor(190 * SECOND);
    assertThat(view.candidates()).hasSize(COUNT);
    machine.runFor(11 * SECOND);
    assertThat(view.candidates()).as("five minutes of connection are over").isEmpty();
  }

  @Test
  @DisplayName("a watch that fails is begun again; what went meanwhile has vanished, what came is there")
  void aWatchThatFails() {
    store.failWatches();
    store.delete(key(0));
    store.delete(key(1));
    put(7);
    machine.runFor(6 * SECOND);
    assertThat(store.watches()).isEqualTo(1);
    assertThat(view.candidates()).extracting(KnownInstance::id).containsExactly("i2", "i3", "i4", "i7");
    assertThat(sizes).allMatch(size -> size >= 4);
    view.close();
    assertThat(store.watches()).isZero();
    assertThat(view.candidates()).hasSize(4);
  }

  @Test
  void whatHappensWhileAListenerIsBusyIsOneChange() {
    List<String> heard = new ArrayList<>();
    view.listen((before, now) -> {
      heard.add(before.candidates().size() + " to " + now.candidates().size());
      if (heard.size() == 1) {
        put(11);
        put(12);
        machine.turnInside(SECOND);
      }
    });
    put(10);
    machine.runFor(SECOND);
    assertThat(heard).containsExactly("5 to 6", "6 to 8");
  }

  @Test
  void aListenerThatThrowsSilencesNothing() {
    Thread.currentThread().setUncaughtExceptionHandler((thread, thrown) -> assertThat(thrown).hasMessage("on purpose"));
    try {
      view.listen((before, now) -> {
        throw new IllegalStateException("on purpose");
      });
      List<Integer> later = new ArrayList<>();
      Runnable ends = view.listen((before, now) -> later.add(now.candidates().size()));
      put(8);
      machine.runFor(SECOND);
      ends.run();
      put(9);
      machine.runFor(SECOND);
      assertThat(later).containsExactly(COUNT + 1);
      assertThat(sizes).containsExactly(COUNT, COUNT + 1, COUNT + 2);
    } finally {
      Thread.currentThread().setUncaughtExceptionHandler(null);
    }
  }
}
