package io.cairn.storage.mvcc;

import io.cairn.raft.Invariant;
import io.cairn.storage.OnDiskFormat;
import io.cairn.storage.StorageFailure;
import io.cairn.storage.bytes.BytesIn;
import io.cairn.storage.bytes.BytesOut;

/**
 * The one record that says how far a store has come. It is in every engine batch that changes the store, so that what a crash
 * leaves always fits it (SM-01, A-03).
 *
 * @param applied last entry and last revision
 * @param compacted reads below this revision are refused; 0 when nothing was dropped yet
 * @param forgotten the largest revision at which an evicted client record was last used
 * @param deletedKeys records in the deleted family; 0 saves every put of a new key a look into it
 */
public record StoreState(Applied applied, long compacted, long forgotten, long deletedKeys) {

  /** A store is born at revision 1, so that its first write gets 2. */
  public static final StoreState NEW = new StoreState(new Applied(0, 0, 1), 0, 0, 0);

  public StoreState {
    Invariant.check(deletedKeys >= 0, "deleted keys %d are not negative", deletedKeys);
    Invariant.check(compacted <= applied.revision(), "compacted %d <= revision %d", compacted, applied.revision());
  }

  public byte[] encode() {
    return new BytesOut(48).int8(OnDiskFormat.STATE)
        .varint(applied.index()).varint(applied.term()).varint(applied.revision())
        .varint(compacted).varint(forgotten).varint(deletedKeys).toArray();
  }

  /** @param bytes null for a store in which nothing was applied yet */
  public static StoreState decode(byte[] bytes) {
    if (bytes == null) {
      return NEW;
    }
    var in = new BytesIn(bytes);
    int format = in.int8();
    if (format != OnDiskFormat.STATE) {
      throw new StorageFailure(StorageFailure.Kind.NEWER_FORMAT,
          "a store's state has format " + format + ", this version reads " + OnDiskFormat.STATE);
    }
    var applied = new Applied(in.varint(), in.varint(), in.varint());
    long compacted = in.varint();
    long forgotten = in.varint();
    long deletedKeys = in.varint();
    if (deletedKeys < 0 || compacted > applied.revision()) {
      // Bytes that come from a disk or a peer are damaged; that is no fault of this process, as it would be in one made here.
      throw new StorageFailure(StorageFailure.Kind.CORRUPT, "a store's state with revision " + applied.revision() + ", compacted " + compacted
          + " and " + deletedKeys + " deleted keys");
    }
    return new StoreState(applied, compacted, forgotten, deletedKeys);
  }
}
