package io.cairn.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Many clients that queue on one lock, some of them killed. */
@Command(name = "locks", mixinStandardHelpOptions = true, description = "Has --clients clients in --processes processes queue on one lock, and kills --killed "
    + "of the processes (SIGKILL) while one of their clients holds it. Prints how long it takes from one's release to the next one's grant, and for how "
    + "long dead clients kept the lock from the next living one. The exit status is 1 when a survivor did not get the lock, the order was not that of "
    + "the queue, two had it at once, or dead ones kept it longer than the TTL and a second.")
final class LockBench implements Callable<Integer> {
  private static final int VIOLATIONS_SHOWN = 10;

  @Option(names = "--clients", defaultValue = "500", description = "Each with a connection and a session of its own. Default: ${DEFAULT-VALUE}.")
  private int clients;

  @Option(names = "--processes", defaultValue = "6", description = "Processes that the clients are spread over. Default: ${DEFAULT-VALUE}.")
  private int processes;

  @Option(names = "--killed", defaultValue = "2", description = "Of these processes. Default: ${DEFAULT-VALUE}.")
  private int killed;

  @Option(names = "--ttl-seconds", defaultValue = "5", description = "Of each session. Default: ${DEFAULT-VALUE}.")
  private int ttlSeconds;

  @Option(names = "--hold-millis", defaultValue = "10", description = "How long each client holds the lock. Default: ${DEFAULT-VALUE}.")
  private int holdMillis;

  @Option(names = "--most-seconds", defaultValue = "120", description = "How long is waited for each step. Default: ${DEFAULT-VALUE}.")
  private int mostSeconds;

  @Option(names = "--name", defaultValue = "bench-locks", description = "Of the lock. Default: ${DEFAULT-VALUE}.")
  private String name;

  @Option(names = "--endpoints", defaultValue = "127.0.0.1:7001,127.0.0.1:7002,127.0.0.1:7003", paramLabel = "H:P,...")
  private String endpoints;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (processes < 1 || clients < processes || killed < 0 || killed >= processes || ttlSeconds < 1 || holdMillis < 0 || mostSeconds < 1) {
      System.err.println("bench locks: --processes, --ttl-seconds and --most-seconds must be above 0, --clients at least --processes, --killed below them");
      return 2;
    }
    var plan = new LockCrowd.Plan(endpoints, name, clients, processes, killed, Duration.ofSeconds(ttlSeconds), Duration.ofMillis(holdMillis),
        Duration.ofSeconds(mostSeconds));
    try (var crowd = new LockCrowd(plan)) {
      LockVerdict verdict = crowd.run();
      verdict.violations().stream().limit(VIOLATIONS_SHOWN).forEach(each -> System.err.println("bench locks: " + each));
      System.out.println(verdict.line());
      return verdict.violations().isEmpty() ? 0 : 1;
    }
  }
}
