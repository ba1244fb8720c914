package io.cairn.storage.lease;

import io.cairn.storage.lease.Lease.Stage;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Where a lease may have keys, and how far its end has come there, in the order of the shards' numbers. Immutable.
 *
 * <p>There are as many as leases: two small arrays, not a map with its entries; and nearly all have one shard, and share them.
 */
public final class LeaseShards {
  public static final LeaseShards NONE = new LeaseShards(new int[0], new byte[0]);
  private static final Stage[] STAGES = Stage.values();
  /** Of those below, what one shard alone comes to is there once. */
  private static final int SHARED_MAX = 256;
  private static final LeaseShards[] SHARED = new LeaseShards[SHARED_MAX * STAGES.length];
  private static final LeaseShards[] SHARED_HERE = new LeaseShards[STAGES.length];

  static {
    for (Stage stage : STAGES) {
      for (int shard = 0; shard < SHARED_MAX; shard++) {
        SHARED[shard * STAGES.length + stage.ordinal()] = new LeaseShards(new int[] {shard}, new byte[] {(byte) stage.ordinal()});
      }
      SHARED_HERE[stage.ordinal()] = new LeaseShards(new int[] {Lease.HERE}, new byte[] {(byte) stage.ordinal()});
    }
  }

  private final int[] numbers;
  private final byte[] stages;

  private LeaseShards(int[] numbers, byte[] stages) {
    this.numbers = numbers;
    this.stages = stages;
  }

  /** @param numbers in ascending order; kept, as is {@code stages} */
  static LeaseShards of(int[] numbers, byte[] stages) {
    return numbers.length == 0 ? NONE : numbers.length == 1 ? alone(numbers[0], STAGES[stages[0]]) : new LeaseShards(numbers, stages);
  }

  /** Hears of each shard, in order. */
  @FunctionalInterface
  public interface Each {
    void of(int shard, Stage stage);
  }

  /** The same, but for this shard, which it may not have had. */
  public LeaseShards with(int shard, Stage stage) {
    if (numbers.length == 0 || numbers.length == 1 && numbers[0] == shard) {
      return alone(shard, stage);
    }
    int at = Arrays.binarySearch(numbers, shard);
    int insertAt = at >= 0 ? at : -at - 1;
    int size = at >= 0 ? numbers.length : numbers.length + 1;
    int[] moreNumbers = Arrays.copyOf(numbers, size);
    byte[] moreStages = Arrays.copyOf(stages, size);
    if (at < 0) {
      System.arraycopy(numbers, insertAt, moreNumbers, insertAt + 1, numbers.length - insertAt);
      System.arraycopy(stages, insertAt, moreStages, insertAt + 1, numbers.length - insertAt);
      moreNumbers[insertAt] = shard;
    }
    moreStages[insertAt] = (byte) stage.ordinal();
    return new LeaseShards(moreNumbers, moreStages);
  }

  private static LeaseShards alone(int shard, Stage stage) {
    if (shard == Lease.HERE) {
      return SHARED_HERE[stage.ordinal()];
    }
    return shard >= 0 && shard < SHARED_MAX ? SHARED[shard * STAGES.length + stage.ordinal()]
        : new LeaseShards(new int[] {shard}, new byte[] {(byte) stage.ordinal()});
  }

  /** Null for a shard where it can have no key. */
  public Stage stage(int shard) {
    int at = Arrays.binarySearch(numbers, shard);
    return at < 0 ? null : STAGES[stages[at]];
  }

  public boolean contains(int shard) {
    return Arrays.binarySearch(numbers, shard) >= 0;
  }

  public int size() {
    return numbers.length;
  }

  public void forEach(Each each) {
    for (int i = 0; i < numbers.length; i++) {
      each.of(numbers[i], STAGES[stages[i]]);
    }
  }

  public List<Integer> numbers() {
    return IntStream.of(numbers).boxed().toList();
  }

  /** Whether the end has come at least so far in all of them. */
  boolean areAt(Stage stage) {
    for (byte each : stages) {
      if (each < stage.ordinal()) {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LeaseShards shards && Arrays.equals(numbers, shards.numbers) && Arrays.equals(stages, shards.stages);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(numbers) + Arrays.hashCode(stages);
  }

  @Override
  public String toString() {
    var text = new StringBuilder("{");
    forEach((shard, stage) -> text.append(text.length() > 1 ? ", " : "").append(shard).append('=').append(stage));
    return text.append('}').toString();
  }
}
