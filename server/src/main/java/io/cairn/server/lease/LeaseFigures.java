package io.cairn.server.lease;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;
import java.util.function.ToLongFunction;

/** What the node's leases come to, for its metrics: said on the replicas' loops, looked at from any thread. */
public final class LeaseFigures {
  private record Of(int leases, int ending) {}

  private final Map<Integer, Of> byShard = new ConcurrentSkipListMap<>();
  private final LongAdder renewals = new LongAdder();
  private final LongConsumer delays;

  /** @param delays hears for each lease that was not revoked how many nanoseconds after its time it was gone */
  public LeaseFigures(LongConsumer delays) {
    this.delays = delays;
  }

  void count(int shard, int leases, int ending) {
    byShard.put(shard, new Of(leases, ending));
  }

  void renewed(long many) {
    renewals.add(many);
  }

  void ended(long overdueNanos) {
    delays.accept(overdueNanos);
  }

  /** Those whose home this node leads. */
  public long leases() {
    return sum(Of::leases);
  }

  /** Those of them whose end has begun. */
  public long ending() {
    return sum(Of::ending);
  }

  public long renewals() {
    return renewals.sum();
  }

  private long sum(ToLongFunction<Of> part) {
    return byShard.values().stream().mapToLong(part).sum();
  }
}
