package io.cairn.jepsen.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.jepsen.history.Change;
import io.cairn.jepsen.history.Event;
import io.cairn.jepsen.history.Version;
import io.cairn.jepsen.history.WatchSpec;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Each rule of watches finds what breaks it, and no other rule does. */
final class WatchCheckerTest {
  private final HistoryBuilder history = new HistoryBuilder();
  private Change a1;
  private Change a2;
  private Change both;
  private Change other;
  private Change gone;

  /** Revisions 2 and 3 put a, 4 puts a and aa, 5 deletes a, 6 lies outside of what is watched. */
  @BeforeEach
  void write() {
    a1 = history.change("a", history.put(1, "a", "1"));
    a2 = history.change("a", history.put(1, "a", "2"));
    long revision = history.applied("a", "3", "aa", "3");
    both = history.change("a", revision);
    other = history.change("aa", revision);
    gone = history.change("a", history.delete(1, "a"));
    history.put(1, "z", "1");
  }

  private long all() {
    return history.open(WatchSpec.from("a", "b", 2));
  }

  private Verdict verdict() {
    return new WatchChecker().check(history.build());
  }

  private void brokenIsOnly(String rule) {
    Verdict verdict = verdict();
    assertThat(verdict.broken()).as("%s", verdict.violations()).containsExactly(rule);
  }

  @Test
  void whatIsRightIsFoundRight() {
    long watch = all();
    history.deliver(watch, a1, a2);
    history.add(at -> new Event.Progress(at, watch, 3));
    history.add(at -> new Event.Delivered(at, watch, 3, List.of(both, other, gone)));
    history.add(at -> new Event.Progress(at, watch, 6));
    history.add(at -> new Event.Drained(at, 6));

    Verdict verdict = verdict();
    assertThat(verdict.violations()).isEmpty();
    assertThat(verdict.judged(WatchChecker.RELIABLE)).isEqualTo(5);
    assertThat(verdict.judged(WatchChecker.CHAINED)).isOne();
    assertThat(verdict.judged(WatchChecker.DRAINED)).isOne();
  }

  @Test
  @DisplayName("W-01 a stream that travels back is found")
  void travelsBack() {
    long watch = all();
    history.deliver(watch, a2, a1);
    brokenIsOnly(WatchChecker.ORDERED);
  }

  @Test
  @DisplayName("W-02 progress that overtakes what was not delivered is found, delivered later or never")
  void progressOvertakes() {
    long watch = all();
    history.deliver(watch, a1);
    history.add(at -> new Event.Progress(at, watch, 3));
    history.deliver(watch, a2);
    brokenIsOnly(WatchChecker.BOOKMARKABLE);
  }

  @Test
  @DisplayName("W-02 progress that claims what never comes is found")
  void progressClaimsWhatNeverComes() {
    long watch = all();
    history.deliver(watch, a1, a2);
    history.add(at -> new Event.Progress(at, watch, 5));
    Verdict verdict = verdict();
    assertThat(verdict.broken()).containsExactly(WatchChecker.RELIABLE);
    assertThat(verdict.violations()).hasSize(3);
  }

  @Test
  void progressThatGoesBackIsFound() {
    long watch = all();
    history.deliver(watch, a1);
    history.add(at -> new Event.Progress(at, watch, 1));
    brokenIsOnly(WatchChecker.BOOKMARKABLE);
  }

  @Test
  @DisplayName("W-03 a change that is left out is found")
  void holeInTheMiddle() {
    long watch = all();
    history.deliver(watch, a1, both, other);
    brokenIsOnly(WatchChecker.RELIABLE);
  }

  @Test
  @DisplayName("W-03 a delete that is left out is found")
  void missingDelete() {
    long watch = all();
    history.deliver(watch, a1, a2, both, other);
    history.add(at -> new Event.Progress(at, watch, 6));
    brokenIsOnly(WatchChecker.RELIABLE);
  }

  @Test
  @DisplayName("W-04 a watch that does not begin with the first change it asked for is found")
  void beginsTooLate() {
    long watch = all();
    history.deliver(watch, a2);
    brokenIsOnly(WatchChecker.RESUMABLE);
  }

  @Test
  @DisplayName("W-05 W-06 what lies below the revision asked for is found")
  void beginsTooEarly() {
    long watch = history.open(WatchSpec.from("a", "b", 3));
    history.deliver(watch, a1, a2);
    brokenIsOnly(WatchChecker.FROM);
  }

  @Test
  @DisplayName("W-05 a watch from now that shows the past, or shows before it says where it begins, is found")
  void fromNowShowsThePast() {
    WatchSpec now = WatchSpec.from("a", "b", 0);
    long watch = history.open(now);
    history.add(at -> new Event.Began(at, watch, 3));
    history.deliver(watch, a2, both, other);
    brokenIsOnly(WatchChecker.FROM);
    long early = history.open(now);
    history.deliver(early, gone);
    assertThat(verdict().violations()).hasSize(2);
  }

  @Test
  @DisplayName("W-07 a change that comes twice is found, in a batch and in two")
  void twice() {
    long watch = all();
    history.deliver(watch, a1, a1);
    history.deliver(watch, a1);
    brokenIsOnly(WatchChecker.UNIQUE);
    assertThat(verdict().violations()).hasSize(2);
  }

  @Test
  void aRevisionInTwoPartsIsFound() {
    long watch = all();
    history.deliver(watch, a1, a2, both);
    history.deliver(watch, other);
    brokenIsOnly(WatchChecker.ATOMIC);
  }

  @Test
  void aPartOfARevisionAloneIsFound() {
    long watch = all();
    history.deliver(watch, a1, a2, both, gone);
    brokenIsOnly(WatchChecker.ATOMIC);
  }

  @Test
  void aBatchThatFollowsWhatWasNeverGivenIsFound() {
    long watch = all();
    history.add(at -> new Event.Delivered(at, watch, 1, List.of(a1)));
    history.add(at -> new Event.Delivered(at, watch, 3, List.of(both, other)));
    history.deliver(history.open(WatchSpec.from("c", "d", 2)));
    assertThat(verdict().broken()).containsExactlyInAnyOrder(WatchChecker.CHAINED, WatchChecker.RELIABLE);
  }

  @Test
  void aBatchThatNamesARevisionOfItsOwnIsFound() {
    long watch = all();
    history.deliver(watch, a1);
    history.add(at -> new Event.Delivered(at, watch, 3, List.of(a2)));
    brokenIsOnly(WatchChecker.CHAINED);
  }

  @Test
  void keysOutsideOfTheRangeAreFound() {
    long watch = all();
    history.deliver(watch, a1, a2, both, other, gone, history.change("z", 6));
    brokenIsOnly(WatchChecker.RANGE);
  }

  @Test
  void whatAFilterShutsOutIsFound() {
    long puts = history.open(WatchSpec.from("a", "b", 2).filtered(true, false));
    history.deliver(puts, a1, a2, both, other);
    assertThat(verdict().violations()).isEmpty();
    history.deliver(puts, gone);
    brokenIsOnly(WatchChecker.FILTER);
  }

  @Test
  void aWrongValueVersionOrKindIsFound() {
    Version now = a2.now().orElseThrow();
    List<Change> wrong = List.of(
        new Change(3, "a", Optional.of(new Version("a", "9", now.create(), 3, 2, 0)), a2.previous()),
        new Change(3, "a", Optional.of(new Version("a", "2", 3, 3, 2, 0)), a2.previous()),
        new Change(3, "a", Optional.of(new Version("a", "2", now.create(), 3, 1, 0)), a2.previous()),
        new Change(3, "a", Optional.of(new Version("a", "2", now.create(), 3, 2, 7)), a2.previous()),
        new Change(3, "a", Optional.empty(), a2.previous()));
    for (Change each : wrong) {
      history.deliver(all(), a1, each);
    }
    brokenIsOnly(WatchChecker.TRUE);
    assertThat(verdict().violations()).hasSize(wrong.size());
  }

  @Test
  void whatWasNeverWrittenIsFound() {
    long watch = all();
    history.deliver(watch, a1, new Change(3, "ab", Optional.of(new Version("ab", "1", 3, 3, 1, 0)), Optional.empty()), a2);
    brokenIsOnly(WatchChecker.TRUE);
  }

  @Test
  void aWrongPreviousValueIsFound() {
    long watch = all();
    history.deliver(watch, a1, a2.withoutPrevious());
    brokenIsOnly(WatchChecker.PREVIOUS);
    long without = history.open(WatchSpec.from("a", "b", 2).withoutPrevious());
    history.deliver(without, a1, a2.withoutPrevious());
    assertThat(verdict().violations()).hasSize(1);
  }

  @Test
  void aStateThatIsNotThatOfItsRevisionIsFound() {
    WatchSpec spec = WatchSpec.withState("a", "b");
    long right = history.open(spec);
    history.add(at -> new Event.Initial(at, right, List.of(both.now().orElseThrow(), other.now().orElseThrow())));
    history.add(at -> new Event.Synced(at, right, 4));
    history.deliver(right, gone);
    assertThat(verdict().violations()).isEmpty();
    long old = history.open(spec);
    history.add(at -> new Event.Initial(at, old, List.of(a2.now().orElseThrow(), other.now().orElseThrow())));
    history.add(at -> new Event.Synced(at, old, 4));
    brokenIsOnly(WatchChecker.INITIAL);
  }

  @Test
  void aResyncThatLeavesOutOrInventsIsFound() {
    long right = all();
    history.deliver(right, a1);
    history.add(at -> new Event.Resynced(at, right, 5, List.of(gone, other)));
    history.add(at -> new Event.Drained(at, 6));
    assertThat(verdict().violations()).isEmpty();
    long leavesOut = all();
    history.deliver(leavesOut, a1);
    history.add(at -> new Event.Resynced(at, leavesOut, 5, List.of(other)));
    brokenIsOnly(WatchChecker.RESYNC);
    long invents = all();
    history.deliver(invents, a1);
    history.add(at -> new Event.Resynced(at, invents, 5, List.of(gone, other, history.change("z", 6))));
    assertThat(verdict().violations()).hasSize(2).allMatch(each -> each.rule().equals(WatchChecker.RESYNC));
  }

  @Test
  @DisplayName("W-04 COMPACTED is told only when what is needed is gone")
  void compactedWithoutReason() {
    long right = history.open(WatchSpec.from("a", "b", 3));
    history.add(at -> new Event.Closed(at, right, "COMPACTED", 3));
    assertThat(verdict().violations()).isEmpty();
    long wrong = history.open(WatchSpec.from("a", "b", 4));
    history.add(at -> new Event.Closed(at, wrong, "COMPACTED", 3));
    brokenIsOnly(WatchChecker.COMPACTED);
  }

  @Test
  void latestOnlyMayLeaveOutWhatALaterChangeOfTheKeyCovers() {
    WatchSpec latest = WatchSpec.from("a", "b", 2).onlyLatest();
    long right = history.open(latest);
    history.deliver(right, other, gone);
    assertThat(verdict().violations()).isEmpty();
    long wrong = history.open(latest);
    history.deliver(wrong, gone);
    assertThat(verdict().violations()).hasSize(1);
  }

  @Test
  @DisplayName("W-03 a watch that stands still after the faults is found")
  void standsStill() {
    long watch = all();
    history.deliver(watch, a1, a2);
    long closed = all();
    history.add(at -> new Event.Closed(at, closed, "CANCELLED", 0));
    history.add(at -> new Event.Drained(at, 6));
    brokenIsOnly(WatchChecker.DRAINED);
    assertThat(verdict().violations()).hasSize(1);
  }
}
