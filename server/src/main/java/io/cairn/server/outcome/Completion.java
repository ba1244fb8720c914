package io.cairn.server.outcome;

/** Hears the end of a request, exactly once. */
@FunctionalInterface
public interface Completion<T> {

  void complete(Outcome<T> outcome);

  default void done(T value) {
    complete(Outcome.done(value));
  }

  default void refused(Refusal refusal) {
    complete(Outcome.refused(refusal));
  }

  default void unknown(String message) {
    complete(Outcome.unknown(message));
  }
}
