package io.cairn.simulator.schedule;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A rolling hash of everything a run did, in order. Two runs of one seed with different digests are a failure of their own kind:
 * something outside the seams reached behaviour.
 */
public final class SimDigest {
  private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private long value = 0x243F6A8885A308D3L;

  public long value() {
    return value;
  }

  public void add(long number) {
    value = (Long.rotateLeft(value, 5) ^ number) * 0x9E3779B97F4A7C15L;
  }

  public void add(byte[] bytes, int from, int length) {
    add(length);
    int at = from;
    int end = from + length;
    for (; at + Long.BYTES <= end; at += Long.BYTES) {
      add((long) LONGS.get(bytes, at));
    }
    for (; at < end; at++) {
      add(bytes[at]);
    }
  }
}
