package io.cairn.server.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.platform.Clock;
import io.cairn.server.apply.EntryEffect;
import io.cairn.server.command.HomeCommand;
import io.cairn.server.outcome.Completion;
import io.cairn.server.outcome.Outcome;
import io.cairn.server.outcome.Refusal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Renewals as they wait for the log. */
class GatheredCommandsTest {

  private static final class Hand implements Clock {
    private long now;

    @Override
    public long nanoTime() {
      return now;
    }

    @Override
    public long wallMillis() {
      throw new AssertionError("no lease goes by the wall clock");
    }
  }

  private record Submitted(List<Long> ids, Completion<EntryEffect> completion) {
    void applied(Long... ttls) {
      completion.complete(Outcome.done(new EntryEffect.LeasesChanged(List.of(), List.of(ttls))));
    }
  }

  private final Hand hand = new Hand();
  private final ArrayDeque<Submitted> log = new ArrayDeque<>();
  private final List<String> told = new ArrayList<>();
  private final GatheredCommands<Long> renewals = new GatheredCommands<>(hand, 4, HomeCommand.Renew::new,
      (command, completion) -> log.add(new Submitted(((HomeCommand.Renew) command).ids(), completion)));

  private void ask(String who, Long... ids) {
    renewals.add(List.of(ids), 100, outcome -> told.add(who + switch (outcome) {
      case Outcome.Done<List<Long>>(var ttls) -> ttls.toString();
      case Outcome.Refused<List<Long>> _ -> " refused";
      case Outcome.Unknown<List<Long>> _ -> " unknown";
    }));
  }

  @Test
  @DisplayName("LL-14 nobody is told that a lease lives before the entry is applied, and each what applying it found, not what was known when it asked")
  void nothingIsAnsweredBeforeApply() {
    ask("a", 1L);
    ask("b", 1L, 2L);
    ask("c", 3L);
    assertThat(told).isEmpty();
    assertThat(log).hasSize(1);
    log.poll().applied(5_000L);
    assertThat(told).containsExactly("a[5000]");
    assertThat(log.peek().ids()).as("what came meanwhile goes in one entry").containsExactly(1L, 2L, 3L);
    log.poll().applied(0L, 5_000L, 0L);
    assertThat(told).containsExactly("a[5000]", "b[0, 5000]", "c[0]");
    assertThat(log).isEmpty();
  }

  @Test
  @DisplayName("LL-14 what was proposed when the deadline came, or the leader went, is unknown; what waited is refused")
  void whatIsUnderWayIsUnknown() {
    ask("a", 1L);
    ask("b", 2L);
    hand.now = 100;
    renewals.expire();
    assertThat(told).containsExactlyInAnyOrder("a unknown", "b refused");
    log.poll().applied(5_000L);
    assertThat(told).as("nobody is told twice").hasSize(2);

    hand.now = 0;
    ask("c", 1L, 2L, 3L);
    ask("d", 4L, 5L);
    renewals.drop(Refusal.notLeader(0, ""));
    log.poll().completion().complete(Outcome.unknown("leadership was lost"));
    assertThat(told.subList(2, 4)).containsExactlyInAnyOrder("d refused", "c unknown");
    assertThat(log).isEmpty();
  }

  @Test
  void anEntryIsBounded() {
    ask("first", 9L);
    ask("a", 1L, 2L, 3L);
    ask("b", 4L, 5L);
    log.poll().applied(1L);
    assertThat(log.peek().ids()).containsExactly(1L, 2L, 3L);
    log.poll().applied(1L, 1L, 1L);
    assertThat(log.poll().ids()).containsExactly(4L, 5L);
  }

  @Test
  @DisplayName("each of very many that wait is refused, none upon the stack of the one before")
  void manyAreRefusedAtOnce() {
    var first = new ArrayList<Completion<EntryEffect>>();
    var overloaded = new GatheredCommands<Long>(hand, 4, HomeCommand.Renew::new, (command, completion) -> {
      if (first.isEmpty()) {
        first.add(completion);
      } else {
        completion.refused(Refusal.notLeader(0, ""));
      }
    });
    int[] refused = {0};
    for (int i = 0; i < 50_000; i++) {
      overloaded.add(List.of(1L, 2L, 3L, 4L), 100, outcome -> refused[0] += outcome instanceof Outcome.Refused<List<Long>> ? 1 : 0);
    }
    first.getFirst().complete(Outcome.unknown("leadership was lost"));
    assertThat(refused[0]).isEqualTo(49_999);
  }
}
