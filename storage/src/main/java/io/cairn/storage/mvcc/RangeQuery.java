package io.cairn.storage.mvcc;

/**
 * A read of keys in {@code [start, end)}, page by page.
 *
 * @param end null for no upper bound
 * @param revision 0 for the newest, else as of that revision
 * @param limit most keys to return; 0 for no limit of keys
 * @param bytesMax the page ends once this many bytes of keys and values are in it (at least one key is)
 * @param bytesLeft what the whole answer may still take of keys and values: a key that would not fit ends it, like a limit
 * @param begun whether earlier pages have put keys into the answer; while they have not, one key is returned however large
 * @param keysOnly values are left out
 * @param countOnly nothing but the count is made
 * @param reverse from the last key of the range to its first
 * @param stepsMax most keys to look at, whether they lived at the revision or not: then the page ends, be it empty
 */
public record RangeQuery(byte[] start, byte[] end, long revision, long limit, long bytesMax, long bytesLeft, boolean begun,
    boolean keysOnly, boolean countOnly, boolean reverse, int stepsMax) {

  /** Enough to make a page's own costs small, and few enough that whoever waits for the reading thread waits for milliseconds. */
  public static final int STEPS_MAX = 8_192;

  /** In the order of keys, with no bound on the bytes of the whole answer. */
  public RangeQuery(byte[] start, byte[] end, long revision, long limit, long bytesMax, boolean keysOnly, boolean countOnly) {
    this(start, end, revision, limit, bytesMax, Long.MAX_VALUE, false, keysOnly, countOnly, false, STEPS_MAX);
  }

  public RangeQuery reversed() {
    return new RangeQuery(start, end, revision, limit, bytesMax, bytesLeft, begun, keysOnly, countOnly, true, stepsMax);
  }

  public RangeQuery withBytesLeft(long left, boolean answerBegun) {
    return new RangeQuery(start, end, revision, limit, bytesMax, left, answerBegun, keysOnly, countOnly, reverse, stepsMax);
  }

  public RangeQuery withStepsMax(int most) {
    return new RangeQuery(start, end, revision, limit, bytesMax, bytesLeft, begun, keysOnly, countOnly, reverse, most);
  }
}
