package io.cairn.jepsen.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.jepsen.history.Change;
import io.cairn.jepsen.history.Event;
import io.cairn.jepsen.history.History;
import io.cairn.jepsen.history.Result;
import io.cairn.jepsen.history.Version;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** TI-03: right histories are found right; one thing changed in a right one is found. */
final class CheckerProperties {
  private static final Checker SESSIONS = new SessionChecker(0);
  private static final Checker LEASES = new LeaseChecker(GeneratedHistory.BOUNDS);

  /** What may go wrong with one batch of a watch. */
  enum Wrong {
    LEFT_OUT, DOUBLED, ANOTHER_ORDER, ANOTHER_VALUE, ANOTHER_KEY, ANOTHER_REVISION, ANOTHER_PREVIOUS, ANOTHER_KIND, BATCH_LEFT_OUT,
    BATCH_AGAIN, MARK_TOO_EARLY, CREATED_ELSEWHERE
  }

  @Property(tries = 300)
  void rightHistoriesAreFoundRight(@ForAll long seed) {
    History history = GeneratedHistory.draw(seed);
    for (Checker checker : List.of(new WatchChecker(), new ReplayChecker(), SESSIONS, LEASES)) {
      assertThat(checker.check(history).violations()).as("%s", checker).isEmpty();
    }
    assertThat(new WatchChecker().check(history).judged(WatchChecker.DRAINED)).isPositive();
  }

  @Property(tries = 2_000)
  void oneWrongThingInWhatAWatchIsGivenIsFound(@ForAll long seed, @ForAll Wrong wrong) {
    History right = GeneratedHistory.draw(seed);
    Random random = new Random(seed);
    List<Integer> batches = new ArrayList<>();
    for (int i = 0; i < right.events().size(); i++) {
      if (right.events().get(i) instanceof Event.Delivered) {
        batches.add(i);
      }
    }
    Assume.that(!batches.isEmpty());
    List<Event> events = new ArrayList<>(right.events());
    int at = batches.get(random.nextInt(batches.size()));
    Event.Delivered batch = (Event.Delivered) events.get(at);
    boolean previous = right.watches().stream().filter(watch -> watch.opened().watch() == batch.watch()).findFirst().orElseThrow().spec()
        .previous();
    Assume.that(spoil(events, at, batch, wrong, random, previous));

    Verdict verdict = new WatchChecker().check(new History(events));
    assertThat(verdict.broken()).as("%s of %s", wrong, batch).isNotEmpty();
  }

  /** False where this cannot go wrong with that batch. */
  private static boolean spoil(List<Event> events, int at, Event.Delivered batch, Wrong wrong, Random random, boolean previous) {
    List<Change> changes = new ArrayList<>(batch.changes());
    int which = random.nextInt(changes.size());
    Change change = changes.get(which);
    Optional<Version> now = change.now();
    switch (wrong) {
      case LEFT_OUT -> changes.remove(which);
      case DOUBLED -> changes.add(which, change);
      case ANOTHER_ORDER -> {
        Collections.reverse(changes);
        if (changes.getFirst().revision() == changes.getLast().revision()) {
          return false;
        }
      }
      case ANOTHER_VALUE -> now.ifPresent(it -> changes.set(which, new Change(change.revision(), change.key(),
          Optional.of(new Version(it.key(), it.value() + "?", it.create(), it.mod(), it.version(), it.lease())), change.previous())));
      case CREATED_ELSEWHERE -> now.ifPresent(it -> changes.set(which, new Change(change.revision(), change.key(),
          Optional.of(new Version(it.key(), it.value(), it.create() - 1, it.mod(), it.version(), it.lease())), change.previous())));
      case ANOTHER_KEY -> changes.set(which, new Change(change.revision(), change.key() + "x", now, change.previous()));
      case ANOTHER_REVISION -> changes.set(which, new Change(change.revision() + 1, change.key(), now, change.previous()));
      case ANOTHER_PREVIOUS -> changes.set(which, new Change(change.revision(), change.key(), now,
          change.previous().isPresent() ? Optional.empty() : now));
      case ANOTHER_KIND -> changes.set(which, new Change(change.revision(), change.key(),
          now.isPresent() ? Optional.empty() : change.previous(), change.previous()));
      case BATCH_LEFT_OUT -> {
        events.remove(at);
        return true;
      }
      case BATCH_AGAIN -> {
        events.add(at, batch);
        return true;
      }
      case MARK_TOO_EARLY -> {
        events.add(at, new Event.Progress(batch.at(), batch.watch(), changes.getFirst().revision()));
        return true;
      }
    }
    events.set(at, new Event.Delivered(batch.at(), batch.watch(), batch.after(), changes));
    return !changes.equals(batch.changes()) && (wrong != Wrong.ANOTHER_PREVIOUS || previous);
  }

  @Property(tries = 500)
  void aReadThatIsAnsweredOtherwiseIsFound(@ForAll long seed) {
    History right = GeneratedHistory.draw(seed);
    List<Event> events = new ArrayList<>(right.events());
    boolean changed = false;
    for (int i = 0; i < events.size() && !changed; i++) {
      if (events.get(i) instanceof Event.Ok ok && ok.result() instanceof Result.Shown shown && !shown.items().isEmpty()) {
        List<Version> items = new ArrayList<>(shown.items());
        items.remove(new Random(seed).nextInt(items.size()));
        events.set(i, new Event.Ok(ok.at(), ok.call(), new Result.Shown(shown.revision(), items)));
        changed = true;
      }
    }
    Assume.that(changed);
    assertThat(new ReplayChecker().check(new History(events)).broken()).contains(ReplayChecker.SHOWN);
  }

  @Property(tries = 500)
  void aChangeThatIsNotWrittenDownIsFound(@ForAll long seed) {
    History right = GeneratedHistory.draw(seed);
    List<Event> events = new ArrayList<>(right.events());
    List<Long> acknowledged = right.calls().stream().filter(call -> call.op().writes()).flatMap(call -> call.ok().stream())
        .filter(ok -> ok.result() instanceof Result.Written written && written.changed() > 0).map(ok -> ok.result().revision()).toList();
    Assume.that(!acknowledged.isEmpty());
    long lost = acknowledged.get(new Random(seed).nextInt(acknowledged.size()));
    events.removeIf(event -> event instanceof Event.Applied applied && applied.revision() == lost);
    assertThat(new ReplayChecker().check(new History(events)).broken()).contains(ReplayChecker.EFFECT);
  }

  @Property(tries = 500)
  void anEndThatComesSoonerIsFound(@ForAll long seed) {
    History right = GeneratedHistory.draw(seed);
    List<Event> events = new ArrayList<>(right.events());
    List<Event.LeaseEnded> ends = right.all(Event.LeaseEnded.class);
    Assume.that(!ends.isEmpty());
    Event.LeaseEnded end = ends.get(new Random(seed).nextInt(ends.size()));
    long early = end.at() - 1_500 * GeneratedHistory.MILLI;
    events.set(events.indexOf(end), new Event.LeaseEnded(early, end.lease()));
    assertThat(LEASES.check(new History(events)).broken()).isNotEmpty();
  }
}
