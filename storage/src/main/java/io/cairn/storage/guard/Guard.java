package io.cairn.storage.guard;

/**
 * What a write asks for to be done at all: that a lease may still be used in its shard, or that a subject still stands.
 *
 * @param lease 0 when it is a subject
 * @param subject null when it is a lease
 */
public record Guard(long lease, Subject subject) {

  public static Guard of(long lease) {
    return new Guard(lease, null);
  }

  public static Guard of(Subject subject) {
    return new Guard(0, subject);
  }
}
