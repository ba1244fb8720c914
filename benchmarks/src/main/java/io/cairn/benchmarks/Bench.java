package io.cairn.benchmarks;

import io.cairn.client.ByteSeq;
import io.cairn.client.GetOptions;
import io.cairn.client.KvClient;
import io.cairn.client.PutOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.function.LongFunction;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Puts or gets against a running cluster, and one line of figures at the end. */
@Command(name = "bench", mixinStandardHelpOptions = true, subcommands = {WatchBench.class, LeaseEnds.class, ServicesBench.class, LockBench.class},
    description = "Measures puts or gets against a running cluster. The last line is "
    + "throughput, latencies in microseconds, CPU of all nodes per operation, and errors. What watches can do is measured by bench watch: "
    + "bench watch --help; what the ends of many leases do by bench lease-ends: bench lease-ends --help; what consumers see of services in "
    + "a storm by bench services: bench services --help; what a crowd on one lock sees by bench locks: bench locks --help.")
public final class Bench implements Callable<Integer> {
  enum Work { put, get }

  /** Each with keys of a shard of {@code config/three-node}. */
  static final String[] PREFIXES = {"a", "h", "l", "lib", "libm", "m", "p", "z"};

  /** Not required, since a subcommand takes its place. */
  @Parameters(arity = "0..1", paramLabel = "put|get", description = "What is done.")
  private Work work;

  private static final int VALUE_POOL_BYTES = 8 << 20;

  @Option(names = "--in-flight", defaultValue = "1", description = "Requests in flight. Default: ${DEFAULT-VALUE}.")
  private int inFlight;

  @Option(names = "--value-size", defaultValue = "256", description = "Bytes of each value. Default: ${DEFAULT-VALUE}.")
  private int valueBytes;

  @Option(names = "--seconds", defaultValue = "20", description = "How long is measured. Default: ${DEFAULT-VALUE}.")
  private double seconds;

  @Option(names = "--warm-seconds", defaultValue = "0",
      description = "How long the same is done before, unmeasured. Default: ${DEFAULT-VALUE}.")
  private double warmSeconds;

  @Option(names = "--rate", defaultValue = "0",
      description = "Requests due each second, whether or not earlier ones are answered; 0: as fast as --in-flight allows. "
          + "Default: ${DEFAULT-VALUE}.")
  private double rate;

  @Option(names = "--event", paramLabel = "COMMAND",
      description = "A command of the shell, begun after --seconds while the same load goes on for --event-seconds more, and until it has "
          + "ended. What is reported then is p99 during it over p99 before it. Needs --rate.")
  private String event;

  @Option(names = "--event-seconds", defaultValue = "10", description = "How long is measured from the begin of the event on, at least. "
      + "Default: ${DEFAULT-VALUE}.")
  private double eventSeconds;

  @Option(names = "--before-event", paramLabel = "COMMAND",
      description = "A command of the shell that is done before each round, unmeasured and without load: what the event needs.")
  private String beforeEvent;

  @Option(names = "--event-waits", description = "The command of --event is begun with the --seconds before it, and waits for the event by itself: "
      + "what its own start costs is not measured.")
  private boolean eventWaits;

  @Option(names = "--rounds", defaultValue = "5", description = "How often both are done, with --event. Default: ${DEFAULT-VALUE}.")
  private int rounds;

  @Option(names = "--keys", defaultValue = "100000",
      description = "Keys, drawn at random, spread over the alphabet. Default: ${DEFAULT-VALUE}.")
  private int keys;

  @Option(names = "--endpoints", split = ",", defaultValue = "127.0.0.1:7001,127.0.0.1:7002,127.0.0.1:7003", paramLabel = "H:P")
  private String[] endpoints;

  public static void main(String[] args) {
    System.exit(new CommandLine(new Bench()).execute(args));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (work == null) {
      System.err.println("bench: what is to be measured is missing: put, get, watch, lease-ends or services (try 'bin/bench --help')");
      return 2;
    }
    if (inFlight < 1 || valueBytes < 0 || seconds <= 0 || keys < 1 || rate < 0 || eventSeconds <= 0 || rounds < 1) {
      System.err.println("bench: --in-flight, --seconds, --keys, --event-seconds and --rounds must be above 0, --value-size and --rate not below");
      return 2;
    }
    if (event != null && rate == 0) {
      System.err.println("bench: --event needs --rate: as fast as possible, what the event takes shows in the throughput, not in the latency");
      return 2;
    }
    if (event == null && (beforeEvent != null || eventWaits)) {
      System.err.println("bench: --before-event and --event-waits need --event");
      return 2;
    }
    try (KvClient client = KvClient.builder().endpoints(endpoints).deadline(Duration.ofSeconds(10)).build()) {
      LongFunction<CompletionStage<?>> request = request(client);
      long next = 0;
      if (warmSeconds > 0) {
        next = new Load(request, inFlight, rate).run(0, warmSeconds);
      }
      if (event != null) {
        return new EventRun(request, inFlight, rate, beforeEvent, event, eventWaits).run(next, rounds, seconds, eventSeconds);
      }
      var cpu = NodesCpu.now(client);
      var load = new Load(request, inFlight, rate);
      long began = System.nanoTime();
      load.run(next, seconds);
      double took = (System.nanoTime() - began) / 1e9;
      System.out.println(load.figures(took, cpu.microsSince(client)).line());
      return 0;
    }
  }

  private LongFunction<CompletionStage<?>> request(KvClient client) {
    var random = new Random(keys);
    ByteSeq[] values = values(random);
    PutOptions putOptions = PutOptions.DEFAULT;
    GetOptions getOptions = GetOptions.DEFAULT;
    return switch (work) {
      case put -> number -> client.async().put(key(random.nextInt(keys)), values[(int) (number % values.length)], putOptions);
      case get -> number -> client.async().get(key(random.nextInt(keys)), getOptions);
    };
  }

  /** Many random values in turn: one and the same in every put would be compressed away, and no store is used like that. */
  private ByteSeq[] values(Random random) {
    var values = new ByteSeq[Math.clamp(VALUE_POOL_BYTES / Math.max(1, valueBytes), 1, 4096)];
    byte[] bytes = new byte[valueBytes];
    for (int i = 0; i < values.length; i++) {
      random.nextBytes(bytes);
      values[i] = ByteSeq.of(bytes);
    }
    return values;
  }

  /** The prefixes spread the keys evenly over the shards of {@code config/three-node}. */
  static ByteSeq key(int number) {
    return ByteSeq.utf8(PREFIXES[number & 7] + "/bench/" + number);
  }
}
