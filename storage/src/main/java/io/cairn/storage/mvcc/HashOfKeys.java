package io.cairn.storage.mvcc;

import io.cairn.storage.engine.EngineBatch;

/** The rolling hash over the keys of a store that is written from outside, in whatever order: by a snapshot. For one thread. */
public final class HashOfKeys {
  private final ShardHash hash;
  private final StoredVersion version = new StoredVersion();

  public HashOfKeys(long store) {
    this.hash = new ShardHash(store);
  }

  /** A key of the newest family and its version, as they are stored. */
  public void add(byte[] storeKey, byte[] stored) {
    hash.add(storeKey, version.read(stored));
  }

  /** Everything was added; the state is written in the same batch. */
  public void write(EngineBatch batch, StoreState state) {
    hash.save(batch, state.applied().index());
  }
}
