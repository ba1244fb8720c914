package io.cairn.storage.mvcc;

import java.util.function.Predicate;

/** Keys and their versions at one moment. For one thread. */
interface Keys {

  /** The key's version, or null. */
  Version get(byte[] key);

  /** Shows what lives in {@code [start, end)} (null: to the end of the shard), in order or backward, until told false. */
  void each(byte[] start, byte[] end, boolean reverse, Predicate<Version> visit);
}
