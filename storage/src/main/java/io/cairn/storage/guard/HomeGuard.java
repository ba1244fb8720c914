package io.cairn.storage.guard;

import io.cairn.storage.StorageFailure;
import io.cairn.storage.bytes.BytesIn;
import io.cairn.storage.bytes.BytesOut;
import io.cairn.storage.hash.Fact;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A subject as its home has it. Immutable.
 *
 * @param ending somebody has begun to delete the key: no shard comes to those below
 * @param shards those that hold guards on it; whether it is fenced there
 */
public record HomeGuard(Subject subject, boolean ending, SortedMap<Integer, Boolean> shards) {
  private static final int FORMAT = 1;

  public HomeGuard {
    shards = Collections.unmodifiableSortedMap(new TreeMap<>(shards));
  }

  HomeGuard with(int shard, boolean fenced) {
    var now = new TreeMap<>(shards);
    now.put(shard, fenced);
    return new HomeGuard(subject, ending, now);
  }

  HomeGuard ended() {
    return new HomeGuard(subject, true, shards);
  }

  /** Shards where a write guarded by it may still be done. */
  public List<Integer> open() {
    return shards.entrySet().stream().filter(shard -> !shard.getValue()).map(Map.Entry::getKey).toList();
  }

  /** What it adds to the rolling hash. */
  long fact(Fact fact) {
    fact.about(Fact.GUARD_HOME).and(subject.key()).and(subject.token()).and(ending).and(shards.size());
    shards.forEach((shard, fenced) -> fact.and(shard).and(fenced));
    return fact.value();
  }

  byte[] encode() {
    BytesOut out = new BytesOut(16).int8(FORMAT).varint(subject.token()).int8(ending ? 1 : 0).varint(shards.size());
    shards.forEach((shard, fenced) -> out.varint(shard).int8(fenced ? 1 : 0));
    return out.toArray();
  }

  static HomeGuard decode(byte[] key, byte[] bytes) {
    var in = new BytesIn(bytes);
    int format = in.int8();
    if (format != FORMAT) {
      throw new StorageFailure(StorageFailure.Kind.NEWER_FORMAT, "a guard's home has format " + format + ", this version reads " + FORMAT);
    }
    long token = in.varint();
    boolean ending = in.int8() != 0;
    var shards = new TreeMap<Integer, Boolean>();
    for (int left = in.count(); left > 0; left--) {
      int shard = in.count();
      shards.put(shard, in.int8() != 0);
    }
    return new HomeGuard(new Subject(key, token), ending, shards);
  }
}
