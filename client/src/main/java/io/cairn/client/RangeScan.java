package io.cairn.client;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * The keys of a range at one revision, read page by page while they are iterated; in memory is one page. Each iteration reads
 * anew, at the revision of the first. For one thread.
 */
public final class RangeScan implements Iterable<KeyValue> {

  private static final long PAGE_KEYS = 1_000;

  private final KvClient client;
  private final KeyRange range;
  private final RangeOptions options;
  private long revision;
  private boolean more;

  RangeScan(KvClient client, KeyRange range, RangeOptions options) {
    if (options.show() == RangeOptions.Show.COUNT_ONLY) {
      throw new IllegalArgumentException("a scan returns keys; to count them use range");
    }
    this.client = client;
    this.range = range;
    this.options = options;
    this.revision = options.revision();
  }

  /** The revision all keys are shown at; 0 before the first page was read, when none was asked for. */
  public long revision() {
    return revision;
  }

  /** Whether the limit left keys of the range out; known once the last key was iterated. */
  public boolean more() {
    return more;
  }

  /** @return an iterator whose methods throw {@link KvException} when a page cannot be read */
  @Override
  public Iterator<KeyValue> iterator() {
    return new Pages();
  }

  private final class Pages implements Iterator<KeyValue> {
    private List<KeyValue> page = List.of();
    private int index;
    private ByteSeq from = range.start();
    private boolean goesOn = true;
    private long pageKeys = PAGE_KEYS;
    /** How many keys the caller's limit still allows. */
    private long left = options.limit() == 0 ? Long.MAX_VALUE : options.limit();

    @Override
    public boolean hasNext() {
      while (index == page.size() && goesOn && left > 0) {
        read();
      }
      return index < page.size();
    }

    private void read() {
      RangeOptions asked = options.withRevision(revision).withLimit(Math.min(pageKeys, left));
      RangeResult result;
      try {
        result = client.range(new KeyRange(from, range.end()), asked);
      } catch (RefusedException e) {
        if (e.code() == RefusedCode.ANSWER_TOO_LARGE && pageKeys > 1) {
          pageKeys = Math.max(1, pageKeys / 16); // Large values: fewer of them fill a page.
          return;
        }
        throw e;
      }
      revision = result.revision();
      page = result.keyValues();
      index = 0;
      more = result.more();
      goesOn = more && !page.isEmpty();
      left -= page.size();
      if (!page.isEmpty()) {
        from = KeyRange.firstAfter(page.get(page.size() - 1).key());
      }
    }

    @Override
    public KeyValue next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return page.get(index++);
    }
  }
}
