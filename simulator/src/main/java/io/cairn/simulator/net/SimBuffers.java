package io.cairn.simulator.net;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledHeapByteBuf;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Buffers for what is sent: plain arrays, used again and overwritten when released, so that whoever reads a buffer after its release
 * reads rubbish, every time. It counts what is out: at the end of a run that must be nothing.
 */
final class SimBuffers extends AbstractByteBufAllocator {
  private static final byte POISON = (byte) 0xDB;
  private static final int KEPT_PER_SIZE = 64;

  private final Map<Integer, ArrayDeque<byte[]>> free = new HashMap<>();
  private long outstanding;

  SimBuffers() {
    super(false);
  }

  /** Buffers that were handed out and not released. */
  long outstanding() {
    return outstanding;
  }

  @Override
  protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
    return new Recycled(initialCapacity, maxCapacity);
  }

  /** There is no kernel here to hand memory to: arrays serve as well. */
  @Override
  protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
    return new Recycled(initialCapacity, maxCapacity);
  }

  @Override
  public boolean isDirectBufferPooled() {
    return false;
  }

  private final class Recycled extends UnpooledHeapByteBuf {

    Recycled(int initialCapacity, int maxCapacity) {
      super(SimBuffers.this, initialCapacity, maxCapacity);
    }

    @Override
    protected byte[] allocateArray(int length) {
      outstanding++;
      ArrayDeque<byte[]> kept = free.get(length);
      return kept == null || kept.isEmpty() ? new byte[length] : kept.pollLast();
    }

    @Override
    protected void freeArray(byte[] array) {
      outstanding--;
      Arrays.fill(array, POISON);
      ArrayDeque<byte[]> kept = free.computeIfAbsent(array.length, _ -> new ArrayDeque<>());
      if (kept.size() < KEPT_PER_SIZE) {
        kept.addLast(array);
      }
    }
  }
}
