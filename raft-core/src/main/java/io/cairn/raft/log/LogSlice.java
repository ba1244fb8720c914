package io.cairn.raft.log;

import java.util.List;

/**
 * Entries that follow a known one without a gap. The constructor proves it, so whoever holds a slice need not ask again: a
 * message with a hole in it never reaches a log (RC-12).
 */
public record LogSlice(EntryId previous, List<Entry> entries) {

  /** @throws IllegalArgumentException when the entries do not follow {@code previous} one by one, or a term goes down */
  public LogSlice {
    long index = previous.index();
    long term = previous.term();
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      if (entry.index() != index + 1 || entry.term() < term) {
        throw new IllegalArgumentException("entry " + entry.id() + " does not follow " + term + "/" + index);
      }
      index = entry.index();
      term = entry.term();
    }
  }

  public EntryId last() {
    return entries.isEmpty() ? previous : entries.getLast().id();
  }

  public boolean isEmpty() {
    return entries.isEmpty();
  }

  /** The part after {@code entry}, which the slice covers. */
  public LogSlice after(EntryId entry) {
    return new LogSlice(entry, entries.subList((int) (entry.index() - previous.index()), entries.size()));
  }
}
