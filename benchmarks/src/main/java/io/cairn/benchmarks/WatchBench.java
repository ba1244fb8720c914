package io.cairn.benchmarks;

import io.cairn.client.ClusterMap;
import io.cairn.client.KvClient;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Many watchers of one prefix against a running cluster: what they cost, and whether each sees every event once and in order. */
@Command(name = "watch", mixinStandardHelpOptions = true, description = "Opens --watchers watches of one prefix over --connections "
    + "connections, puts below it, and checks that every watcher sees every put once and in the order of revisions. Prints memory and CPU, then "
    + "one line of figures; latencies are from a put's acknowledgement to a watcher's seeing it. The exit status is 1 when an event was missing, "
    + "came twice or out of order, or anything failed.")
final class WatchBench implements Callable<Integer> {
  private static final int ANY_IN_FLIGHT = 0;

  @Option(names = "--watchers", defaultValue = "1000", description = "Watches, evenly over the connections. Default: ${DEFAULT-VALUE}.")
  private int watchers;

  @Option(names = "--connections", defaultValue = "10", description = "Clients that watch, each over one connection. Default: ${DEFAULT-VALUE}.")
  private int connections;

  @Option(names = "--rate", defaultValue = "0", description = "Puts due each second, whether or not earlier ones are answered; 0: the next one "
      + "is sent when one of --in-flight was seen by every watcher, which shows the highest rate. Default: ${DEFAULT-VALUE}.")
  private double rate;

  @Option(names = "--seconds", defaultValue = "20", description = "How long is put. Default: ${DEFAULT-VALUE}.")
  private double seconds;

  @Option(names = "--value-size", defaultValue = "64", description = "Bytes of each value, 4 or more. Default: ${DEFAULT-VALUE}.")
  private int valueBytes;

  @Option(names = "--keys", defaultValue = "1000", description = "Keys below the prefix, in turn. Default: ${DEFAULT-VALUE}.")
  private int keys;

  @Option(names = "--in-flight", defaultValue = "" + ANY_IN_FLIGHT, description = "Puts not yet answered, or without a rate not yet seen by every "
      + "watcher. Default: 1000 with a rate, 64 without.")
  private int inFlight;

  @Option(names = "--prefix", defaultValue = "watch-bench/", description = "What is watched. Default: ${DEFAULT-VALUE}.")
  private String prefix;

  @Option(names = "--settle-seconds", defaultValue = "30",
      description = "After the last put: how long no event at all may come before those missing count as lost. Default: ${DEFAULT-VALUE}.")
  private double settleSeconds;

  @Option(names = "--endpoints", split = ",", defaultValue = "127.0.0.1:7001,127.0.0.1:7002,127.0.0.1:7003", paramLabel = "H:P")
  private String[] endpoints;

  @Override
  public Integer call() throws InterruptedException {
    if (watchers < 1 || connections < 1 || connections > watchers || keys < 1 || rate < 0 || seconds <= 0 || inFlight < 0
        || inFlight > WatchTally.WINDOW || valueBytes < WatchRun.VALUE_BYTES_MIN || prefix.isEmpty() || settleSeconds <= 0) {
      System.err.println("bench watch: --watchers, --connections, --keys, --seconds and --settle-seconds must be above 0, --connections at most "
          + "--watchers, --rate not below 0, --in-flight at most " + WatchTally.WINDOW + ", --value-size at least " + WatchRun.VALUE_BYTES_MIN
          + ", --prefix not empty");
      return 2;
    }
    int places = inFlight != ANY_IN_FLIGHT ? inFlight : rate > 0 ? 1_000 : 64;
    var terms = new WatchRun.Terms(watchers, connections, rate, seconds, valueBytes, keys, places, prefix);
    try (var run = new WatchRun(terms, endpoints)) {
      if (!run.open(Duration.ofMinutes(2))) {
        System.err.println("bench watch: not every watch stands after two minutes");
        return 1;
      }
      var nodes = NodesCpu.now(run.client());
      long selfBefore = selfMicros();
      System.out.println(memory(run.client()));
      WatchFigures figures = run.run(Duration.ofMillis((long) (settleSeconds * 1_000)));
      System.out.println(memory(run.client()));
      double events = Math.max(1, figures.events());
      System.out.println(String.format(Locale.ROOT, "nodes_cpu_us_per_event=%.2f own_cpu_us_per_event=%.2f",
          nodes.microsSince(run.client()) / events, (selfMicros() - selfBefore) / events));
      System.out.println(figures.line());
      return figures.isExact() ? 0 : 1;
    }
  }

  private static long selfMicros() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1_000;
  }

  /** What the nodes and this process hold now. */
  private static String memory(KvClient client) {
    var line = new StringBuilder("resident_mib");
    for (ClusterMap.Node node : client.clusterMap().nodes()) {
      line.append(' ').append(node.name()).append('=').append(client.status(node.name()).residentBytes() >> 20);
    }
    Runtime own = Runtime.getRuntime();
    return line.append(" own_heap=").append(own.totalMemory() - own.freeMemory() >> 20).toString();
  }
}
