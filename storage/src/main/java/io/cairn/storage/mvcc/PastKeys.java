package io.cairn.storage.mvcc;

import io.cairn.raft.Invariant;
import java.util.function.Predicate;

/** Keys as they were at a revision. */
final class PastKeys implements Keys {
  private static final long PAGE_BYTES = 1 << 18;

  private final ReadView view;
  private final long at;

  PastKeys(ReadView view, long at) {
    Invariant.check(at > 0, "a past revision is 1 or more, was %d", at);
    this.view = view;
    this.at = at;
  }

  @Override
  public Version get(byte[] key) {
    return view.get(key, at);
  }

  @Override
  public void each(byte[] start, byte[] end, boolean reverse, Predicate<Version> visit) {
    byte[] from = start;
    byte[] to = end;
    while (true) {
      var query = new RangeQuery(from, to, at, 0, PAGE_BYTES, false, false);
      RangePage page = view.range(reverse ? query.reversed() : query);
      for (Version version : page.versions()) {
        if (!visit.test(version)) {
          return;
        }
      }
      if (page.resume() == null) {
        return;
      }
      if (reverse) {
        to = page.resume();
      } else {
        from = page.resume();
      }
    }
  }
}
