package io.cairn.simulator.engine;

import io.cairn.storage.engine.EngineCursor;
import java.util.Arrays;

/** Walks one version of one family between two keys. */
final class SimEngineCursor implements EngineCursor {
  private static final byte[] FIRST = new byte[0];

  private final OrderedBytes map;
  private final byte[] start;
  private final byte[] end;
  private OrderedBytes at;

  SimEngineCursor(OrderedBytes map, byte[] start, byte[] end) {
    this.map = map;
    this.start = start == null ? FIRST : start.clone();
    this.end = end == null ? null : end.clone();
    seek(this.start);
  }

  @Override
  public boolean valid() {
    return at != null;
  }

  @Override
  public byte[] key() {
    return entry().key.clone();
  }

  @Override
  public byte[] value() {
    return entry().value.clone();
  }

  @Override
  public void next() {
    at = within(OrderedBytes.higher(map, entry().key));
  }

  @Override
  public void previous() {
    at = within(OrderedBytes.lower(map, entry().key));
  }

  @Override
  public void seek(byte[] key) {
    at = within(OrderedBytes.ceiling(map, Arrays.compareUnsigned(key, start) < 0 ? start : key));
  }

  @Override
  public void seekToLast() {
    at = within(OrderedBytes.lower(map, end));
  }

  @Override
  public void close() {
    at = null;
  }

  private OrderedBytes entry() {
    if (at == null) {
      throw new IllegalStateException("the cursor is not on a key");
    }
    return at;
  }

  private OrderedBytes within(OrderedBytes entry) {
    boolean inside = entry != null && Arrays.compareUnsigned(entry.key, start) >= 0
        && (end == null || Arrays.compareUnsigned(entry.key, end) < 0);
    return inside ? entry : null;
  }
}
