package io.cairn.jepsen.load;

import io.cairn.client.ByteSeq;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes that a test makes itself, and how each ended. The values are made from the writes' numbers, so that no two are the same and none
 * need be kept. Any thread may use it.
 */
public final class WriteBook implements Writes {
  private final int valueLeast;
  private final int valueSpread;
  /** Guarded by this, as are its elements. */
  private final List<Write> writes = new ArrayList<>();

  /** Unknown until its end is. */
  private static final class Write {
    final ByteSeq key;
    Outcome outcome = Outcome.UNKNOWN;
    long revision;

    Write(ByteSeq key) {
      this.key = key;
    }
  }

  /**
   * @param valueLeast bytes of the shortest values, besides their number
   * @param valueSpread how much longer, exclusively, the longest are; positive
   */
  public WriteBook(int valueLeast, int valueSpread) {
    this.valueLeast = valueLeast;
    this.valueSpread = valueSpread;
  }

  /** Before a write is sent; returns its number. */
  public synchronized int begin(ByteSeq key) {
    writes.add(new Write(key));
    return writes.size() - 1;
  }

  /** It was acknowledged at that revision. */
  public synchronized void written(int write, long revision) {
    writes.get(write).outcome = Outcome.WRITTEN;
    writes.get(write).revision = revision;
  }

  /** It has certainly had no effect. */
  public synchronized void refused(int write) {
    writes.get(write).outcome = Outcome.REFUSED;
  }

  @Override
  public synchronized int count() {
    return writes.size();
  }

  @Override
  public synchronized ByteSeq key(int write) {
    return writes.get(write).key;
  }

  @Override
  public ByteSeq value(int write) {
    return ByteSeq.utf8(write + " " + "x".repeat(valueLeast + write * 31 % valueSpread));
  }

  @Override
  public synchronized Outcome outcome(int write) {
    return writes.get(write).outcome;
  }

  @Override
  public synchronized long revision(int write) {
    return writes.get(write).revision;
  }

  @Override
  public String name(int write) {
    return "write " + write;
  }

  /** How many have ended so. */
  public synchronized long count(Outcome outcome) {
    return writes.stream().filter(write -> write.outcome == outcome).count();
  }
}
