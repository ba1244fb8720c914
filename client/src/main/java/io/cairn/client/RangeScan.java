package io.cairn.client;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * The keys of a range at one revision, read page by page while they are iterated; in memory is one page. Each iteration reads
 * anew, at the revision of the first. For one thread.
 */
public final class RangeScan implements Iterable<KeyValue> {

  /** Bound a page: small keys by their number, since each has its costs, large values by their bytes. */
  private static final long PAGE_KEYS = 1_000;
  private static final long PAGE_BYTES = 1 << 20;

  private final KvClient client;
  private final KeyRange range;
  private final RangeOptions options;
  private long revision;
  private boolean more;
  private Optional<ByteSeq> resume = Optional.empty();
  private Optional<Staleness> staleness = Optional.empty();

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

  /** Whether a limit left keys of the range out; known once the last key was iterated. */
  public boolean more() {
    return more;
  }

  /** Where to go on, when a limit left keys out; known once the last key was iterated. */
  public Optional<ByteSeq> resume() {
    return resume;
  }

  /** Of a serializable scan, as of the last page that was read. */
  public Optional<Staleness> staleness() {
    return staleness;
  }

  /** @return an iterator whose methods throw {@link KvException} when a page cannot be read */
  @Override
  public Iterator<KeyValue> iterator() {
    return new Pages();
  }

  private final class Pages implements Iterator<KeyValue> {
    private List<KeyValue> page = List.of();
    private int index;
    private boolean goesOn = true;
    /** What the next page is asked for with. */
    private RangeOptions next = options.resume().isPresent() ? options : options.withRevision(revision);
    /** How many keys the caller's limit still allows. */
    private long left = options.limit() == 0 ? Long.MAX_VALUE : options.limit();

    @Override
    public boolean hasNext() {
      while (index == page.size() && goesOn) {
        read();
      }
      return index < page.size();
    }

    private void read() {
      boolean ownLimit = options.bytesLimit() > 0;
      RangeResult result = client.range(range, next
          .withLimit(Math.min(PAGE_KEYS, left))
          .withBytesLimit(ownLimit ? options.bytesLimit() : PAGE_BYTES));
      revision = result.revision();
      staleness = result.staleness();
      page = result.keyValues();
      index = 0;
      more = result.more();
      resume = result.resume();
      left -= page.size();
      goesOn = more && left > 0 && resume.isPresent() && !ownLimit;
      if (goesOn) {
        next = next.withRevision(options.revision()).withResume(resume.get());
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
