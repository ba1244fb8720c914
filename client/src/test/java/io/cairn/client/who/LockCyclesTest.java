package io.cairn.client.who;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.client.ByteSeq;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Circles of waiters, and what only looks like one. Queues are written as {@code name: places}, a place as its lease and what it asks for. */
class LockCyclesTest {

  /** As in {@code "a: 1 2 3"}; {@code 1r} shares, {@code 1p2/3} takes two of three permits. In the order of the queue. */
  private static LockQueue queue(String text) {
    String[] words = text.split("[: ]+");
    List<QueuedPlace> places = new ArrayList<>();
    for (int i = 1; i < words.length; i++) {
      String[] parts = words[i].split("(?<=\\d)(?=[rp])|(?<=[rp])|/");
      LockMode mode = parts.length == 1 ? LockMode.EXCLUSIVE : parts[1].equals("r") ? LockMode.SHARED : LockMode.PERMITS;
      int permits = mode == LockMode.PERMITS ? Integer.parseInt(parts[2]) : 0;
      int of = mode == LockMode.PERMITS ? Integer.parseInt(parts[3]) : 0;
      places.add(new QueuedPlace(ByteSeq.utf8("{" + words[0] + "}/lock/" + i), i, Long.parseLong(parts[0]), mode, permits, of, ByteSeq.EMPTY, false, 0));
    }
    return LockQueue.of(ByteSeq.utf8(words[0]), LockQueue.Kind.LOCK, places);
  }

  /** As in {@code "1 waits in b behind 2, 2 waits in a behind 1"}. */
  private static List<String> circles(String... queues) {
    return LockCycles.of(List.of(queues).stream().map(LockCyclesTest::queue).toList()).stream()
        .map(cycle -> String.join(", ", cycle.waits().stream()
            .map(wait -> wait.place().lease() + " waits in " + wait.queue().name().utf8() + " behind " + wait.behind().lease()).toList()))
        .toList();
  }

  @Test
  @DisplayName("who is granted follows from the order and the modes, as in the server")
  void standings() {
    assertThat(queue("a: 1 2").places()).extracting(QueuedPlace::granted).containsExactly(true, false);
    assertThat(queue("a: 1r 2r 3 4r").places()).extracting(QueuedPlace::granted).containsExactly(true, true, false, false);
    assertThat(queue("a: 1p2/3 2p2/3 3p1/3").places()).extracting(QueuedPlace::granted).containsExactly(true, false, false);
    assertThat(queue("a: 1p1/2 2p1/2 3p1/2").places()).extracting(QueuedPlace::granted).containsExactly(true, true, false);
    assertThat(queue("a: 1p1/2 2r 3p1/2").places()).extracting(QueuedPlace::before).containsExactly(0, 1, 2);
  }

  @Test
  void twoThatHoldWhatTheOtherWaitsFor() {
    assertThat(circles("a: 1 2", "b: 2 1")).containsExactly("2 waits in a behind 1, 1 waits in b behind 2");
  }

  @Test
  void threeInACircleAndWhoStandsBehindThemIsNoPartOfIt() {
    assertThat(circles("a: 1 2 9", "b: 2 3", "c: 3 1")).containsExactly("2 waits in a behind 1, 1 waits in c behind 3, 3 waits in b behind 2");
  }

  @Test
  void twoCirclesThatHaveNothingInCommonAreBothShown() {
    assertThat(circles("a: 1 2", "b: 2 1", "x: 5 6", "y: 6 5")).hasSize(2);
  }

  @Test
  void waitingInALineIsNoCircle() {
    assertThat(circles("a: 1 2 3", "b: 2 3")).isEmpty();
    assertThat(circles("a: 1 2", "b: 1 2")).isEmpty();
    assertThat(circles()).isEmpty();
  }

  @Test
  @DisplayName("two threads of one session that queue on one lock do not wait for each other in a circle")
  void aSessionBehindItself() {
    assertThat(circles("a: 1 1")).isEmpty();
    assertThat(circles("a: 1 2 1")).as("1 lets go of its first place some time").isEmpty();
    assertThat(circles("a: 1 2 1", "b: 1 2")).as("in another queue somebody else waits").isEmpty();
    assertThat(circles("a: 1 2 1", "b: 2 1")).as("the first place's thread may be the one that waits in b").containsExactly(
        "2 waits in a behind 1, 1 waits in b behind 2");
  }

  @Test
  @DisplayName("a waiter that holds nothing is part of a circle when its place keeps others out: a writer between two readers")
  void aWriterBetweenReaders() {
    assertThat(circles("a: 1r 2 3r", "b: 3 1")).containsExactly("2 waits in a behind 1, 1 waits in b behind 3, 3 waits in a behind 2");
    assertThat(circles("a: 1r 3r 2", "b: 3 1")).as("both read").isEmpty();
  }

  @Test
  @DisplayName("who waits for one of several permits is stuck only when none of them can come free")
  void permits() {
    assertThat(circles("a: 1p1/2 9p1/2 2p1/2", "b: 2 1")).as("9 goes on, and its permit is enough").isEmpty();
    assertThat(circles("a: 1p1/2 2p1/2 3p1/2 4p1/2", "b: 3 1 2")).as("both permits are held by those who wait for 3")
        .containsExactly("3 waits in a behind 1, 1 waits in b behind 3");
  }

  @Test
  @DisplayName("a key without a lease in the queue is waited for, and waits for nobody")
  void aPlaceOfNobody() {
    assertThat(circles("a: 0 1", "b: 1 0")).isEmpty();
  }

  @Test
  @DisplayName("ten thousand in one queue, and a circle through its head, are found at once")
  void manyWaiters() {
    String line = "a: 1 " + String.join(" ", IntStream.rangeClosed(2, 10_000).mapToObj(Integer::toString).toList());

    assertThat(circles(line)).isEmpty();
    assertThat(circles(line, "b: 2 1")).containsExactly("2 waits in a behind 1, 1 waits in b behind 2");
  }
}
