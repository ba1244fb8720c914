package io.cairn.raft;

/** Something that Raft promises does not hold. It is not caught and gone on from: the node stops, with these values in its log. */
public final class InvariantBroken extends RuntimeException {

  public InvariantBroken(String message) {
    super(message);
  }
}
