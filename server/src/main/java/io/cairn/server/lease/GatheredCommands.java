package io.cairn.server.lease;

import io.cairn.platform.Clock;
import io.cairn.server.apply.EntryEffect;
import io.cairn.server.command.HomeCommand;
import io.cairn.server.outcome.Completion;
import io.cairn.server.outcome.Outcome;
import io.cairn.server.outcome.Refusal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
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
  private Deque<Asked<T>> waiting = new ArrayDeque<>();
  private List<Asked<T>> underWay = List.of();
  private boolean goingOn;

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

  /** What is refused at once ends in here: the next is taken by the one round that is under way, or each would stand on the one before. */
  private void goOn() {
    if (goingOn) {
      return;
    }
    goingOn = true;
    try {
      while (underWay.isEmpty() && !waiting.isEmpty()) {
        submitNext();
      }
    } finally {
      goingOn = false;
    }
  }

  private void submitNext() {
    var items = new ArrayList<T>();
    var taken = new ArrayList<Asked<T>>();
    while (!waiting.isEmpty() && (taken.isEmpty() || items.size() + waiting.peek().items.size() <= itemsMax)) {
      Asked<T> next = waiting.poll();
      taken.add(next);
      items.addAll(next.items);
    }
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
    Deque<Asked<T>> dropped = waiting;
    waiting = new ArrayDeque<>();
    dropped.forEach(asked -> asked.end(Outcome.refused(refusal)));
  }
}
