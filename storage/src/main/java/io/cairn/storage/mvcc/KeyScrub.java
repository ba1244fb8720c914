package io.cairn.storage.mvcc;

/** What reading some of a store's keys again has come to; see {@link ShardStore#scrub}. */
public enum KeyScrub {
  /** The pass goes on. */
  MORE,
  /** The pass is over: what is there is what was written. */
  RIGHT,
  /** The pass is over: what is there is not what was written. */
  WRONG
}
