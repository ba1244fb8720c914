package io.cairn.raft;

/** Something that is claimed to hold always does not. It is not caught and gone on from: the node stops, with these values in its log. */
public final class InvariantBroken extends IllegalStateException {

  public InvariantBroken(String message) {
    super(message);
  }
}
