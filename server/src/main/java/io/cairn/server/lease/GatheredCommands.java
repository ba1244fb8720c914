package io.cairn.server.lease;

import io.cairn.platform.Clock;
import io.cairn.server.apply.EntryEffect;
import io.cairn.server.command.HomeCommand;
import io.cairn.server.outcome.Completion;
import io.cairn.server.outcome.Outcome;
import io.cairn.server.outcome.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * Puts what many ask for into one entry: what comes while one is under way waits and goes together with the next. Each is told what applying
 * said of its items, never before that (LL-03, LL-14). Belongs to the loop of the replica that leads the home.
 */
final class GatheredCommands<T> {
  private static final class Asked<T> {
    private final List<T> items;
    private final long deadline;
    private Completion<List<Long>> completion;

    Asked(List<T> items, long deadline, Completion<List<Long>> completion) {
      this.items = items;
      this.deadline = deadline;
      this.completion = completion;
    }

    void end(Outcome<List<Long>> outcome) {
      Completion<List<Long>> waiting = completion;
      completion = null;
      if (waiting != null) {
        waiting.complete(outcome);
      }
    }
  }

  private final Clock clock;
  private final int itemsMax;
  private final Function<List<T>, HomeCommand> command;
  private final BiConsumer<HomeCommand, Completion<EntryEffect>> submit;
  private List<Asked<T>> waiting = new ArrayList<>();
  private List<Asked<T>> underWay = List.of();

  GatheredCommands(Clock clock, int itemsMax, Function<List<T>, HomeCommand> command,
      BiConsumer<HomeCommand, Completion<EntryEffect>> submit) {
    this.clock = clock;
    this.itemsMax = itemsMax;
    this.command = command;
    this.submit = submit;
  }

  /** @param completion hears, for each item in order, what it came to */
  void add(List<T> items, long deadline, Completion<List<Long>> completion) {
    waiting.add(new Asked<>(items, deadline, completion));
    goOn();
  }

  private void goOn() {
    if (!underWay.isEmpty() || waiting.isEmpty()) {
      return;
    }
    var items = new ArrayList<T>();
    var taken = new ArrayList<Asked<T>>();
    while (taken.size() < waiting.size() && (taken.isEmpty() || items.size() + waiting.get(taken.size()).items.size() <= itemsMax)) {
      Asked<T> next = waiting.get(taken.size());
      taken.add(next);
      items.addAll(next.items);
    }
    waiting = new ArrayList<>(waiting.subList(taken.size(), waiting.size()));
    underWay = taken;
    submit.accept(command.apply(items), outcome -> ended(taken, outcome));
  }

  private void ended(List<Asked<T>> taken, Outcome<EntryEffect> outcome) {
    underWay = List.of();
    int from = 0;
    for (Asked<T> asked : taken) {
      int to = from + asked.items.size();
      asked.end(switch (outcome) {
        case Outcome.Done<EntryEffect>(EntryEffect.LeasesChanged(var _, var answers)) -> Outcome.done(answers.subList(from, to));
        case Outcome.Done<EntryEffect> done -> throw new IllegalStateException("an entry about leases came to " + done.value());
        case Outcome.Refused<EntryEffect>(var refusal) -> Outcome.refused(refusal);
        case Outcome.Unknown<EntryEffect>(var message) -> Outcome.unknown(message);
      });
      from = to;
    }
    goOn();
  }

  void expire() {
    long now = clock.nanoTime();
    waiting.removeIf(asked -> {
      boolean late = now - asked.deadline >= 0;
      if (late) {
        asked.end(Outcome.refused(Refusal.deadline("while it waited to be proposed")));
      }
      return late;
    });
    for (Asked<T> asked : underWay) {
      if (now - asked.deadline >= 0) {
        asked.end(Outcome.unknown("the deadline passed before it was committed; it may still be"));
      }
    }
  }

  /** It leads no more; what is under way hears of that by itself. */
  void drop(Refusal refusal) {
    List<Asked<T>> dropped = waiting;
    waiting = new ArrayList<>();
    dropped.forEach(asked -> asked.end(Outcome.refused(refusal)));
  }
}
