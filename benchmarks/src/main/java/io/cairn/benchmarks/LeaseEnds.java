package io.cairn.benchmarks;

import io.cairn.client.ByteSeq;
import io.cairn.client.KeyRange;
import io.cairn.client.KvClient;
import io.cairn.client.Lease;
import io.cairn.client.LeaseRenewal;
import io.cairn.client.PutOptions;
import io.cairn.client.RangeOptions;
import io.cairn.client.Watch;
import io.cairn.client.WatchBatch;
import io.cairn.client.WatchOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Many leases that end together: {@code begin} grants them, puts a key under each and renews all, so that their times are over at one
 * moment; {@code await} watches their keys go. Two commands, so that what lies between them can be measured apart.
 */
@Command(name = "lease-ends", mixinStandardHelpOptions = true, description = "Grants leases with a key each that all end together (begin), and "
    + "watches them go (await).")
public final class LeaseEnds implements Callable<Integer> {
  enum Part { begin, await }

  private static final int NAMED_MAX = 10_000;
  private static final int AT_ONCE = 256;

  /** What {@code begin} leaves for {@code await}: wall clock, since they are two processes of one machine. */
  private record Times(int count, long ttlMillis, long renewalSentAt, long renewedAt) {
    String line() {
      return count + " " + ttlMillis + " " + renewalSentAt + " " + renewedAt;
    }

    static Times read(Path file) throws IOException {
      String[] words = Files.readString(file).strip().split(" ");
      return new Times(Integer.parseInt(words[0]), Long.parseLong(words[1]), Long.parseLong(words[2]), Long.parseLong(words[3]));
    }
  }

  @Parameters(paramLabel = "begin|await", description = "What is done.")
  private Part part;

  @Option(names = "--count", defaultValue = "100000", description = "Leases. Default: ${DEFAULT-VALUE}.")
  private int count;

  @Option(names = "--ttl-seconds", defaultValue = "60", description = "How long each lives after its renewal. Default: ${DEFAULT-VALUE}.")
  private int ttlSeconds;

  @Option(names = "--times", required = true, paramLabel = "FILE", description = "Where begin writes when it renewed, and await reads it.")
  private Path file;

  @Option(names = "--endpoints", split = ",", defaultValue = "127.0.0.1:7001,127.0.0.1:7002,127.0.0.1:7003", paramLabel = "H:P")
  private String[] endpoints;

  @Override
  public Integer call() throws IOException, InterruptedException, ExecutionException {
    if (count < 1 || ttlSeconds < 1) {
      System.err.println("lease-ends: --count and --ttl-seconds must be above 0");
      return 2;
    }
    try (KvClient client = KvClient.builder().endpoints(endpoints).deadline(Duration.ofSeconds(30)).build()) {
      return part == Part.begin ? begin(client) : await(client);
    }
  }

  private static ByteSeq key(int number) {
    return ByteSeq.utf8(Bench.PREFIXES[number & 7] + "/lease/" + number);
  }

  private int begin(KvClient client) throws IOException, InterruptedException, ExecutionException {
    long began = System.nanoTime();
    var ids = new ArrayList<Long>(count);
    try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE, Thread.ofVirtual().factory())) {
      var made = new ArrayList<Future<Long>>(count);
      for (int i = 0; i < count; i++) {
        ByteSeq key = key(i);
        made.add(threads.submit(() -> {
          Lease lease = client.leases().grant(Duration.ofSeconds(ttlSeconds));
          client.put(key, ByteSeq.utf8("held"), PutOptions.DEFAULT.withLease(lease.id()));
          return lease.id();
        }));
      }
      for (Future<Long> each : made) {
        ids.add(each.get());
      }
    }
    double took = (System.nanoTime() - began) / 1e9;
    long sent = System.currentTimeMillis();
    for (int from = 0; from < ids.size(); from += NAMED_MAX) {
      List<LeaseRenewal> renewed = client.leases().keepAlive(ids.subList(from, Math.min(ids.size(), from + NAMED_MAX)));
      if (renewed.stream().anyMatch(each -> !each.isAlive())) {
        System.err.println("lease-ends: a lease ended while others were granted; --ttl-seconds is too short for --count");
        return 1;
      }
    }
    var times = new Times(count, ttlSeconds * 1_000L, sent, System.currentTimeMillis());
    Files.writeString(file, times.line());
    System.out.println(String.format(Locale.ROOT, "leases=%d granted_with_a_key_per_second=%.0f renewed_ms=%d", count, count / took,
        times.renewedAt - sent));
    return 0;
  }

  private int await(KvClient client) throws IOException, InterruptedException {
    Times times = Times.read(file);
    var gone = new AtomicInteger();
    long[] firstAndLast = {Long.MAX_VALUE, 0};
    var watches = new ArrayList<Watch>();
    try {
      for (String prefix : Bench.PREFIXES) {
        watches.add(client.watch(KeyRange.prefix(prefix + "/lease/"), WatchOptions.fromNow().showing(WatchOptions.Show.DELETES)));
      }
      if (System.currentTimeMillis() >= times.renewalSentAt + times.ttlMillis) {
        System.err.println("lease-ends: the leases' time was over before they were watched; --ttl-seconds must be longer, by seconds");
        return 1;
      }
      long until = times.renewedAt + times.ttlMillis + 60_000;
      for (int turn = 0; gone.get() < times.count && System.currentTimeMillis() < until; turn++) {
        Optional<WatchBatch> batch = watches.get(turn % watches.size()).next(Duration.ofMillis(5));
        batch.filter(each -> !each.events().isEmpty()).ifPresent(each -> {
          long now = System.currentTimeMillis();
          firstAndLast[0] = Math.min(firstAndLast[0], now);
          firstAndLast[1] = now;
          gone.addAndGet(each.events().size());
        });
      }
    } finally {
      watches.forEach(Watch::close);
    }
    long left = 0;
    for (String prefix : Bench.PREFIXES) {
      left += client.range(KeyRange.prefix(prefix + "/lease/"), RangeOptions.DEFAULT.withCountOnly()).count();
    }
    if (gone.get() == 0) {
      System.out.println(String.format(Locale.ROOT, "leases=%d gone=0 left=%d", times.count, left));
      return 1;
    }
    boolean early = firstAndLast[0] < times.renewalSentAt + times.ttlMillis;
    System.out.println(String.format(Locale.ROOT, "leases=%d gone=%d left=%d first_gone_after_ttl_ms=%d last_gone_after_ttl_ms=%d early=%b",
        times.count, gone.get(), left, firstAndLast[0] - times.renewalSentAt - times.ttlMillis,
        firstAndLast[1] - times.renewedAt - times.ttlMillis, early));
    return gone.get() == times.count && left == 0 && !early ? 0 : 1;
  }
}
