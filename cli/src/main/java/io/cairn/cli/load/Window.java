package io.cairn.cli.load;

import io.cairn.client.ByteSeq;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * What is in flight: bounded in records and in bytes, and never two records of one key, so that of several lines with the same key the last
 * one wins, as it would if they were put one after the other. A record larger than all room travels alone.
 */
final class Window {

  private final int recordsMax;
  private final long bytesMax;
  private final Set<ByteSeq> keys = new HashSet<>();
  private long bytes;

  Window(int recordsMax, long bytesMax) {
    this.recordsMax = recordsMax;
    this.bytesMax = bytesMax;
  }

  /** Waits until there is room. */
  synchronized void enter(ByteSeq key, long size) throws InterruptedException {
    while (keys.size() >= recordsMax || (bytes + size > bytesMax && !keys.isEmpty()) || keys.contains(key)) {
      wait();
    }
    keys.add(key);
    bytes += size;
  }

  synchronized void leave(ByteSeq key, long size) {
    if (!keys.remove(key)) {
      throw new IllegalStateException(key + " leaves a window of " + keys.size() + " records in which it is not");
    }
    bytes -= size;
    notifyAll();
  }

  synchronized void awaitEmpty() throws InterruptedException {
    while (!keys.isEmpty()) {
      wait();
    }
  }

  /** Waits until it is empty, for at most so long. */
  synchronized void awaitEmpty(long mostMillis) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(mostMillis);
    for (long left = end - System.nanoTime(); !keys.isEmpty() && left > 0; left = end - System.nanoTime()) {
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
  }

  synchronized int records() {
    return keys.size();
  }
}
