package io.cairn.server.members;

/**
 * What a shard says when it is asked to take a step.
 *
 * @param reason why it is not taken; for a person
 */
public record StepAnswer(Kind kind, String reason) {

  /** How it stands. */
  public enum Kind {
    /** The shard is where the step wants it: committed, and by an entry of its present leader's term or before it. */
    TAKEN,
    /** Not now; asked again it may be. Whether anything was begun is not known. */
    WAIT,
    /** It would lose the quorum, or make a voter of a learner that lags. Nothing was begun. */
    REFUSED
  }

  public static final StepAnswer TAKEN = new StepAnswer(Kind.TAKEN, "");

  public static StepAnswer waiting(String reason) {
    return new StepAnswer(Kind.WAIT, reason);
  }

  public static StepAnswer refused(String reason) {
    return new StepAnswer(Kind.REFUSED, reason);
  }
}
