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
  private static final long ASK_EVERY_NANOS = 100_000_000;

  /** What {@code begin} leaves for {@code await}: wall clock, since they are two processes of one machine. */
  private record Times(int count, long ttlMillis, long renewalSentAt, long renewedAt) {
    /** No key may go before. */
    long overAt() {
      return renewalSentAt + ttlMillis;
    }

    /** When nothing is waited for any more. */
    long patience() {
      return renewedAt + ttlMillis + 60_000;
    }

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

  @Option(names = "--sample", defaultValue = "0", description = "await: asks ten times a second for this many of the keys until they are gone, "
      + "then counts what is left, instead of watching all. Default: ${DEFAULT-VALUE}.")
  private int sample;

  @Option(names = "--endpoints", split = ",", defaultValue = "127.0.0.1:7001,127.0.0.1:7002,127.0.0.1:7003", paramLabel = "H:P")
  private String[] endpoints;

  @Override
  public Integer call() throws IOException, InterruptedException, ExecutionException {
    if (count < 1 || ttlSeconds < 1 || sample < 0) {
      System.err.println("lease-ends: --count and --ttl-seconds must be above 0, --sample not below it");
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

  private int await(KvClient client) throws IOException, InterruptedException, ExecutionException {
    Times times = Times.read(file);
    var ends = new Ends();
    boolean begun = sample > 0 ? ask(client, times, ends) : watch(client, times, ends);
    if (!begun) {
      System.err.println("lease-ends: the leases' time was over before they were looked at; --ttl-seconds must be longer, by seconds");
      return 1;
    }
    long left = left(client);
    if (ends.gone == 0) {
      System.out.println(String.format(Locale.ROOT, "leases=%d gone=0 left=%d", times.count, left));
      return 1;
    }
    boolean early = ends.first < times.overAt();
    System.out.println(String.format(Locale.ROOT, "leases=%d gone=%d left=%d first_gone_after_ttl_ms=%d last_gone_after_ttl_ms=%d early=%b",
        times.count, ends.gone, left, ends.first - times.overAt(), ends.last - times.renewedAt - times.ttlMillis, early));
    return ends.gone == times.count && left == 0 && !early ? 0 : 1;
  }

  /** What was seen of the ends: wall clock, as in {@link Times}. */
  private static final class Ends {
    private long first = Long.MAX_VALUE;
    private long last;
    private long gone;

    void seen(long more) {
      last = System.currentTimeMillis();
      first = Math.min(first, last);
      gone += more;
    }
  }

  private boolean watch(KvClient client, Times times, Ends ends) throws InterruptedException {
    var watches = new ArrayList<Watch>();
    try {
      for (String prefix : Bench.PREFIXES) {
        watches.add(client.watch(KeyRange.prefix(prefix + "/lease/"), WatchOptions.fromNow().showing(WatchOptions.Show.DELETES)));
      }
      if (System.currentTimeMillis() >= times.overAt()) {
        return false;
      }
      for (int turn = 0; ends.gone < times.count && System.currentTimeMillis() < times.patience(); turn++) {
        Optional<WatchBatch> batch = watches.get(turn % watches.size()).next(Duration.ofMillis(5));
        batch.filter(each -> !each.events().isEmpty()).ifPresent(each -> ends.seen(each.events().size()));
      }
      return true;
    } finally {
      watches.forEach(Watch::close);
    }
  }

  /** The first is seen in the sample alone, so late by about one part of as many as are asked for; the last by counting, once the sample has gone. */
  private boolean ask(KvClient client, Times times, Ends ends) throws InterruptedException, ExecutionException {
    var keys = new SampledKeys(client, times.count, Math.min(sample, times.count), LeaseEnds::key);
    if (keys.ask() > 0 || System.currentTimeMillis() >= times.overAt()) {
      return false;
    }
    long left = times.count;
    while (left > 0 && System.currentTimeMillis() < times.patience()) {
      Load.waitUntil(System.nanoTime() + ASK_EVERY_NANOS);
      if (!keys.isEmpty()) {
        if (keys.ask() > 0) {
          ends.first = Math.min(ends.first, System.currentTimeMillis());
        }
        continue;
      }
      long now = left(client);
      if (now < left) {
        ends.seen(left - now);
      }
      left = now;
    }
    return true;
  }

  private static long left(KvClient client) {
    long left = 0;
    for (String prefix : Bench.PREFIXES) {
      left += client.range(KeyRange.prefix(prefix + "/lease/"), RangeOptions.DEFAULT.withCountOnly()).count();
    }
    return left;
  }
}
