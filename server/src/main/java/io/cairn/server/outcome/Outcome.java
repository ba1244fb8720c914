package io.cairn.server.outcome;

/** How a request ended, as the one who asked must understand it. */
public sealed interface Outcome<T> {

  /** It happened. */
  record Done<T>(T value) implements Outcome<T> {}

  /** It had no effect and never will. */
  record Refused<T>(Refusal refusal) implements Outcome<T> {}

  /** It may have happened, or may still happen: the command was proposed and its fate is not known here. */
  record Unknown<T>(String message) implements Outcome<T> {}

  static <T> Outcome<T> done(T value) {
    return new Done<>(value);
  }

  static <T> Outcome<T> refused(Refusal refusal) {
    return new Refused<>(refusal);
  }

  static <T> Outcome<T> unknown(String message) {
    return new Unknown<>(message);
  }
}
