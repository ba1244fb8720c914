package io.cairn.raft.log;

/**
 * What a crash must not forget (Raft, figure 2: persistent state). {@code vote} is a replica id, 0 for none.
 * {@code commit} may lag behind what was committed; it never runs ahead.
 */
public record HardState(long term, long vote, long commit) {

  public static final HardState INITIAL = new HardState(0, 0, 0);

  public HardState {
    if (term < 0 || vote < 0 || commit < 0) {
      throw new IllegalArgumentException("term " + term + ", vote " + vote + " and commit " + commit + " must not be negative");
    }
  }
}
