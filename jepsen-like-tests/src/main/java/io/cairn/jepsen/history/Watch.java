package io.cairn.jepsen.history;

import java.util.List;

/** A watch and all that it was given, in the order in which it was given. */
public record Watch(Event.Opened opened, List<Event> given) {

  public Watch {
    given = List.copyOf(given);
  }

  public WatchSpec spec() {
    return opened.spec();
  }

  @Override
  public String toString() {
    return "watch " + opened.watch() + " [" + spec().start() + ", " + spec().end() + ") from "
        + (spec().from() == 0 ? "now" : Long.toString(spec().from()));
  }
}
