package io.cairn.server.metrics;

import io.cairn.protocol.wire.ErrorCode;
import io.cairn.server.hashes.HashFigures;
import io.cairn.server.replica.HandoverReason;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * What a node counts and measures. The methods for the path of a request take no lock, look nothing up by name and make no garbage;
 * they may be called from any thread. Suppliers given to gauges are called by whoever reads the metrics: they must be safe from
 * any thread and must not block.
 */
public final class NodeMeters {
  private static final Duration[] REQUEST_BUCKETS = millis(0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000);
  private static final Duration[] DISK_BUCKETS = millis(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 5_000);
  private static final double[] BATCH_BUCKETS = {1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000};

  private final MeterRegistry registry;
  /** By op, then outcome: an index instead of a look-up. */
  private final Counter[][] requests = new Counter[RequestOp.values().length][RequestOutcome.values().length];
  private final Timer[] requestDurations = new Timer[RequestOp.values().length];
  /** By the number of the error code. */
  private final Counter[] refused = new Counter[ErrorCode.values().length];
  private final Counter proposals;
  private final Counter proposedBytes;
  private final DistributionSummary batchCommands;
  private final Timer fsyncs;
  private final Counter fsyncBytes;
  private final Timer applies;
  private final Counter appliedCommands;
  /** By reason, then whether another took over. */
  private final Counter[][] handovers = new Counter[HandoverReason.values().length][2];
  private final Timer handoverDuration;
  private final Timer pauses;
  private final Timer leaseEndDelay;
  private final Map<Integer, Counter> elections = new ConcurrentHashMap<>();
  private final Map<Integer, Counter> leaderChanges = new ConcurrentHashMap<>();
  private final Map<String, List<LongSupplier>> summed = new ConcurrentHashMap<>();
  /** Held here because the registry holds what a function counter reads by a weak reference only, and would show 0 after a collection. */
  private final List<LongSupplier> counted = new CopyOnWriteArrayList<>();

  public NodeMeters(MeterRegistry registry) {
    this.registry = registry;
    for (RequestOp op : RequestOp.values()) {
      for (RequestOutcome outcome : RequestOutcome.values()) {
        requests[op.ordinal()][outcome.ordinal()] = counter(MeterName.REQUESTS, "op", lower(op), "outcome", lower(outcome));
      }
      requestDurations[op.ordinal()] = timer(MeterName.REQUEST_DURATION, REQUEST_BUCKETS, "op", lower(op));
    }
    for (ErrorCode code : ErrorCode.values()) {
      if (code != ErrorCode.UNRECOGNIZED) {
        refused[code.ordinal()] = counter(MeterName.REFUSED, "reason", lower(code));
      }
    }
    proposals = counter(MeterName.PROPOSALS);
    proposedBytes = counter(MeterName.PROPOSED_BYTES);
    batchCommands = DistributionSummary.builder(MeterName.BATCH_COMMANDS.registeredName())
        .description(MeterName.BATCH_COMMANDS.meaning()).serviceLevelObjectives(BATCH_BUCKETS).register(registry);
    fsyncs = timer(MeterName.FSYNC_DURATION, DISK_BUCKETS);
    fsyncBytes = counter(MeterName.FSYNC_BYTES);
    applies = timer(MeterName.APPLY_DURATION, DISK_BUCKETS);
    appliedCommands = counter(MeterName.APPLIED_COMMANDS);
    for (HandoverReason reason : HandoverReason.values()) {
      handovers[reason.ordinal()][0] = counter(MeterName.LEADER_HANDOVERS, "reason", lower(reason), "outcome", "kept");
      handovers[reason.ordinal()][1] = counter(MeterName.LEADER_HANDOVERS, "reason", lower(reason), "outcome", "taken");
    }
    handoverDuration = timer(MeterName.LEADER_HANDOVER_DURATION, DISK_BUCKETS);
    pauses = timer(MeterName.PAUSES, DISK_BUCKETS);
    leaseEndDelay = timer(MeterName.LEASE_END_DELAY, DISK_BUCKETS);
  }

  /** What runs, for whoever looks at the metrics. */
  public void info(String cluster, String node, String version) {
    gauge(MeterName.INFO, () -> 1, "cluster", cluster, "node", node, "version", version);
  }

  /** A request has been answered, {@code nanos} after it was read. */
  public void request(RequestOp op, RequestOutcome outcome, long nanos) {
    requests[op.ordinal()][outcome.ordinal()].increment();
    requestDurations[op.ordinal()].record(nanos, TimeUnit.NANOSECONDS);
  }

  /** A request was refused; {@link #request} counts it too. */
  public void refused(ErrorCode reason) {
    Counter counter = refused[reason.ordinal()];
    if (counter != null) {
      counter.increment();
    }
  }

  /** A leader here has proposed {@code count} entries of {@code bytes} in all. */
  public void proposals(long count, long bytes) {
    proposals.increment(count);
    proposedBytes.increment(bytes);
  }

  /** A batch was closed with that many commands. */
  public void batch(int commands) {
    batchCommands.record(commands);
  }

  /** The log was appended to and synced. */
  public void fsync(long nanos, long bytes) {
    fsyncs.record(nanos, TimeUnit.NANOSECONDS);
    fsyncBytes.increment(bytes);
  }

  /** The engine has taken one write batch. */
  public void apply(long nanos, long commands) {
    applies.record(nanos, TimeUnit.NANOSECONDS);
    appliedCommands.increment(commands);
  }

  /** A replica here has become a candidate. */
  public void election(int shard) {
    elections.computeIfAbsent(shard, id -> counter(MeterName.ELECTIONS, "shard", Integer.toString(id))).increment();
  }

  /** A replica here has come to know another leader than before. */
  public void leaderChange(int shard) {
    leaderChanges.computeIfAbsent(shard, id -> counter(MeterName.LEADER_CHANGES, "shard", Integer.toString(id))).increment();
  }

  /** A handover is over. */
  public void handover(HandoverReason reason, boolean taken, long nanos) {
    handovers[reason.ordinal()][taken ? 1 : 0].increment();
    if (taken) {
      handoverDuration.record(nanos, TimeUnit.NANOSECONDS);
    }
  }

  /** The process stood still. */
  public void pause(long nanos) {
    pauses.record(nanos, TimeUnit.NANOSECONDS);
  }

  public Registration logWriteWait(LongSupplier millis) {
    return add(MeterName.LOG_WRITE_WAIT, millis);
  }

  /** Where the number of dropped log lines is read; once for a process. */
  public void droppedLogLines(LongSupplier dropped) {
    functionCounter(MeterName.LOG_LINES_DROPPED, dropped, 1);
  }

  /** A queue and its bound. Several of one name, such as the inboxes of all replicas, are shown as their sum. */
  public Registration queue(String name, long limitBytes, LongSupplier bytes) {
    return queue(name, () -> limitBytes, bytes);
  }

  /** A queue whose bound changes, with the members of the cluster. */
  public Registration queue(String name, LongSupplier limitBytes, LongSupplier bytes) {
    Registration used = add(MeterName.QUEUE_BYTES, bytes, "queue", name);
    Registration limit = add(MeterName.QUEUE_LIMIT_BYTES, limitBytes, "queue", name);
    return () -> {
      used.remove();
      limit.remove();
    };
  }

  public Registration rememberedClients(int shard, LongSupplier clients) {
    return add(MeterName.REMEMBERED_CLIENTS, clients, "shard", Integer.toString(shard));
  }

  /** @param kind who is at the other end: {@code client} or {@code peer} */
  public Registration connections(String kind, LongSupplier connections) {
    return add(MeterName.CONNECTIONS, connections, "kind", kind);
  }

  public Registration replicasLed(LongSupplier replicas) {
    return add(MeterName.REPLICAS_LED, replicas);
  }

  /** How far a shard is compacted here, and what it remembers of deleted keys. */
  public void history(int shard, LongSupplier compacted, LongSupplier deletedKeys) {
    add(MeterName.COMPACTED_REVISION, compacted, "shard", Integer.toString(shard));
    add(MeterName.DELETED_KEYS, deletedKeys, "shard", Integer.toString(shard));
  }

  /** What this node has dropped of history: because it was asked, because of what is kept, and what of it was given back. */
  public void compactions(LongSupplier asked, LongSupplier kept, LongSupplier reclaimed) {
    functionCounter(MeterName.COMPACTIONS, asked, 1, "reason", "asked");
    functionCounter(MeterName.COMPACTIONS, kept, 1, "reason", "kept");
    functionCounter(MeterName.RECLAIMS, reclaimed, 1);
  }

  /** What the watches of this node come to. */
  public void watches(LongSupplier standing, LongSupplier behind, LongSupplier events, LongSupplier pages) {
    add(MeterName.WATCHES, standing);
    add(MeterName.WATCHES_BEHIND, behind);
    functionCounter(MeterName.WATCH_EVENTS, events, 1);
    functionCounter(MeterName.WATCH_PAGES, pages, 1);
  }

  /** What the leases come to whose homes this node leads. */
  public void leases(LongSupplier alive, LongSupplier ending, LongSupplier renewals) {
    add(MeterName.LEASES, alive);
    add(MeterName.LEASES_ENDING, ending);
    functionCounter(MeterName.LEASE_RENEWALS, renewals, 1);
  }

  /** A lease that was not revoked is gone, so long after its time was over. */
  public void leaseEnded(long nanos) {
    leaseEndDelay.record(nanos, TimeUnit.NANOSECONDS);
  }

  public Registration logBytes(LongSupplier bytes) {
    return add(MeterName.LOG_BYTES, bytes);
  }

  public Registration engineBytes(LongSupplier bytes) {
    return add(MeterName.ENGINE_BYTES, bytes);
  }

  /** Replicas that may lack what they have acknowledged. */
  public void suspectReplicas(LongSupplier replicas) {
    add(MeterName.SUSPECT_REPLICAS, replicas);
  }

  /** What comparing replicas has come to. */
  public void hashes(LongSupplier fenced, LongSupplier diverged, HashFigures figures) {
    add(MeterName.FENCED_REPLICAS, fenced);
    add(MeterName.DIVERGED_SHARDS, diverged);
    functionCounter(MeterName.HASH_COMPARISONS, figures::comparisons, 1);
    functionCounter(MeterName.HASH_DIVERGENCES, figures::fenced, 1, "outcome", "fenced");
    functionCounter(MeterName.HASH_DIVERGENCES, figures::undecided, 1, "outcome", "undecided");
    functionCounter(MeterName.SCRUBS, figures::scrubbed, 1);
    functionCounter(MeterName.SCRUBS_WRONG, figures::wrong, 1);
  }

  /** The room on the disk, the least there should be, and whether what grows is refused for want of it (1 or 0). */
  public void diskRoom(LongSupplier free, LongSupplier least, LongSupplier low) {
    add(MeterName.DISK_FREE_BYTES, free);
    add(MeterName.DISK_FREE_BYTES_MIN, least);
    add(MeterName.DISK_LOW, low);
  }

  /** How the engine's merges keep up. */
  public void engineMerges(LongSupplier lateFiles, LongSupplier limitBytes) {
    add(MeterName.ENGINE_LATE_FILES, lateFiles);
    add(MeterName.ENGINE_MERGE_LIMIT, limitBytes);
  }

  /** Takes a supplier out of its sum again, when what it measures is gone. */
  public interface Registration {
    void remove();
  }

  private Registration add(MeterName name, LongSupplier supplier, String... tags) {
    List<LongSupplier> suppliers = summed.computeIfAbsent(name + String.join("\0", tags), _ -> {
      List<LongSupplier> terms = new CopyOnWriteArrayList<>();
      gauge(name, () -> sum(terms), tags);
      return terms;
    });
    suppliers.add(supplier);
    return () -> suppliers.remove(supplier);
  }

  private static long sum(List<LongSupplier> terms) {
    long sum = 0;
    for (LongSupplier term : terms) {
      sum += term.getAsLong();
    }
    return sum;
  }

  void gauge(MeterName name, LongSupplier value, String... tags) {
    Gauge.builder(name.registeredName(), value::getAsLong).tags(tags).description(name.meaning()).register(registry);
  }

  /** @param unit how many of the supplier's numbers make one of the meter's unit */
  void functionCounter(MeterName name, LongSupplier count, double unit, String... tags) {
    counted.add(count);
    FunctionCounter.builder(name.registeredName(), count, supplier -> supplier.getAsLong() / unit)
        .tags(tags).description(name.meaning()).register(registry);
  }

  private Counter counter(MeterName name, String... tags) {
    return Counter.builder(name.registeredName()).tags(tags).description(name.meaning()).register(registry);
  }

  private Timer timer(MeterName name, Duration[] buckets, String... tags) {
    return Timer.builder(name.registeredName()).tags(Tags.of(tags)).description(name.meaning())
        .serviceLevelObjectives(buckets).register(registry);
  }

  private static String lower(Enum<?> label) {
    return label.name().toLowerCase(Locale.ROOT);
  }

  private static Duration[] millis(double... millis) {
    Duration[] durations = new Duration[millis.length];
    for (int i = 0; i < millis.length; i++) {
      durations[i] = Duration.ofNanos(Math.round(millis[i] * 1e6));
    }
    return durations;
  }
}
