package io.cairn.server.testing;

import io.cairn.server.outcome.Completion;
import io.cairn.server.outcome.Outcome;
import io.cairn.server.outcome.Refusal;

/** Keeps how a request ended, and does not let it end twice. */
public final class Outcomes<T> implements Completion<T> {
  private Outcome<T> outcome;

  @Override
  public void complete(Outcome<T> ended) {
    if (outcome != null) {
      throw new AssertionError("ended twice: " + outcome + ", then " + ended);
    }
    outcome = ended;
  }

  public boolean open() {
    return outcome == null;
  }

  public T value() {
    if (outcome instanceof Outcome.Done<T>(var value)) {
      return value;
    }
    throw new AssertionError("not done: " + outcome);
  }

  public Refusal refusal() {
    if (outcome instanceof Outcome.Refused<T>(var refusal)) {
      return refusal;
    }
    throw new AssertionError("not refused: " + outcome);
  }

  public boolean isUnknown() {
    return outcome instanceof Outcome.Unknown<T>;
  }

  public boolean isDone() {
    return outcome instanceof Outcome.Done<T>;
  }

  @Override
  public String toString() {
    return String.valueOf(outcome);
  }
}
