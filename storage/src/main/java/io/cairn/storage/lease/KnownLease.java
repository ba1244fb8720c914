package io.cairn.storage.lease;

import io.cairn.storage.StorageFailure;
import io.cairn.storage.bytes.BytesIn;
import io.cairn.storage.bytes.BytesOut;

/**
 * What a shard knows of one id.
 *
 * @param grant which holder of the id
 * @param fenced no key is put under it here any more
 * @param keys how many lie under it here
 */
public record KnownLease(long id, long grant, boolean fenced, int keys) {
  private static final int FORMAT = 1;

  KnownLease withKeys(int now) {
    return new KnownLease(id, grant, fenced, now);
  }

  byte[] encode() {
    return new BytesOut(16).int8(FORMAT).varint(grant).int8(fenced ? 1 : 0).varint(keys).toArray();
  }

  static KnownLease decode(long id, byte[] bytes) {
    var in = new BytesIn(bytes);
    int format = in.int8();
    if (format != FORMAT) {
      throw new StorageFailure(StorageFailure.Kind.NEWER_FORMAT, "a known lease has format " + format + ", this version reads " + FORMAT);
    }
    return new KnownLease(id, in.varint(), in.int8() != 0, in.count());
  }
}
