package io.cairn.server.watch;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/** What the rings of some shards hold between two revisions, both included, in the order of revisions. To be gone through at once. */
final class Merge implements Iterable<FeedEvent> {
  private final List<List<FeedEvent>> lists;

  Merge(List<ShardTail> tails, long from, long to) {
    lists = tails.stream().map(tail -> tail.ring().between(from, to)).toList();
  }

  @Override
  public Iterator<FeedEvent> iterator() {
    if (lists.size() == 1) {
      return lists.getFirst().iterator();
    }
    int[] at = new int[lists.size()];
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return first() >= 0;
      }

      @Override
      public FeedEvent next() {
        int list = first();
        if (list < 0) {
          throw new NoSuchElementException();
        }
        return lists.get(list).get(at[list]++);
      }

      private int first() {
        int first = -1;
        for (int i = 0; i < at.length; i++) {
          if (at[i] < lists.get(i).size() && (first < 0 || revision(i) < revision(first))) {
            first = i;
          }
        }
        return first;
      }

      private long revision(int list) {
        return lists.get(list).get(at[list]).revision();
      }
    };
  }
}
