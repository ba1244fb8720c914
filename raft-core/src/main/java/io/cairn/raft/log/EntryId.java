package io.cairn.raft.log;

/** Names an entry for ever: no two entries of one shard have the same term and index (Raft, section 5.3). */
public record EntryId(long term, long index) implements Comparable<EntryId> {

  /** What stands before the first entry. */
  public static final EntryId ZERO = new EntryId(0, 0);

  public EntryId {
    if (term < 0 || index < 0) {
      throw new IllegalArgumentException("term " + term + " and index " + index + " must not be negative");
    }
  }

  /** Greater means "more up to date" (section 5.4.1): the later term wins, then the longer log. */
  @Override
  public int compareTo(EntryId other) {
    int byTerm = Long.compare(term, other.term);
    return byTerm != 0 ? byTerm : Long.compare(index, other.index);
  }

  @Override
  public String toString() {
    return term + "/" + index;
  }
}
