package io.cairn.simulator.oracle;

import io.cairn.raft.log.EntryId;
import java.util.Arrays;

/** A replica's log as far as the oracle needs it: the term at each index. */
final class TermLog {
  private long base;
  private long baseTerm;
  private long[] terms = new long[64];
  private int size;

  long base() {
    return base;
  }

  long last() {
    return base + size;
  }

  EntryId lastId() {
    return new EntryId(term(last()), last());
  }

  /** The term at an index; -1 when that lies before the base or behind the last. */
  long term(long index) {
    if (index == base) {
      return baseTerm;
    }
    return index < base || index > last() ? -1 : terms[(int) (index - base) - 1];
  }

  /** Puts an entry at {@code index}; it replaces the one there and all after it. */
  void put(long index, long term) {
    if (index <= base || index > last() + 1) {
      throw new IllegalStateException("an entry at " + index + " does not follow a log of " + base + " to " + last());
    }
    size = (int) (index - base) - 1;
    if (size == terms.length) {
      terms = Arrays.copyOf(terms, 2 * size);
    }
    terms[size++] = term;
  }

  void restart(EntryId at) {
    base = at.index();
    baseTerm = at.term();
    size = 0;
  }

  TermLog copy() {
    TermLog copy = new TermLog();
    copy.base = base;
    copy.baseTerm = baseTerm;
    copy.terms = terms.clone();
    copy.size = size;
    return copy;
  }
}
