package io.cairn.storage.log;

import java.util.OptionalInt;

/**
 * Which part of a log is printed. Problems are, always.
 *
 * @param shard that one alone, or all
 * @param from no entries below this index; 0 for all
 */
public record LogFilter(OptionalInt shard, long from) {
  public static final LogFilter ALL = new LogFilter(OptionalInt.empty(), 0);

  boolean all() {
    return shard.isEmpty() && from == 0;
  }

  boolean takes(ReplicaKey replica) {
    return shard.isEmpty() || shard.getAsInt() == replica.shard();
  }

  boolean takes(long index) {
    return index >= from;
  }
}
