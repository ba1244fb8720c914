package io.cairn.jepsen.overload;

import io.cairn.client.KvException;
import io.cairn.client.RefusedException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/** How calls have ended, and how long the longest took. From any thread. */
public final class Calls {
  private final ConcurrentSkipListMap<String, LongAdder> endings = new ConcurrentSkipListMap<>();
  private final AtomicLong longestNanos = new AtomicLong();

  /** Makes a call; null when it was refused or its outcome is unknown, which is counted. */
  public <T> T make(Supplier<T> call) {
    long began = System.nanoTime();
    String ending = "done";
    try {
      return call.get();
    } catch (KvException e) {
      ending = e instanceof RefusedException refused ? refused.code().name() : "unknown";
      return null;
    } finally {
      longestNanos.accumulateAndGet(System.nanoTime() - began, Math::max);
      endings.computeIfAbsent(ending, _ -> new LongAdder()).increment();
    }
  }

  public Duration longest() {
    return Duration.ofNanos(longestNanos.get());
  }

  public long done() {
    return endings.containsKey("done") ? endings.get("done").sum() : 0;
  }

  /** By how they ended. */
  public Map<String, Long> endings() {
    var counted = new TreeMap<String, Long>();
    endings.forEach((ending, count) -> counted.put(ending, count.sum()));
    return counted;
  }

  @Override
  public String toString() {
    return endings() + ", the longest " + longest().toMillis() + " ms";
  }
}
