package io.cairn.storage.mvcc;

import io.cairn.storage.StorageFailure;
import io.cairn.storage.bytes.BytesIn;
import io.cairn.storage.bytes.BytesOut;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The prefixes of a store for which no history is kept, or was not until some revision. Part of what the store means, set by entries
 * alone. Immutable.
 *
 * <p>Under such a prefix events are written as everywhere, so that a watch of now is fed and a range that is being read page by page ends as
 * it began; but nobody may ask for the past by name, and each node removes the events in its own time ({@code SpaceKeeper}). So whether such
 * an event is still there means nothing, and no hash looks at it.
 */
public final class HistoryRules {
  /** The most prefixes at a time. */
  public static final int MAX = 1_000;
  static final String RECORD = "history-rules";
  static final HistoryRules NONE = new HistoryRules(List.of());

  /**
   * @param until the revision from which on history is kept again; 0 while it is not
   */
  private record Rule(byte[] prefix, long until) {
    boolean covers(byte[] key) {
      return key.length >= prefix.length && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }

    boolean meets(byte[] start, byte[] end) {
      byte[] behind = KeyBounds.prefixEnd(prefix);
      return (end == null || Arrays.compareUnsigned(prefix, end) < 0) && (behind == null || Arrays.compareUnsigned(start, behind) < 0);
    }
  }

  private final List<Rule> rules;

  private HistoryRules(List<Rule> rules) {
    this.rules = rules;
  }

  public boolean isEmpty() {
    return rules.isEmpty();
  }

  /** The prefixes for which no history is kept now, in the order in which that was said. */
  public List<byte[]> off() {
    return rules.stream().filter(rule -> rule.until == 0).map(Rule::prefix).toList();
  }

  /** Whether history of the key is not kept now. */
  boolean isOff(byte[] key) {
    return rules.stream().anyMatch(rule -> rule.until == 0 && rule.covers(key));
  }

  /** Whether the event may have been removed: it is as if it was. */
  boolean isGone(byte[] key, long revision) {
    return rules.stream().anyMatch(rule -> (rule.until == 0 || revision <= rule.until) && rule.covers(key));
  }

  /** Below this nobody may ask for the key's past by name; {@code newest} where none of it is kept. */
  long floor(byte[] key, long newest) {
    long floor = 0;
    for (Rule rule : rules) {
      if (rule.covers(key)) {
        floor = Math.max(floor, rule.until == 0 ? newest : rule.until);
      }
    }
    return floor;
  }

  /** The same of all keys of a range; null as end for no bound. */
  long floor(byte[] start, byte[] end, long newest) {
    long floor = 0;
    for (Rule rule : rules) {
      if (rule.meets(start, end)) {
        floor = Math.max(floor, rule.until == 0 ? newest : rule.until);
      }
    }
    return floor;
  }

  /** @param revision the last one of the store */
  HistoryRules after(byte[] prefix, boolean keeps, long revision) {
    var next = new ArrayList<Rule>();
    boolean was = false;
    for (Rule rule : rules) {
      boolean same = Arrays.equals(rule.prefix, prefix);
      was |= same && rule.until == 0;
      if (!same) {
        next.add(rule);
      } else if (keeps) {
        next.add(rule.until == 0 ? new Rule(prefix, revision) : rule);
      }
    }
    if (!keeps) {
      next.add(new Rule(prefix, 0));
    }
    return was == !keeps ? this : new HistoryRules(List.copyOf(next));
  }

  /** What is over by the compaction revision is refused by that. */
  HistoryRules compacted(long to) {
    return rules.stream().noneMatch(rule -> rule.until > 0 && rule.until <= to) ? this
        : new HistoryRules(rules.stream().filter(rule -> rule.until == 0 || rule.until > to).toList());
  }

  byte[] encode() {
    var out = new BytesOut(64).int8(1).varint(rules.size());
    rules.forEach(rule -> out.sized(rule.prefix).varint(rule.until));
    return out.toArray();
  }

  static HistoryRules decode(byte[] stored) {
    if (stored == null) {
      return NONE;
    }
    var in = new BytesIn(stored);
    int format = in.int8();
    if (format != 1) {
      throw new StorageFailure(StorageFailure.Kind.NEWER_FORMAT,
          "the rules of history have format " + format + ", this version reads 1");
    }
    var rules = new ArrayList<Rule>();
    for (int left = in.count(); left > 0; left--) {
      rules.add(new Rule(in.sized(), in.varint()));
    }
    return new HistoryRules(List.copyOf(rules));
  }
}
