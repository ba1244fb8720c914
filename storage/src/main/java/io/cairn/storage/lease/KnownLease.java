package io.cairn.storage.lease;

import io.cairn.raft.Invariant;
import io.cairn.storage.StorageFailure;
import io.cairn.storage.bytes.BytesIn;
import io.cairn.storage.bytes.BytesOut;
import io.cairn.storage.hash.Fact;
import java.util.Arrays;

/**
 * What a shard knows of one id.
 *
 * <p>Most leases have one key: it stands here, so that to put it and to end the lease touches no index. The second key moves both to the
 * index, where they are until none is left. It is not copied.
 *
 * @param grant which holder of the id
 * @param fenced no key is put under it here any more
 * @param keys how many lie under it here
 * @param only the one key; null when there is none, or all of them are in the index
 */
public record KnownLease(long id, long grant, boolean fenced, int keys, byte[] only) {
  private static final int FORMAT = 1;
  private static final byte[] NONE = new byte[0];

  public KnownLease {
    Invariant.check(only == null || keys == 1 && only.length > 0, "lease %d with %d keys has one key alone", id, keys);
  }

  /** Without a key. */
  static KnownLease of(long id, long grant, boolean fenced) {
    return new KnownLease(id, grant, fenced, 0, null);
  }

  KnownLease withFence() {
    return new KnownLease(id, grant, true, keys, only);
  }

  /** @param one the key when it is the only one and not in the index; else null */
  KnownLease withKeys(int now, byte[] one) {
    return new KnownLease(id, grant, fenced, now, one);
  }

  /** What it adds to the rolling hash. */
  long fact(Fact fact) {
    return fact.about(Fact.KNOWN_LEASE).and(id).and(grant).and(fenced).and(keys).and(only == null ? NONE : only).value();
  }

  byte[] encode() {
    byte[] one = only == null ? NONE : only;
    return new BytesOut(16 + one.length).int8(FORMAT).varint(grant).int8(fenced ? 1 : 0).varint(keys).sized(one).toArray();
  }

  static KnownLease decode(long id, byte[] bytes) {
    var in = new BytesIn(bytes);
    int format = in.int8();
    if (format != FORMAT) {
      throw new StorageFailure(StorageFailure.Kind.NEWER_FORMAT, "a known lease has format " + format + ", this version reads " + FORMAT);
    }
    long grant = in.varint();
    boolean fenced = in.int8() != 0;
    int keys = in.count();
    byte[] one = in.sized();
    if (one.length > 0 && keys != 1) {
      throw new StorageFailure(StorageFailure.Kind.CORRUPT, "known lease " + id + " names its only key and has " + keys);
    }
    return new KnownLease(id, grant, fenced, keys, one.length == 0 ? null : one);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof KnownLease lease && id == lease.id && grant == lease.grant && fenced == lease.fenced && keys == lease.keys
        && Arrays.equals(only, lease.only);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(31 * id + grant) + keys;
  }
}
