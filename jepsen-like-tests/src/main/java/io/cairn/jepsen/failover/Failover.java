package io.cairn.jepsen.failover;

import io.cairn.client.KvClient;
import io.cairn.jepsen.cluster.KvdNode;
import io.cairn.jepsen.cluster.LocalCluster;
import io.cairn.jepsen.cluster.PeerDoors;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The leader of all shards is lost, and a client that goes on writing measures until the first write that was begun afterwards is
 * acknowledged. A put is begun every ten milliseconds: so the measure is about the cluster and not about one client's patience.
 */
public final class Failover {
  private static final Duration PUT_MOST = Duration.ofSeconds(30);
  private static final Duration BEAT = Duration.ofMillis(10);
  /** So long all goes well before each fault: leases, links and the places of leaders are as in an ordinary hour. */
  private static final Duration CALM = Duration.ofSeconds(3);
  private static final int SYSTEM_SHARD = 0;

  /** How the leader is lost. */
  public enum Fault {
    /** SIGKILL: its connections end. */
    KILLED,
    /** SIGSTOP: its connections stay, and nobody answers. */
    PAUSED,
    /** Nothing passes between it and the other nodes; clients still reach it. */
    CUT_OFF
  }

  /** Times to the first accepted write, ascending. */
  public record Times(Fault fault, List<Long> nanos) {
    public double medianMillis() {
      int size = nanos.size();
      return (nanos.get((size - 1) / 2) + nanos.get(size / 2)) / 2e6;
    }

    /** The smallest that at least 99 of 100 do not exceed; of fewer than a hundred the largest. */
    public double p99Millis() {
      return nanos.get((int) Math.ceil(nanos.size() * 0.99) - 1) / 1e6;
    }

    @Override
    public String toString() {
      return String.format(Locale.ROOT, "%-8s %3d rounds   median %6.0f ms   p99 %6.0f ms   least %6.0f ms   most %6.0f ms",
          fault.name().toLowerCase(Locale.ROOT).replace('_', '-'), nanos.size(), medianMillis(), p99Millis(), nanos.getFirst() / 1e6,
          nanos.getLast() / 1e6);
    }
  }

  private final LocalCluster cluster;
  private final PeerDoors doors;

  /** @param doors those the cluster's nodes speak through */
  public Failover(LocalCluster cluster, PeerDoors doors) {
    this.cluster = cluster;
    this.doors = doors;
  }

  /** Loses the leader so often; the cluster is whole again afterwards. */
  public Times measure(Fault fault, int rounds) throws InterruptedException {
    var times = new ArrayList<Long>();
    for (int round = 0; round < rounds; round++) {
      times.add(round(fault, fault + "/" + round));
    }
    times.sort(null);
    return new Times(fault, List.copyOf(times));
  }

  private long round(Fault fault, String key) throws InterruptedException {
    try (KvClient client = cluster.client(PUT_MOST)) {
      long calmUntil = System.nanoTime() + CALM.toNanos();
      for (int i = 0; System.nanoTime() < calmUntil; i++) {
        client.put(key + "/before/" + i, "v");
        TimeUnit.NANOSECONDS.sleep(BEAT.toNanos());
      }
      KvdNode leader = cluster.leaderOf(SYSTEM_SHARD);
      long lost = System.nanoTime();
      lose(leader, fault);
      var first = new CompletableFuture<Long>();
      for (int i = 0; !first.isDone(); i++) {
        client.async().put(key + "/after/" + i, "v").whenComplete((result, failure) -> {
          if (failure == null) {
            first.complete(System.nanoTime() - lost);
          } else if (System.nanoTime() - lost > PUT_MOST.toNanos()) {
            first.completeExceptionally(failure);
          }
        });
        TimeUnit.NANOSECONDS.sleep(BEAT.toNanos());
      }
      long took = first.join();
      bringBack(leader, fault);
      cluster.awaitReady();
      return took;
    }
  }

  private void lose(KvdNode leader, Fault fault) {
    switch (fault) {
      case KILLED -> leader.kill();
      case PAUSED -> leader.pause();
      case CUT_OFF -> doors.shut(leader.name());
    }
  }

  private void bringBack(KvdNode leader, Fault fault) {
    switch (fault) {
      case KILLED -> leader.start();
      case PAUSED -> leader.resume();
      case CUT_OFF -> doors.open();
    }
  }

  /** {@code jepsen-like-tests/failover [ROUNDS]}. */
  public static void main(String[] args) throws InterruptedException {
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 30;
    PrintStream out = System.out;
    try (var doors = new PeerDoors(); LocalCluster cluster = LocalCluster.builder().peersThrough(doors).build().start()) {
      var failover = new Failover(cluster, doors);
      for (Fault fault : Fault.values()) {
        out.println(failover.measure(fault, rounds));
      }
    }
    System.exit(0);
  }
}
