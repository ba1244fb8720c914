package io.cairn.simulator.engine;

import java.util.Arrays;

/**
 * A persistent ordered map of bytes: a treap (Seidel, Aragon 1996) whose priorities are hashes of the keys, so that the same
 * content always has the same shape. A change copies the path to it and shares the rest; null is the empty map.
 */
final class OrderedBytes {
  final byte[] key;
  final byte[] value;
  private final int priority;
  private final OrderedBytes left;
  private final OrderedBytes right;
  private final long bytes;

  private OrderedBytes(byte[] key, byte[] value, int priority, OrderedBytes left, OrderedBytes right) {
    this.key = key;
    this.value = value;
    this.priority = priority;
    this.left = left;
    this.right = right;
    this.bytes = key.length + value.length + bytes(left) + bytes(right);
  }

  /** Of all keys and values. */
  static long bytes(OrderedBytes map) {
    return map == null ? 0 : map.bytes;
  }

  static byte[] get(OrderedBytes map, byte[] key) {
    OrderedBytes at = map;
    while (at != null) {
      int order = Arrays.compareUnsigned(key, at.key);
      if (order == 0) {
        return at.value;
      }
      at = order < 0 ? at.left : at.right;
    }
    return null;
  }

  static OrderedBytes put(OrderedBytes map, byte[] key, byte[] value) {
    return insert(map, key, value, priority(key));
  }

  static OrderedBytes delete(OrderedBytes map, byte[] key) {
    if (map == null) {
      return null;
    }
    int order = Arrays.compareUnsigned(key, map.key);
    if (order == 0) {
      return join(map.left, map.right);
    }
    OrderedBytes child = order < 0 ? map.left : map.right;
    OrderedBytes changed = delete(child, key);
    if (changed == child) {
      return map;
    }
    return order < 0 ? map.with(changed, map.right) : map.with(map.left, changed);
  }

  /** Without the keys in {@code [start, end)}. */
  static OrderedBytes deleteRange(OrderedBytes map, byte[] start, byte[] end) {
    return Arrays.compareUnsigned(start, end) >= 0 ? map : join(below(map, start), atOrAbove(map, end));
  }

  /** The entry with the least key at or above, or null. */
  static OrderedBytes ceiling(OrderedBytes map, byte[] key) {
    OrderedBytes best = null;
    OrderedBytes at = map;
    while (at != null) {
      int order = Arrays.compareUnsigned(key, at.key);
      if (order <= 0) {
        best = at;
        at = at.left;
      } else {
        at = at.right;
      }
    }
    return best;
  }

  static OrderedBytes higher(OrderedBytes map, byte[] key) {
    OrderedBytes best = null;
    OrderedBytes at = map;
    while (at != null) {
      if (Arrays.compareUnsigned(key, at.key) < 0) {
        best = at;
        at = at.left;
      } else {
        at = at.right;
      }
    }
    return best;
  }

  /** The entry with the greatest key below, or null; a null key is above all. */
  static OrderedBytes lower(OrderedBytes map, byte[] key) {
    OrderedBytes best = null;
    OrderedBytes at = map;
    while (at != null) {
      if (key == null || Arrays.compareUnsigned(key, at.key) > 0) {
        best = at;
        at = at.right;
      } else {
        at = at.left;
      }
    }
    return best;
  }

  private static OrderedBytes insert(OrderedBytes map, byte[] key, byte[] value, int priority) {
    if (map == null) {
      return new OrderedBytes(key, value, priority, null, null);
    }
    int order = Arrays.compareUnsigned(key, map.key);
    if (order == 0) {
      return new OrderedBytes(map.key, value, map.priority, map.left, map.right);
    }
    if (order < 0) {
      OrderedBytes child = insert(map.left, key, value, priority);
      return child.priority > map.priority ? child.with(child.left, map.with(child.right, map.right)) : map.with(child, map.right);
    }
    OrderedBytes child = insert(map.right, key, value, priority);
    return child.priority > map.priority ? child.with(map.with(map.left, child.left), child.right) : map.with(map.left, child);
  }

  private static OrderedBytes below(OrderedBytes map, byte[] key) {
    if (map == null) {
      return null;
    }
    return Arrays.compareUnsigned(map.key, key) < 0 ? map.with(map.left, below(map.right, key)) : below(map.left, key);
  }

  private static OrderedBytes atOrAbove(OrderedBytes map, byte[] key) {
    if (map == null) {
      return null;
    }
    return Arrays.compareUnsigned(map.key, key) >= 0 ? map.with(atOrAbove(map.left, key), map.right) : atOrAbove(map.right, key);
  }

  /** Of two maps, all keys of the first below all keys of the second. */
  private static OrderedBytes join(OrderedBytes low, OrderedBytes high) {
    if (low == null) {
      return high;
    }
    if (high == null) {
      return low;
    }
    return low.priority > high.priority ? low.with(low.left, join(low.right, high)) : high.with(join(low, high.left), high.right);
  }

  private OrderedBytes with(OrderedBytes newLeft, OrderedBytes newRight) {
    return new OrderedBytes(key, value, priority, newLeft, newRight);
  }

  private static int priority(byte[] key) {
    int hash = Arrays.hashCode(key) * 0x9E3779B9;
    hash ^= hash >>> 15;
    hash *= 0x85EBCA6B;
    return hash ^ hash >>> 13;
  }
}
