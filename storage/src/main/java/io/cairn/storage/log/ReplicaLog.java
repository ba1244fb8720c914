package io.cairn.storage.log;

import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.HardState;
import io.cairn.raft.log.StableLog;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Where one replica's entries lie, and its hard state.
 *
 * <p>The log's loop <em>stages</em> a write here, and <em>publishes</em> it once it is durable: one volatile store of a new
 * {@link Picture}. Readers take the picture once and then see an unchanging log. Slots behind a picture's last entry may be
 * filled while it is in use; slots within it never change: an overwrite copies the chunk it touches. So readers need no lock,
 * and an append allocates one small object.
 */
final class ReplicaLog implements StableLog {
  private static final int CHUNK_SHIFT = 8;
  private static final int CHUNK_SLOTS = 1 << CHUNK_SHIFT;
  /** Of an entry that stands in a record of its own, besides its payload. */
  private static final int COST_OF_AN_ENTRY =
      OnDiskFormat.RECORD_HEADER_BYTES + OnDiskFormat.ENTRIES_HEADER_BYTES + OnDiskFormat.ENTRY_HEADER_BYTES;

  /** Entries side by side. {@code cached} slots are emptied at any time; a reader that finds one empty reads the file. */
  private record Chunk(long[] terms, Segment[] segments, int[] offsets, int[] payloadBytes, Entry[] cached) {
    Chunk() {
      this(new long[CHUNK_SLOTS], new Segment[CHUNK_SLOTS], new int[CHUNK_SLOTS], new int[CHUNK_SLOTS], new Entry[CHUNK_SLOTS]);
    }

    Chunk copy() {
      return new Chunk(terms.clone(), segments.clone(), offsets.clone(), payloadBytes.clone(), cached.clone());
    }
  }

  /**
   * The log at one moment.
   *
   * @param kept first index that can still be read; at most base + 1. Entries up to the base stay readable for a round of
   *     cleaning, so that a reader that has just looked at the base does not lose its footing
   * @param origin index of the first slot of the first chunk
   */
  private record Picture(EntryId base, EntryId last, long kept, long origin, Chunk[] chunks) {
    Chunk chunk(long index) {
      return chunks[(int) ((index - origin) >>> CHUNK_SHIFT)];
    }

    int slot(long index) {
      return (int) (index - origin) & (CHUNK_SLOTS - 1);
    }
  }

  /** The entries of this replica that lie in one segment, overwritten ones left out. */
  static final class Span {
    final Segment segment;
    final long first;
    long last;
    /** What its entries would take at most if they were written again ({@link #cost}). */
    private long cost;

    Span(Segment segment, long first, long last) {
      this.segment = segment;
      this.first = first;
      this.last = last;
    }
  }

  final ReplicaKey replica;
  private volatile Picture picture = new Picture(EntryId.ZERO, EntryId.ZERO, 1, 1, new Chunk[0]);
  private volatile HardState hardState = HardState.INITIAL;
  /** Whether anything was ever written for this replica. */
  private volatile boolean written;

  // What is staged; the log's loop alone.
  private EntryId stagedBase = EntryId.ZERO;
  private EntryId stagedLast = EntryId.ZERO;
  private HardState stagedState = HardState.INITIAL;
  private long stagedKept = 1;
  private long origin = 1;
  private Chunk[] chunks = new Chunk[0];
  private final ArrayDeque<Span> spans = new ArrayDeque<>();

  /** What {@code clean} was told last; nothing may go before it was told. */
  LogFloor floor;

  ReplicaLog(ReplicaKey replica) {
    this.replica = replica;
    this.floor = new LogFloor(replica, 0, 0);
  }

  // ---- read from any loop ----

  boolean isWritten() {
    return written;
  }

  HardState hardState() {
    return hardState;
  }

  @Override
  public EntryId base() {
    return picture.base;
  }

  @Override
  public EntryId last() {
    return picture.last;
  }

  @Override
  public long term(long index) {
    Picture now = picture;
    if (index == now.base.index()) {
      return now.base.term();
    }
    return index < now.base.index() || index > now.last.index() ? -1 : now.chunk(index).terms[now.slot(index)];
  }

  @Override
  public List<Entry> entries(long from, long to, long maxBytes) {
    Picture now = picture;
    if (from < now.kept || from > now.last.index()) {
      throw new IllegalArgumentException("entry " + from + " of " + replica + " is not in the log, which holds "
          + (now.base.index() + 1) + " to " + now.last.index());
    }
    long end = Math.min(to, now.last.index());
    List<Entry> entries = new ArrayList<>((int) Math.min(16, Math.max(1, end - from + 1)));
    long bytes = 0;
    for (long index = from; index == from || index <= end; index++) {
      entries.add(read(now, index));
      bytes += entries.getLast().sizeBytes();
      if (bytes >= maxBytes) {
        break;
      }
    }
    return entries;
  }

  private Entry read(Picture now, long index) {
    Chunk chunk = now.chunk(index);
    int slot = now.slot(index);
    Entry cached = chunk.cached[slot];
    if (cached != null) {
      return cached;
    }
    try {
      return chunk.segments[slot].readEntry(
          Integer.toUnsignedLong(chunk.offsets[slot]), chunk.payloadBytes[slot], chunk.terms[slot], index);
    } catch (IllegalArgumentException released) {
      Picture newer = picture;
      if (index < newer.kept || index > newer.last.index() || newer.chunk(index) == chunk
          || newer.chunk(index).terms[newer.slot(index)] != chunk.terms[slot]) {
        throw released;
      }
      return read(newer, index); // It was written again further on meanwhile.
    }
  }

  // ---- staged and published by the log's loop ----

  EntryId stagedBase() {
    return stagedBase;
  }

  EntryId stagedLast() {
    return stagedLast;
  }

  HardState stagedState() {
    return stagedState;
  }

  long stagedTerm(long index) {
    return index == stagedBase.index() ? stagedBase.term()
        : chunks[(int) ((index - origin) >>> CHUNK_SHIFT)].terms[(int) (index - origin) & (CHUNK_SLOTS - 1)];
  }

  void publish() {
    hardState = stagedState;
    picture = new Picture(stagedBase, stagedLast, stagedKept, origin, chunks);
    written = true;
  }

  void stage(HardState state) {
    stagedState = state;
  }

  /** Drops everything; the log goes on after {@code base}. */
  void stageRestart(EntryId base) {
    stagedBase = base;
    stagedLast = base;
    stagedKept = base.index() + 1;
    origin = base.index() + 1;
    chunks = new Chunk[0];
    spans.clear();
  }

  /** Drops the entries from {@code index} on. */
  void stageTruncate(long index) {
    if (index > stagedLast.index()) {
      return;
    }
    EntryId newLast = new EntryId(stagedTerm(index - 1), index - 1);
    while (!spans.isEmpty() && spans.getLast().first >= index) {
      spans.removeLast();
    }
    if (!spans.isEmpty() && spans.getLast().last >= index) {
      Span cut = spans.getLast();
      cut.cost -= cost(index, cut.last);
      cut.last = index - 1;
    }
    int chunk = (int) ((index - origin) >>> CHUNK_SHIFT);
    chunks = chunks.clone();
    chunks[chunk] = chunks[chunk].copy();
    Arrays.fill(chunks, chunk + 1, chunks.length, null);
    stagedLast = newLast;
  }

  /** Adds the entry after the last. {@code cached} may be null. */
  void stageEntry(long term, int payloadBytes, Segment segment, long offset, Entry cached) {
    long index = stagedLast.index() + 1;
    int at = (int) ((index - origin) >>> CHUNK_SHIFT);
    if (at >= chunks.length) {
      chunks = Arrays.copyOf(chunks, Math.max(1, chunks.length * 2));
    }
    if (chunks[at] == null) {
      chunks[at] = new Chunk();
    }
    int slot = (int) (index - origin) & (CHUNK_SLOTS - 1);
    Chunk chunk = chunks[at];
    chunk.terms[slot] = term;
    chunk.segments[slot] = segment;
    chunk.offsets[slot] = (int) offset;
    chunk.payloadBytes[slot] = payloadBytes;
    chunk.cached[slot] = cached;
    stagedLast = new EntryId(term, index);
    Span span = spans.peekLast();
    if (span == null || span.segment != segment) {
      span = new Span(segment, index, index);
      spans.addLast(span);
    }
    span.last = index;
    span.cost += COST_OF_AN_ENTRY + payloadBytes;
  }

  // ---- cleaning

  /** The highest index of which the entry lies in {@code segment}, 0 when none does. */
  long lastIn(Segment segment) {
    for (var newest = spans.descendingIterator(); newest.hasNext();) {
      Span span = newest.next();
      if (span.segment == segment) {
        return span.last;
      }
    }
    return 0;
  }

  /** Whether the entry lies there, and has not been cut off, dropped, or written again further on. */
  boolean liesAt(long index, Segment segment, long offset) {
    if (index <= stagedBase.index() || index > stagedLast.index()) {
      return false;
    }
    Chunk chunk = chunks[(int) ((index - origin) >>> CHUNK_SHIFT)];
    int slot = (int) (index - origin) & (CHUNK_SLOTS - 1);
    return chunk.segments[slot] == segment && chunk.offsets[slot] == (int) offset;
  }

  /** What the entries above the index would take at most if all of them were written again, in bytes of data. */
  long costAbove(long index) {
    long cost = 0;
    for (Span span : spans) {
      if (span.first > index) {
        cost += span.cost;
      } else if (span.last > index) {
        cost += cost(index + 1, span.last);
      }
    }
    return cost;
  }

  /** As {@link #costAbove}, of the entries in this segment alone. */
  long costIn(Segment segment, long above) {
    long cost = 0;
    for (Span span : spans) {
      if (span.segment == segment && span.last > above) {
        cost += span.first > above ? span.cost : cost(above + 1, span.last);
      }
    }
    return cost;
  }

  private long cost(long from, long to) {
    long cost = 0;
    for (long index = from; index <= to; index++) {
      Chunk chunk = chunks[(int) ((index - origin) >>> CHUNK_SHIFT)];
      cost += COST_OF_AN_ENTRY + chunk.payloadBytes[(int) (index - origin) & (CHUNK_SLOTS - 1)];
    }
    return cost;
  }

  /** The entries from {@code first} on, which were all in one segment, lie in another one now. */
  void stageMoved(long first, Segment to, long[] offsets) {
    chunks = chunks.clone();
    int copied = -1;
    for (int i = 0; i < offsets.length; i++) {
      int at = (int) ((first + i - origin) >>> CHUNK_SHIFT);
      if (at != copied) {
        chunks[at] = chunks[at].copy(); // Readers hold the old one.
        copied = at;
      }
      int slot = (int) (first + i - origin) & (CHUNK_SLOTS - 1);
      chunks[at].segments[slot] = to;
      chunks[at].offsets[slot] = (int) offsets[i];
    }
    long last = first + offsets.length - 1;
    List<Span> before = List.copyOf(spans);
    spans.clear();
    for (Span span : before) {
      if (span.last < first || span.first > last) {
        addSpan(span.segment, span.first, span.last, span.cost);
        continue;
      }
      addSpan(span.segment, span.first, first - 1);
      addSpan(to, Math.max(first, span.first), Math.min(last, span.last));
      addSpan(span.segment, last + 1, span.last);
    }
  }

  private void addSpan(Segment segment, long first, long last) {
    if (first <= last) {
      addSpan(segment, first, last, cost(first, last));
    }
  }

  private void addSpan(Segment segment, long first, long last, long cost) {
    Span before = spans.peekLast();
    if (before == null || before.segment != segment) {
      before = new Span(segment, first, last);
      spans.addLast(before);
    }
    before.last = last;
    before.cost += cost;
  }

  /** Moves the base up to the entry, the last one of its span; what is dropped stays readable until {@link #stageForget}. */
  void stageDropTo(long index) {
    while (!spans.isEmpty() && spans.getFirst().last <= index) {
      spans.removeFirst();
    }
    stagedBase = new EntryId(stagedTerm(index), index);
  }

  /** Lets go of the slots up to the base. Returns whether there were any. */
  boolean stageForget() {
    if (stagedKept == stagedBase.index() + 1) {
      return false;
    }
    stagedKept = stagedBase.index() + 1;
    int gone = (int) Math.min((stagedKept - origin) >>> CHUNK_SHIFT, chunks.length);
    if (gone > 0) {
      chunks = Arrays.copyOfRange(chunks, gone, chunks.length);
      origin += (long) gone << CHUNK_SHIFT;
    }
    return true;
  }

  /**
   * Empties the cache's slots of these entries, as far as they are still there: also of entries before the base, whose slots stay for as
   * long as their chunk has one that is needed.
   */
  void forgetCached(long first, long last) {
    long from = Math.max(first, origin);
    long to = Math.min(last, stagedLast.index());
    for (long index = from; index <= to; index++) {
      chunks[(int) ((index - origin) >>> CHUNK_SHIFT)].cached[(int) (index - origin) & (CHUNK_SLOTS - 1)] = null;
    }
  }
}
