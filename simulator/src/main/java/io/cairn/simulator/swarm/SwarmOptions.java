package io.cairn.simulator.swarm;

import io.cairn.simulator.schedule.SimRandom;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a run is made of besides its faults: sizes, limits and times, all drawn from the seed. In text, and in order: {@code name=value}
 * pairs; what is named in {@code config} goes to every node as it would stand in its file.
 */
public final class SwarmOptions {
  static final int CLIENTS = 4;
  static final long SECONDS = 30;

  private final Map<String, Long> numbers;
  private final Set<FaultClass> classes;

  private SwarmOptions(Map<String, Long> numbers, Set<FaultClass> classes) {
    this.numbers = numbers;
    this.classes = classes;
  }

  /** Those of a seed. */
  public static SwarmOptions draw(long seed) {
    SimRandom random = new SimRandom(seed).split("swarm.options");
    EnumSet<FaultClass> classes = EnumSet.noneOf(FaultClass.class);
    SimRandom ofOperators = random.split("operators");
    for (FaultClass each : FaultClass.values()) {
      // From a stream of their own: what came later leaves to a seed what it drew before.
      boolean later = each.compareTo(FaultClass.OPERATOR) > 0;
      if ((later ? ofOperators : random).chance(0.5)) {
        classes.add(each);
      }
    }
    Map<String, Long> numbers = new LinkedHashMap<>();
    numbers.put("seed", seed);
    numbers.put("nodes", random.chance(0.6) ? 3L : 5L);
    numbers.put("shards", random.between(1, 4));
    numbers.put("clients", (long) CLIENTS);
    numbers.put("seconds", SECONDS);
    numbers.put("fault-every-ms", logUniform(random, 300, 6_000));
    numbers.put("in-flight", random.between(1, 3));
    numbers.put("think-ms", logUniform(random, 20, 200));
    numbers.put("keys", random.between(2, 12));
    numbers.put("value-bytes", random.chance(0.6) ? logUniform(random, 1, 400) : logUniform(random, 400, 12_000));
    numbers.put("deadline-ms", logUniform(random, 200, 4_000));
    numbers.put("loops", random.between(1, 3));
    numbers.put("link-us", logUniform(random, 10, 2_000));
    numbers.put("sync-us", logUniform(random, 20, 5_000));
    numbers.put("segment-kib", 4 * logUniform(random, 16, 256));
    numbers.put("keep-kib", logUniform(random, 2_048, 8_192));
    numbers.put("flush-kib", logUniform(random, 4, 2_048));
    numbers.put("flush-us", logUniform(random, 500, 50_000));
    numbers.put("flushes-by-itself-ppm", random.between(0, 100_000));
    numbers.put("remembered-clients", logUniform(random, 2, 200));
    numbers.put("batch-commands", random.chance(0.7) ? 1_000 : random.between(1, 4));
    numbers.put("inflight-messages", random.chance(0.7) ? 256 : random.between(1, 4));
    numbers.put("append-kib", random.chance(0.7) ? 1_024 : random.between(4, 16));
    numbers.put("uncommitted-kib", random.chance(0.8) ? 16_384 : 1_100L);
    numbers.put("heartbeat-ms", logUniform(random, 20, 100));
    numbers.put("recent-kib", random.chance(0.2) ? 0 : logUniform(random, 1, 256));
    numbers.put("spread", random.chance(0.5) ? 1L : 0L);
    SimRandom ofBounds = random.split("bounds");
    // The shorter it is, the more often a client sends again what is on its way still.
    numbers.put("attempt-ms", ofBounds.chance(0.5) ? 1_000L : logUniform(ofBounds, 20, 1_000));
    boolean tight = ofBounds.chance(0.2);
    numbers.put("tight", tight ? 1L : 0L);
    if (tight) {
      numbers.put("value-bytes", ofBounds.between(2_000, 12_000));
      numbers.put("in-flight", ofBounds.between(3, 8));
    }
    // From a stream of their own: half of the seeds have none, and are what they were before there were any.
    SimRandom ofTransactions = random.split("txns");
    // Where bounds are tight, a transaction is refused for what it reads, which is no promise to look after.
    numbers.put("transactions", ofTransactions.chance(0.5) && !tight ? ofTransactions.between(5, 40) : 0L);
    // Compactions change what a seed meets: whoever wants them says so (CompactionTest), and what seeds drew before stays.
    numbers.put("compact-ms", 0L);
    numbers.put("keep-age-ms", 0L);
    numbers.put("history-off-ms", 0L);
    // As with leases (LeaseRun): how many callers use them, whether they choose ids, which then come again, and whether ends must be in time.
    numbers.put("leases", 0L);
    numbers.put("lease-ids", 0L);
    numbers.put("lease-times", 0L);
    return new SwarmOptions(numbers, classes);
  }

  private static long logUniform(SimRandom random, long from, long to) {
    return Math.round(from * StrictMath.pow((double) to / from, random.nextDouble()));
  }

  public static SwarmOptions parse(String text) {
    Map<String, Long> numbers = new LinkedHashMap<>();
    EnumSet<FaultClass> classes = EnumSet.noneOf(FaultClass.class);
    for (String word : text.strip().split(" ")) {
      int equals = word.indexOf('=');
      String name = equals < 0 ? word : word.substring(0, equals);
      if (equals < 0) {
        throw new IllegalArgumentException("an option is NAME=VALUE, found " + word);
      } else if (name.equals("faults")) {
        for (String each : word.substring(equals + 1).split("\\+")) {
          if (!each.equals("none")) {
            classes.add(FaultClass.valueOf(each));
          }
        }
      } else {
        numbers.put(name, Long.parseLong(word.substring(equals + 1)));
      }
    }
    // Scenarios that were kept before there were these ran with:
    numbers.putIfAbsent("attempt-ms", 1_000L);
    numbers.putIfAbsent("tight", 0L);
    numbers.putIfAbsent("transactions", 0L);
    numbers.putIfAbsent("compact-ms", 0L);
    numbers.putIfAbsent("keep-age-ms", 0L);
    numbers.putIfAbsent("history-off-ms", 0L);
    numbers.putIfAbsent("leases", 0L);
    numbers.putIfAbsent("lease-ids", 0L);
    numbers.putIfAbsent("lease-times", 0L);
    return new SwarmOptions(numbers, classes);
  }

  public SwarmOptions with(String name, long value) {
    number(name);
    Map<String, Long> changed = new LinkedHashMap<>(numbers);
    changed.put(name, value);
    return new SwarmOptions(changed, classes);
  }

  /** With these classes of faults in place of those that were drawn. */
  public SwarmOptions with(Set<FaultClass> faults) {
    return new SwarmOptions(numbers, faults);
  }

  public long number(String name) {
    Long value = numbers.get(name);
    if (value == null) {
      throw new IllegalArgumentException("there is no option " + name + ", only " + numbers.keySet());
    }
    return value;
  }

  public long seed() {
    return number("seed");
  }

  public int nodes() {
    return (int) number("nodes");
  }

  public Set<FaultClass> classes() {
    return classes;
  }

  /** Where data shards begin besides the first. */
  List<String> splitPoints() {
    List<String> points = new ArrayList<>();
    for (int i = 1; i < number("shards"); i++) {
      points.add(shardLetter(i));
    }
    return points;
  }

  /** Every key of a shard begins with its letter. */
  static String shardLetter(int shard) {
    return String.valueOf((char) ('b' + 6 * shard));
  }

  /** Keys of the server's configuration. */
  Map<String, String> config() {
    Map<String, String> config = new LinkedHashMap<>();
    config.put("log.segment-size", number("segment-kib") + "KiB");
    config.put("log.keep", number("keep-kib") + "KiB");
    config.put("engine.write-buffers", "4MiB");
    config.put("engine.recent-versions", number("recent-kib") + "KiB");
    config.put("raft.leaders", number("spread") == 1 ? "spread" : "together");
    config.put("retries.clients", Long.toString(number("remembered-clients")));
    config.put("limits.batch-commands", Long.toString(number("batch-commands")));
    config.put("limits.inflight-append-messages", Long.toString(number("inflight-messages")));
    config.put("limits.append-bytes", number("append-kib") + "KiB");
    config.put("limits.uncommitted-bytes", number("uncommitted-kib") + "KiB");
    if (number("tight") == 1) {
      // So little that a few large values of the four clients are too much.
      config.put("limits.key-bytes", "16B");
      config.put("limits.value-bytes", "12KiB");
      config.put("limits.batch-bytes", "4KiB");
      config.put("limits.inbox-bytes", "64KiB");
      config.put("limits.uncommitted-bytes", "64KiB");
    }
    if (number("keep-age-ms") > 0) {
      config.put("history.keep-age", number("keep-age-ms") + "ms");
    }
    config.put("raft.heartbeat", number("heartbeat-ms") + "ms");
    config.put("raft.election-timeout", 10 * number("heartbeat-ms") + "ms");
    config.put("raft.election-jitter", 6 * number("heartbeat-ms") + "ms");
    return config;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    numbers.forEach((name, value) -> text.append(name).append('=').append(value).append(' '));
    text.append("faults=");
    if (classes.isEmpty()) {
      return text.append("none").toString();
    }
    List<String> names = new ArrayList<>();
    classes.forEach(each -> names.add(each.name()));
    return text.append(String.join("+", names)).toString();
  }
}
