package io.cairn.storage.lease;

import io.cairn.storage.StorageFailure;
import io.cairn.storage.bytes.BytesIn;
import io.cairn.storage.bytes.BytesOut;
import io.cairn.storage.hash.Fact;

/**
 * A lease as its home has it. Immutable.
 *
 * @param id what clients call it; may be granted again once this lease is forgotten
 * @param grant the place in the log at which it was granted: with the id it names this holder of the id for good
 * @param epoch grows with every renewal
 * @param ending its end has begun: it is not renewed any more, and no shard comes to those below
 * @param shards where keys may be under it, and how far its end has come there
 */
public record Lease(long id, long grant, long ttlMillis, long epoch, boolean ending, LeaseShards shards) {
  private static final int FORMAT = 1;

  /** In place of a shard's number: the very shard that is the lease's home. A put with a TTL grants one there, known from its first moment. */
  public static final int HERE = Integer.MAX_VALUE;

  /** How far the end of a lease has come in a shard. */
  public enum Stage {
    /** Keys may be put under it there. */
    REGISTERED,
    /** None may any more. */
    FENCED,
    /** And none is left. */
    GONE
  }

  static Lease granted(long id, long grant, long ttlMillis) {
    return new Lease(id, grant, ttlMillis, 1, false, LeaseShards.NONE);
  }

  /** Of a put with a TTL. */
  static Lease grantedHere(long id, long grant, long ttlMillis) {
    return granted(id, grant, ttlMillis).with(HERE, Stage.REGISTERED);
  }

  Lease renewed() {
    return new Lease(id, grant, ttlMillis, epoch + 1, false, shards);
  }

  Lease ended() {
    return new Lease(id, grant, ttlMillis, epoch, true, shards);
  }

  Lease with(int shard, Stage stage) {
    return new Lease(id, grant, ttlMillis, epoch, ending, shards.with(shard, stage));
  }

  /** Nothing of it is left anywhere: its home has forgotten it with the change that made this one. */
  public boolean isForgotten() {
    return ending && shards.areAt(Stage.GONE);
  }

  /** Whether a put with a TTL has granted it. */
  public boolean isOfOnePut() {
    return shards.contains(HERE);
  }

  /** Every shard it was registered in takes no keys under it any more. */
  public boolean isFenced() {
    return ending && shards.areAt(Stage.FENCED);
  }

  /** What it adds to the rolling hash. */
  long fact(Fact fact) {
    fact.about(Fact.LEASE).and(id).and(grant).and(ttlMillis).and(epoch).and(ending).and(shards.size());
    shards.forEach((shard, stage) -> fact.and(shard).and(stage.ordinal()));
    return fact.value();
  }

  byte[] encode() {
    BytesOut out = new BytesOut(32).int8(FORMAT).varint(grant).varint(ttlMillis).varint(epoch).int8(ending ? 1 : 0).varint(shards.size());
    shards.forEach((shard, stage) -> out.varint(shard).int8(stage.ordinal()));
    return out.toArray();
  }

  static Lease decode(long id, byte[] bytes) {
    var in = new BytesIn(bytes);
    int format = in.int8();
    if (format != FORMAT) {
      throw new StorageFailure(StorageFailure.Kind.NEWER_FORMAT, "a lease has format " + format + ", this version reads " + FORMAT);
    }
    long grant = in.varint();
    long ttlMillis = in.varint();
    long epoch = in.varint();
    boolean ending = in.int8() != 0;
    return new Lease(id, grant, ttlMillis, epoch, ending, shards(id, in));
  }

  private static LeaseShards shards(long id, BytesIn in) {
    int count = in.count();
    if (count > in.left() / 2) {
      throw new StorageFailure(StorageFailure.Kind.CORRUPT, "lease " + id + " has " + count + " shards in " + in.left() + " bytes");
    }
    int[] numbers = new int[count];
    byte[] stages = new byte[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = in.count();
      int stage = in.int8();
      if (stage >= Stage.values().length || i > 0 && numbers[i] <= numbers[i - 1]) {
        throw new StorageFailure(StorageFailure.Kind.CORRUPT, "lease " + id + " has stage " + stage + " in shard " + numbers[i]
            + (i > 0 ? " behind shard " + numbers[i - 1] : ""));
      }
      stages[i] = (byte) stage;
    }
    return LeaseShards.of(numbers, stages);
  }
}
