package io.cairn.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.concurrent.CompletionStage;
import java.util.function.LongFunction;

/** Measures what an event does to requests that are due at a steady rate: before it, and while it lasts, several times in turn. */
final class EventRun {
  /** A command that has not ended so long after its measuring is taken for hung. */
  private static final long HUNG_SECONDS = 600;
  private static final double LOOK_SECONDS = 1;

  private final LongFunction<CompletionStage<?>> request;
  private final int inFlight;
  private final double rate;
  private final String preparation;
  private final String command;
  private final boolean waits;

  /**
   * @param preparation a command done before each round; null for none
   * @param waits whether the command is begun with the time before the event, and waits for the event by itself
   */
  EventRun(LongFunction<CompletionStage<?>> request, int inFlight, double rate, String preparation, String command, boolean waits) {
    this.waits = waits;
    this.preparation = preparation;
    this.request = request;
    this.inFlight = inFlight;
    this.rate = rate;
    this.command = command;
  }

  /** Prints a line for each round and one for all; the exit status is not 0 when the event's was not. */
  int run(long first, int rounds, double secondsBefore, double secondsDuring) throws IOException, InterruptedException {
    var done = new ArrayList<Ratios.Round>();
    long next = first;
    for (int round = 1; round <= rounds; round++) {
      if (preparation != null && !isPrepared()) {
        return 1;
      }
      var before = new Load(request, inFlight, rate);
      var during = new Load(request, inFlight, rate);
      Event event = waits ? Event.start(command) : null;
      try {
        next = before.run(next, secondsBefore);
        event = waits ? event : Event.start(command);
        next = during.run(next, secondsDuring);
        for (int look = 0; look < HUNG_SECONDS && !event.awaitEnd(0); look++) {
          next = during.run(next, LOOK_SECONDS);
        }
        if (!isWell(event, "the event", command)) {
          return 1;
        }
      } finally {
        if (event != null) {
          event.close();
        }
      }
      done.add(new Ratios.Round(before.figures(secondsBefore, 0), during.figures(secondsDuring, 0)));
      System.out.println(done.getLast().line(round));
    }
    System.out.println(new Ratios(done).line());
    return 0;
  }

  private boolean isPrepared() throws IOException, InterruptedException {
    try (Event event = Event.start(preparation)) {
      event.awaitEnd(HUNG_SECONDS);
      return isWell(event, "what is done before the event", preparation);
    }
  }

  private static boolean isWell(Event event, String what, String command) throws InterruptedException {
    boolean ended = event.awaitEnd(0);
    if (ended && event.status() == 0) {
      return true;
    }
    System.err.println("bench: " + what + (ended ? " ended with status " + event.status() : " has not ended") + ": " + command);
    return false;
  }
}
