package io.cairn.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.raft.SmallScope.Bounds;
import io.cairn.raft.SmallScope.Disk;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** All there is within small bounds. {@code -Dscopes=all} takes those too for which a build has no time. */
@Tag("exhaustive")
class SmallScopeTest {

  private static final List<Bounds> SCOPES = List.of(
      // Two terms with an entry each, a crash and a loss anywhere.
      new Bounds(2, 0, 2, 1, 1, Disk.FAST, false),
      // The crash may come between what is said and what is durable.
      new Bounds(2, 0, 2, 1, 0, Disk.SLOW, false),
      // A command beside the leaders' entries.
      new Bounds(2, 1, 2, 0, 0, Disk.FAST, false));

  private static final List<Bounds> LARGE_SCOPES = List.of(
      new Bounds(2, 1, 2, 0, 1, Disk.FAST, false),
      new Bounds(2, 0, 3, 0, 0, Disk.FAST, false),
      new Bounds(1, 2, 1, 1, 0, Disk.FAST, false),
      new Bounds(2, 0, 2, 0, 0, Disk.FAST, true));

  @Test
  @DisplayName("A-05 A-07 RC-01 RC-03 whatever comes in whatever order, every state of a small scope keeps every promise")
  void everyStateKeepsEveryPromise() {
    var scopes = new ArrayList<>(SCOPES);
    if ("all".equals(System.getProperty("scopes"))) {
      scopes.addAll(LARGE_SCOPES);
    }
    long states = 0;
    for (Bounds bounds : scopes) {
      var scope = new SmallScope(bounds);
      assertThat(scope.search(40_000_000)).as("%s is searched to its end", bounds).isTrue();
      System.out.println(scope);
      // A search that elects and commits nothing proves nothing.
      assertThat(scope.leaderStates()).isGreaterThan(scope.states() / 100);
      assertThat(scope.committedStates()).isGreaterThan(scope.states() / 100);
      states += scope.states();
    }
    System.out.println("distinct states visited: " + states);
    assertThat(states).isGreaterThan(10_000_000);
  }

  @Test
  @DisplayName("TI-04 a canary: disks that say too early that something is durable are noticed")
  void disksThatLieAreNoticed() {
    var scope = new SmallScope(new Bounds(2, 0, 2, 1, 0, Disk.LYING, false));
    assertThatThrownBy(() -> scope.search(10_000_000)).isInstanceOf(InvariantBroken.class);
  }
}
