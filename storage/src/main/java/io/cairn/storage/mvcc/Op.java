package io.cairn.storage.mvcc;

import java.util.List;

/** What a command asks of the data. */
public sealed interface Op {

  /**
   * @param previous whether the answer shall carry the version that was replaced
   * @param ttlMillis not 0: the key goes after so long, with a lease of its own
   */
  record Put(byte[] key, byte[] value, long lease, boolean previous, long ttlMillis) implements Op {

    public Put(byte[] key, byte[] value, long lease, boolean previous) {
      this(key, value, lease, previous, 0);
    }
  }

  record Delete(byte[] key, boolean previous) implements Op {}

  /** Removes the keys in {@code [start, end)}; null as end means to the end of the shard. */
  record DeleteRange(byte[] start, byte[] end) implements Op {}

  /** @param id 0: one that the state machine chooses */
  record LeaseGrant(long id, long ttlMillis) implements Op {}

  record LeaseRevoke(long id) implements Op {}

  /** Of the shard's own leader: the keys of leases that are fenced here go, all at one revision. */
  record LeaseDelete(List<Generation> leases) implements Op {}

  /** One holder of a lease's id. */
  record Generation(long id, long grant) {}
}
