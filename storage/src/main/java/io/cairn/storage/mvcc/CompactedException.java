package io.cairn.storage.mvcc;

/** The revision asked for is below the oldest one that is kept. */
public final class CompactedException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final long oldest;

  public CompactedException(long asked, long oldest) {
    super("revision " + asked + " is compacted, the oldest one kept is " + oldest);
    this.oldest = oldest;
  }

  public long oldest() {
    return oldest;
  }
}
