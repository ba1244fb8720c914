package io.cairn.server.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FirstStartTest {
  private final AtomicInteger begun = new AtomicInteger();

  private FirstStart start(int nodes, boolean bootstrapped) {
    return new FirstStart(nodes, bootstrapped, begun::incrementAndGet);
  }

  /** n - q + 1: any so many of the others include one of the q - 1 that would know of an earlier life. */
  @DisplayName("MB-08 a new data directory takes part once so many others know of no other")
  @ParameterizedTest(name = "MB-08 of {0} nodes {1} others")
  @CsvSource({"1, 0", "2, 1", "3, 2", "4, 2", "5, 3", "6, 3", "7, 4"})
  void howManyOthersMustBeMet(int nodes, int needed) {
    FirstStart start = start(nodes, false);
    start.check();
    assertThat(start.missing()).isEqualTo(needed);
    for (int met = 1; met <= needed; met++) {
      assertThat(begun).hasValue(0);
      start.welcomedBy("n" + met);
    }

    assertThat(begun).hasValue(1);
    int quorum = nodes / 2 + 1;
    assertThat(needed + quorum - 1).as("those who must know and those who were asked overlap").isGreaterThanOrEqualTo(nodes == 1 ? 0 : nodes);
  }

  @Test
  void theSameNodeCountsOnce() {
    FirstStart start = start(3, false);
    start.welcomedBy("n2");
    start.welcomedBy("n2");
    assertThat(begun).hasValue(0);
    assertThat(start.missing()).isEqualTo(1);

    start.welcomedBy("n3");
    start.welcomedBy("n4");

    assertThat(begun).hasValue(1);
  }

  @Test
  void aDirectoryThatTookPartBeforeWaitsForNobody() {
    FirstStart start = start(5, true);
    start.check();
    start.check();

    assertThat(begun).hasValue(1);
    assertThat(start.begun()).isTrue();
  }
}
