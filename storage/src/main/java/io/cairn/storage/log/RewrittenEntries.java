package io.cairn.storage.log;

import io.cairn.raft.log.EntryId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Entries that clean-up wrote again, of segments that are gone.
 *
 * <p>Each was copied after the oldest segment that is left was begun, since segments go in their order, and was part of its replica's log
 * then; its write number says that it was so before that segment, too. So all copies of a replica are of <em>one</em> log: the one that
 * the oldest table tells the end of. What was cut off it since was not copied, which leaves holes; no copy contradicts another.
 */
final class RewrittenEntries {
  /** By the first index; of copies with the same one the longest. */
  private final Map<ReplicaKey, TreeMap<Long, LogRecord.EntriesPart>> copies = new TreeMap<>();

  private RewrittenEntries() {}

  /**
   * @param records in the order in which they were copied
   * @param oldestWrite first write number of the oldest segment that is left: what has that or a higher one stands there in its first writing
   */
  static RewrittenEntries of(Collection<LogRecord> records, long oldestWrite) {
    var rewritten = new RewrittenEntries();
    for (LogRecord record : records) {
      for (LogRecord.Part part : record.parts()) {
        if (record.write() < oldestWrite && part instanceof LogRecord.EntriesPart entries) {
          rewritten.add(entries);
        }
      }
    }
    return rewritten;
  }

  private void add(LogRecord.EntriesPart part) {
    copies.computeIfAbsent(part.replica(), key -> new TreeMap<>())
        .merge(part.first(), part, (before, now) -> now.terms().length >= before.terms().length ? now : before);
  }

  /**
   * The copies that follow one another up to this entry, which is the last of them, cut where they overlap. Empty when there is none of it.
   *
   * @throws IllegalArgumentException when copies say different things of one entry
   */
  List<LogRecord.EntriesPart> endingWith(ReplicaKey replica, EntryId last) {
    TreeMap<Long, LogRecord.EntriesPart> of = copies.get(replica);
    var pieces = new ArrayDeque<LogRecord.EntriesPart>();
    EntryId due = last;
    LogRecord.EntriesPart part = of == null ? null : covering(of, due.index());
    while (part != null) {
      int count = (int) (due.index() - part.first() + 1);
      if (part.terms()[count - 1] != due.term()) {
        throw new IllegalArgumentException("of " + replica + " entry " + due.index() + " was written again with term " + part.terms()[count - 1]
            + ", where the log has " + due);
      }
      pieces.addFirst(cut(part, count));
      due = new EntryId(part.termBefore(), part.first() - 1);
      part = covering(of, due.index());
    }
    return new ArrayList<>(pieces);
  }

  private static LogRecord.EntriesPart covering(TreeMap<Long, LogRecord.EntriesPart> of, long index) {
    Map.Entry<Long, LogRecord.EntriesPart> at = of.floorEntry(index);
    while (at != null && at.getKey() + at.getValue().terms().length <= index) {
      at = of.lowerEntry(at.getKey()); // A longer one may begin further ahead: clean-up was cut short, and began anew.
    }
    return at == null ? null : at.getValue();
  }

  private static LogRecord.EntriesPart cut(LogRecord.EntriesPart part, int count) {
    return count == part.terms().length ? part : new LogRecord.EntriesPart(part.replica(), part.first(), part.termBefore(),
        Arrays.copyOf(part.terms(), count), part.offsets() == null ? null : Arrays.copyOf(part.offsets(), count),
        part.payloadBytes() == null ? null : Arrays.copyOf(part.payloadBytes(), count), part.segment());
  }
}
