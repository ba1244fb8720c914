package io.cairn.client;

import java.util.List;

/**
 * What became of a delete range. Each part was deleted at once, at its own revision; there is one part unless
 * {@link DeleteRangeOptions#withParts()} allowed more.
 *
 * @param parts in order of keys; together they cover the range
 */
public record DeleteRangeResult(List<Part> parts) {

  public DeleteRangeResult {
    parts = List.copyOf(parts);
  }

  /** How many keys were deleted. */
  public long deleted() {
    long sum = 0;
    for (Part part : parts) {
      sum += part.deleted();
    }
    return sum;
  }

  /** The highest revision of the parts. */
  public long revision() {
    long highest = 0;
    for (Part part : parts) {
      highest = Math.max(highest, part.revision());
    }
    return highest;
  }

  /** What was deleted, in the order of keys, when {@link DeleteRangeOptions#withPrevious()} asked for it. */
  public List<KeyValue> previous() {
    return parts.stream().flatMap(part -> part.previous().stream()).toList();
  }

  /** The share of one shard. */
  public record Part(KeyRange range, long revision, long deleted, List<KeyValue> previous) {

    public Part {
      previous = List.copyOf(previous);
    }
  }
}
